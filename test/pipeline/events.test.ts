import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ServiceUnavailable } from '../../lib/errors.ts'
import type { EventDetails, EventKind, Ports } from '../../lib/ports.ts'
import { openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, transferred, writeFiles } from '../support/sample-files.ts'

type Told = { kind: EventKind; detail: EventDetails[EventKind]; logged: number; withToken: boolean }

/** Runs over a store that keeps what it should not; `fails` says which calls of the bus fail, from 0. */
async function run(channel: Record<string, string>, fails: (call: number) => boolean = () => false) {
  const place = await openStore({}, { channel })
  const ids = numbers(3).map(transferred)
  writeFiles(join(place.root, 'store'), { [`of-${ids[0]}.jsonl`]: jsonRecords(ids), 'b.txt': 'nobody\n' })
  const told: Told[] = []
  let calls = 0
  const watched = (ports: Ports): Ports =>
    Object.create(ports, {
      events: {
        value: {
          async publish(kind: EventKind, detail: EventDetails[EventKind]) {
            const requests = await ports.runState.listRequests('run-0')
            const withToken = requests.some(({ token }) => token !== undefined)
            told.push({ kind, detail, logged: (await ports.ledger.head()).size, withToken })
            if (fails(calls++)) throw new ServiceUnavailable('event bus: expected an answer')
          },
        },
      },
    })
  const outcome = await place.run({ wrap: watched })
  return { told, outcome, ids }
}

describe('events of a run', () => {
  it('tell of a request once its token is kept, and of a verdict once it is in the log, in references and counts', async () => {
    const { told, ids } = await run({ kind: 'manual', deadline: '1s' })
    const [request, verdict] = told
    expect(told).toHaveLength(2)
    expect(request).toMatchObject({
      kind: 'odv.request',
      withToken: true,
      detail: { id: 'run-0-sg-0-request', requestId: 'run-0-sg-0', storeId: 'sg', pass: 0, channel: 'manual' },
    })
    expect(verdict).toMatchObject({
      kind: 'odv.verdict',
      detail: {
        id: 'run-0-sg-verdict',
        runId: 'run-0',
        storeId: 'sg',
        verdict: 'residual',
        reasons: 1,
        counts: { versions: 2, found: 1, unverified: 0, findings: 4, subjects: 3 },
      },
    })
    expect((verdict!.detail as EventDetails['odv.verdict']).seq).toBeLessThan(verdict!.logged)
    expect(JSON.stringify(told)).not.toMatch(new RegExp([...ids, 'jsonl'].join('|')))
  })

  it('tell the same under the same id when the bus failed, and change nothing of what is attested', async () => {
    const { told, outcome } = await run({ kind: 'none' }, (call) => call < 2)
    expect(told.map(({ kind }) => kind)).toEqual(['odv.verdict', 'odv.verdict', 'odv.verdict'])
    expect(new Set(told.map(({ detail }) => JSON.stringify(detail))).size).toBe(1)
    expect(outcome.result.status).toBe('SUCCEEDED')
    expect(outcome.verdict).toBe('residual')
  })

  it('do not keep a verdict from the log when the bus is gone for good: the store’s machine fails, and the run closes', async () => {
    const { told, outcome } = await run({ kind: 'none' }, () => true)
    // Five times by the store's machine, and five times by the run's.
    expect(told).toHaveLength(10)
    expect(outcome.summary.verdicts).toMatchObject([{ storeId: 'sg', verdict: 'residual' }])
    expect(outcome.summary.verdicts[0]!.envelopeSha256).toMatch(/^[0-9a-f]{64}$/)
  })
})
