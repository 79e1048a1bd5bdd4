import { describe, expect, it } from 'vitest'
import { identityOf } from '../../lib/attestation/statement.ts'
import { newestRun } from '../../lib/pipeline/newest-run.ts'
import type { Reservation, RunRecord } from '../../lib/ports.ts'

type Run = { runId: string; seq?: number; state?: RunRecord['state']; trigger?: RunRecord['trigger'] }

/** Runs as they are listed: newest first, by the clocks that they began with. */
const among = (runs: Run[]) =>
  newestRun({
    runState: {
      listRuns: async () =>
        runs.map(({ runId, state = 'finished', trigger = 'nightly' }) => ({
          ...{ runId, state, trigger },
          startedAt: '',
          stores: [],
        })),
    } as unknown as Parameters<typeof newestRun>[0]['runState'],
    ledger: {
      async find(identity) {
        const run = runs.find(({ runId }) => identityOf(runId, undefined, undefined, 'run-summary') === identity)
        return run?.seq === undefined ? undefined : ({ seq: run.seq } as Reservation)
      },
    },
  })

describe('the newest run', () => {
  it.each([
    {
      name: 'is the first one that is listed',
      runs: [
        { runId: 'b', seq: 9 },
        { runId: 'a', seq: 4 },
      ],
      newest: 'b',
    },
    {
      name: 'is not one that began by a clock that was ahead',
      runs: [
        { runId: 'ahead', seq: 4 },
        { runId: 'b', seq: 9 },
      ],
      newest: 'b',
    },
    {
      name: 'is one that began by a clock that was behind',
      runs: [
        { runId: 'a', seq: 4 },
        { runId: 'behind', seq: 9 },
      ],
      newest: 'behind',
    },
    { name: 'is also one that could not be attested', runs: [{ runId: 'b' }, { runId: 'a', seq: 4 }], newest: 'b' },
    {
      name: 'has ended, and was no dry one',
      runs: [
        { runId: 'd', seq: 9, state: 'running' as const },
        { runId: 'c', seq: 8, trigger: 'dry-run' as const },
        { runId: 'b', seq: 7 },
      ],
      newest: 'b',
    },
    { name: 'is none where there is none', runs: [], newest: undefined },
  ])('$name', async ({ runs, newest }) => {
    expect(await among(runs)).toBe(newest)
  })
})
