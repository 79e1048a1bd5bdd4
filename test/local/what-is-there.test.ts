import { mkdtemp, open, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { whatIsThere } from '../../lib/local/what-is-there.ts'

it('what is in the way of a path is said in words, and by the code of the system where there are none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'odv-there-'))
  const file = join(folder, 'file')
  await writeFile(file, '')
  const said = (work: Promise<unknown>) => work.then(() => 'done', whatIsThere)
  expect(await said(readFile(join(folder, 'none')))).toBe('nothing there')
  expect(await said(readFile(folder))).toBe('a directory')
  expect(await said(readFile(join(file, 'x')))).toBe('a file in the place of a directory')
  expect(await said(open(file, 'wx'))).toBe('one that is there')
  expect(whatIsThere({ code: 'ELOOP' })).toBe('ELOOP')
  expect(whatIsThere({})).toBe('an error')
})
