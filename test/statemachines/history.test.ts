import { describe, expect, it } from 'vitest'
import { pageSize, pagesAtOnce } from '../../lib/pipeline/take-inventory.ts'
import { named } from '../local/asl/world.ts'
import { allStates } from './definitions.ts'
import { deploy, type Setting } from './deployment.ts'

/** An execution ends for good when its history has more events: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const mostEvents = 25_000

/** Events that a visit of a state leaves, by its type: entered and exited, and of a task scheduled, started, submitted and succeeded. */
const eventsOf: Record<string, number> = { Task: 6, Map: 4, Pass: 2, Choice: 2, Wait: 2, Succeed: 2, Fail: 2 }
/** Begun and ended. */
const ofIteration = 2
/** Failed, scheduled, started. */
const ofRetry = 3

const inBatches = [
  ...['ScanBatch', 'IsBatchRead', 'BatchRead', 'ScanBatchInTask', 'AreFewerLeft', 'ReadFewer', 'BatchNotScanned'],
]

/** The events of one execution of a machine in a run; what a distributed Map does has histories of its own. */
async function historyOf(machine: string, setting: Setting, iterations: number) {
  const deployment = deploy(setting)
  const { status } = await deployment.verify()
  const typeOf = new Map(
    allStates.flatMap((each) => (each.machine === machine ? [[each.name, each.state.Type] as const] : [])),
  )
  const events = deployment.world.events.filter(
    (event) => event.machine === machine && 'state' in event && !inBatches.includes(event.state),
  )
  const entered = events.filter(({ kind }) => kind === 'state-entered')
  const visits = entered.reduce((sum, { state }) => sum + eventsOf[typeOf.get(state)!]!, 0)
  const retries = events.filter(({ kind }) => kind === 'task-retried').length
  return { status, events: 2 + visits + ofRetry * retries + ofIteration * iterations, retries }
}

describe('the history of one execution has room for', () => {
  it('both listings of a bucket with a thousand million versions', { timeout: 60_000 }, async () => {
    const versions = 10 ** 9
    const calls = Math.ceil(versions / (pageSize * pagesAtOnce))
    const pages = Math.ceil(calls / 32)
    const { status, events } = await historyOf('scan-store', { segments: 32, pages }, 64)
    expect(status).toBe('SUCCEEDED')
    expect(events).toBeGreaterThan(10_000)
    expect(events).toBeLessThan(mostEvents)
  })

  it('every attempt of all segments at the same time, where an account has no calls to spare', async () => {
    const { Retry } = allStates.find(({ name }) => name === 'ListOpening')!.state
    const attempts = Math.max(...(Retry as { MaxAttempts: number }[]).map(({ MaxAttempts }) => MaxAttempts))
    const tried = new Map<unknown, number>()
    const setting: Setting = {
      segments: 32,
      before(name, { segment, listing }) {
        if (name !== 'take-inventory' || listing !== 'opening') return
        const attempt = tried.get(segment) ?? 0
        tried.set(segment, attempt + 1)
        if (attempt < attempts) throw named('Lambda.TooManyRequestsException')
      },
    }
    const { status, events, retries } = await historyOf('scan-store', setting, 64)
    expect([status, retries]).toEqual(['SUCCEEDED', 32 * attempts])
    expect(events).toBeLessThan(mostEvents)
  })

  it('a run over as many stores as a stage has, each of which breaks down and is hard to begin', async () => {
    const stores = Array.from({ length: 400 }, (_, at) => `s${at}`)
    const setting: Setting = {
      stores,
      before(name, { failure }) {
        if (
          name === 'plan-listing' ||
          (name === 'decide-verdict' && failure !== null && (failure as { state: string }).state === 'ScanStore')
        )
          throw named('Broken')
      },
    }
    const { status, events } = await historyOf('verify-run', setting, stores.length)
    expect(status).toBe('SUCCEEDED')
    // Each child may need eight retries to begin.
    expect(events + stores.length * 8 * ofRetry).toBeLessThan(mostEvents)
  })
})
