import { beforeAll, expect, it } from 'vitest'
import { type Ended, linesOf, odv } from '../support/odv.ts'
import { configText, jsonRecords, manifestText, numbers, transferred, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** A custodian who says nothing until the deadline has passed. */

let place: string
let ran: Ended
let runId: string

beforeAll(async () => {
  place = scratchDirectory()
  writeFiles(place, {
    'ids.csv': manifestText,
    'found/a.jsonl': jsonRecords(numbers(3).map(transferred)),
    'odv.json': configText({
      manifest: 'ids.csv',
      stores: [{ id: 'sg', root: 'found', country: 'SG', channel: { kind: 'manual', deadline: '1s' } }],
    }),
  })
  ran = await odv(place, 'run')
  runId = /run-\S+/.exec(ran.stdout)![0]
})

it('nobody is said to have answered a request whose deadline passed', async () => {
  expect(ran.code, ran.stderr).toBe(1)
  expect(ran.stdout).toContain(`request ${runId}-sg-0: the deadline has passed without an answer`)
  const { stdout } = await odv(place, 'status', runId)
  expect(stdout).toMatch(new RegExp(`request ${runId}-sg-0: not answered by its deadline, 20`))
  const late = await odv(place, 'ack', `${runId}-sg-0`)
  expect(late.stdout).toMatch(/-sg-0: its deadline had passed without an answer, at 20\S+: this one comes too late/)
  expect(ran.stdout + stdout + late.stdout).not.toMatch(/answered (before, )?by the deadline/)
})

it('who reads JSON Lines is told why nothing was exported', async () => {
  const none = await odv(place, 'export', '--from', '2020-01-01', '--to', '2020-02-01', '--out', 'none', '--json')
  expect(none.code).toBe(64)
  expect(linesOf(none, 'error')).toEqual([
    { kind: 'error', error: 'NotKnown', message: expect.stringContaining('at least one attestation'), exitCode: 64 },
  ])
  expect(none.stderr).toMatch(/^odv: export \S+: expected at least one attestation/)
})
