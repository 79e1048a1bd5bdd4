import { expect, it } from 'vitest'
import { startOdv, verdictsOf } from '../support/odv.ts'
import { configText, digestsOf, manifestText, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

const channel = { kind: 'delete-files', owner: 'user_id' }
const config = {
  identifierCase: 'exact',
  manifest: 'ids.csv',
  stores: [{ id: 'sg', root: 'sg', country: 'SG', channel }],
}
const recordOf = (id: string) => `01${id}20260101SMITH     0000001299\n`

it('a store is not verified while fields of fixed width may be somebody’s, and nothing in it is asked for or deleted', async () => {
  const place = scratchDirectory()
  const records = Array.from({ length: 30 }, (_, n) => recordOf(n === 20 ? transferred(3) : somebodyElse(n)))
  writeFiles(place, { 'odv.json': configText(config), 'ids.csv': manifestText, 'sg/extract.txt': records.join('') })
  const before = digestsOf(`${place}/sg`)
  const run = await startOdv(place, ['run', '--json']).ended
  expect([run.code, verdictsOf(run)]).toEqual([2, { sg: 'incomplete' }])
  expect(run.stdout).toContain('"unverified":1')
  expect(run.stdout).toContain('fixed-width')
  expect(run.stdout).not.toContain('"kind":"request"')
  expect(run.stdout + run.stderr).not.toContain(transferred(3))
  expect(digestsOf(`${place}/sg`)).toEqual(before)
})
