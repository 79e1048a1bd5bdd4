import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeSample } from '../../lib/cli/demo/sample-stores.ts'
import { UsageInvalid } from '../../lib/errors.ts'
import { scratchDirectory } from '../support/scratch.ts'

it('the sample takes the place of an empty directory and of an earlier sample', async () => {
  const root = scratchDirectory()
  await makeSample(root)
  writeFileSync(join(root, 'stores/sg/more'), '')
  await makeSample(root)
  expect([existsSync(join(root, 'odv.json')), existsSync(join(root, 'stores/sg/more'))]).toEqual([true, false])
})

it("the sample takes the place of nothing of somebody's, a file or a directory", async () => {
  const place = scratchDirectory()
  writeFileSync(join(place, 'ids.csv'), 'userId')
  mkdirSync(join(place, 'backups'))
  writeFileSync(join(place, 'backups/a'), 'a backup')
  for (const name of ['ids.csv', 'backups', 'ids.csv/below'])
    await expect(makeSample(join(place, name))).rejects.toThrow(UsageInvalid)
  expect(readFileSync(join(place, 'ids.csv'), 'utf8')).toBe('userId')
  expect(readFileSync(join(place, 'backups/a'), 'utf8')).toBe('a backup')
})
