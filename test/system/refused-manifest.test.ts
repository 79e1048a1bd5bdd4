import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { jsonLines, linesOf, odv } from '../support/odv.ts'
import { scratchDirectory } from '../support/scratch.ts'

it('a run whose manifest was refused says why, by name and line, when it ends and whenever it is asked for', async () => {
  const cwd = scratchDirectory()
  mkdirSync(join(cwd, 'store'))
  writeFileSync(join(cwd, 'bad.csv'), 'userId\n12345678\nno id\n')
  const ended = await odv(cwd, 'run', '--json', '--manifest', 'bad.csv', '--store', 'a=store')
  expect(ended.code).toBe(64)
  const reasons = [
    `manifest ${join(cwd, 'bad.csv')}: rows: expected every row to be usable, got 1 malformed`,
    expect.stringMatching(/^line 3: expected a decimal number/),
  ]
  expect(linesOf(ended, 'verdict')).toMatchObject([{ store: 'a', verdict: 'incomplete', reasons }])
  expect(linesOf(ended, 'summary')).toMatchObject([{ reasons: ['failure: ManifestInvalid in BuildIndex'] }])

  const run = String(jsonLines(ended)[0]?.run)
  const status = await odv(cwd, 'status', run, '--json')
  expect(jsonLines(status)[0]).toMatchObject({ stores: [{ storeId: 'a', verdict: 'incomplete', reasons }] })
  expect((await odv(cwd, 'status', run)).stdout).toContain('\n      line 3: expected')
})

it('says so too of one that does not allow what is to be done with it', async () => {
  const cwd = scratchDirectory()
  mkdirSync(join(cwd, 'store'))
  writeFileSync(join(cwd, 'ids.csv'), 'userId\n12345678\n')
  const channel = { kind: 'delete-files', owner: 'user_id' }
  const stores = [{ id: 'a', root: 'store', country: 'SG', channel }]
  writeFileSync(join(cwd, 'odv.json'), JSON.stringify({ manifest: 'ids.csv', stores }))
  const ended = await odv(cwd, 'run', '--json')
  expect(ended.code).toBe(64)
  const reasons = [
    expect.stringMatching(/^manifest: expected a column or member transferredAt, since we delete in store a/),
  ]
  expect(linesOf(ended, 'verdict')).toMatchObject([{ store: 'a', verdict: 'incomplete', reasons }])
})
