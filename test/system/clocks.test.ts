import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import { checkBundle } from '../../lib/pipeline/check-bundle.ts'
import { exportBundle } from '../../lib/pipeline/export-bundle.ts'
import { deleting, openStore } from '../support/pipeline.ts'
import { jsonRecords, transferred } from '../support/sample-files.ts'
import { someOf } from '../support/some-of.ts'

/** Each task of a run has its own clock: one of them goes wrong, or every other look at it does. */

const minute = 60_000
const amounts = { 'nine minutes': 9 * minute, 'two hours': 120 * minute, 'three days': 3 * 24 * 60 * minute }
const cases = [
  ...['open-run', 'build-index', 'attest', 'take-inventory', 'scan-batch', 'request-deletion', 'execute-deletion'],
  ...['decide-verdict', 'close-run', 'sign-checkpoint', 'every other'],
].flatMap((task) =>
  Object.entries(amounts).flatMap(([amount, ms]) => [
    { task, way: `${amount} ahead`, ms },
    { task, way: `${amount} behind`, ms: -ms },
  ]),
)

/** `what`: a task, or a phase that is attested. */
async function run(what: string, ms: number) {
  const place = await openStore(
    { 'a.jsonl': jsonRecords([transferred(1)]), 'b.txt': 'nobody\n' },
    { id: 'ie', channel: deleting },
    { identifierCase: 'exact' },
  )
  let current: (string | undefined)[] = []
  let looks = 0
  const isWrong = () => (what === 'every other' ? looks++ % 2 === 1 : current.includes(what))
  const ended = await place.run({
    before: (moment) => {
      current = [moment.task, moment.phase]
    },
    wrap: (ports) => Object.create(ports, { clock: { value: () => new Date(Date.now() + (isWrong() ? ms : 0)) } }),
  })
  const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
  return { ...ended, ports, isDeleted: !existsSync(join(place.root, 'store/a.jsonl')) }
}

describe('the clock of one task goes', () => {
  it.each(someOf(6, cases))('$way, of $task: the run ends, and what it says can be exported', async ({ task, ms }) => {
    const { store, why, isDeleted, ports } = await run(task, ms)
    await exportBundle(ports, { exportId: 'export-1', selection: { runId: 'run-0' } })
    await checkBundle(ports, { exportId: 'export-1' })
    expect(store === 'verified' ? isDeleted : /times:|ClocksDiffer|no fresh inventory/.test(why)).toBe(true)
  })

  it.each([
    { task: 'build-index', failure: 'ClocksDiffer in ConfirmScopeAgain' },
    { task: 'execute-deletion', failure: 'ClocksDiffer in ConfirmScopeAgain' },
    { task: 'attest', failure: 'ClocksDiffer in AttestScan' },
  ])('wrong by two hours, of $task: nothing is deleted, and the verdict says why', async ({ task, failure }) => {
    for (const ms of [amounts['two hours'], -amounts['two hours']]) {
      const { why, isDeleted } = await run(task, ms)
      expect([why.includes(`failure: ${failure}`), isDeleted]).toEqual([true, false])
    }
  })
})

it.each(['scan', 'deletion-request', 'deletion-ack'])(
  'no store is verified with what is dated before the attestation of its %s, by a clock that was ahead',
  async (phase) => {
    const { why } = await run(phase, amounts['two hours'])
    expect(why).toContain('failure: ClocksDiffer in AttestScan')
  },
)

describe('the clock of the machine is set back by two hours', () => {
  const setBack = async (phase: string) => {
    const place = await openStore({ 'b.txt': 'nobody\n' }, { id: 'ie' })
    let by = 0
    const ended = await place.run({
      before: (moment) => {
        if (moment.phase === phase) by = amounts['two hours']
      },
      wrap: (ports) => Object.create(ports, { clock: { value: () => new Date(Date.now() - by) } }),
    })
    await place.run()
    const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
    await exportBundle(ports, { exportId: 'export-1', selection: { runId: 'run-0' } })
    await checkBundle(ports, { exportId: 'export-1' })
    return ended
  }

  it('before the verdict is signed: the store is incomplete, and the next run signs a log that can be exported', async () => {
    const { store, why, result } = await setBack('verification')
    expect({ store, why, result }).toMatchObject({
      ...{ store: 'incomplete', why: 'verdict: not attested' },
      result: { status: 'SUCCEEDED' },
    })
  })

  it('before the summary is signed: the run fails for it, and the next run signs a log that can be exported', async () => {
    const { result } = await setBack('run-summary')
    expect(result).toMatchObject({ status: 'FAILED', error: 'ClocksDiffer' })
  })
})
