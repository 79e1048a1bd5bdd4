import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startOdv, verdictsOf } from '../support/odv.ts'
import { configText, manifestText, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** Reading it takes many minutes; on the disk it takes nothing. */
const hugeBytes = 2 ** 36
const config = { manifest: 'ids.csv', stores: [{ id: 'sg', root: 'sg', country: 'SG' }] }

function makePlace(): string {
  const place = scratchDirectory()
  writeFiles(place, { 'odv.json': configText(config), 'ids.csv': manifestText })
  writeFiles(join(place, 'sg'), { 'disk.img': '' })
  truncateSync(join(place, 'sg/disk.img'), hugeBytes)
  return place
}

/** Whether slices of it are being read. */
function isReading(place: string): boolean {
  const log = join(place, '.odv/log.jsonl')
  return existsSync(log) && /task began.*scan-batch|scan-batch.*task began/.test(readFileSync(log, 'utf8'))
}

it('does not wait for what would take many minutes, and the run goes on', async () => {
  const place = makePlace()
  const begun = startOdv(place, ['run', '--json'])
  await expect.poll(() => isReading(place)).toBe(true)
  begun.kill('SIGINT')
  expect((await begun.ended).code).toBe(130)

  truncateSync(join(place, 'sg/disk.img'), 0)
  const [runId] = readdirSync(join(place, '.odv/evidence/runs'))
  const resumed = await startOdv(place, ['run', '--json', '--resume', runId!]).ended
  expect([resumed.code, verdictsOf(resumed)]).toEqual([2, { sg: 'incomplete' }])
})
