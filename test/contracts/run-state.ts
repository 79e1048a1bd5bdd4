import { describe, expect, it } from 'vitest'
import type { RequestRecord, RunRecord, RunState } from '../../lib/ports.ts'

const run = (runId: string, startedAt: string): RunRecord => ({
  runId,
  trigger: 'on-demand',
  state: 'running',
  startedAt,
  stores: [{ storeId: 'sg' }],
})

const request = (requestId: string, runId: string, storeId: string, pass: number): RequestRecord => ({
  requestId,
  runId,
  storeId,
  pass,
  deadline: '2026-12-01T00:00:00.000Z',
})

export function runStateContract(name: string, make: () => Promise<RunState>): void {
  describe(`${name} as run state`, () => {
    it('says of runs and requests it never saw that there are none', async () => {
      const state = await make()
      expect(await state.getRun('r')).toBeUndefined()
      expect(await state.getRequest('q')).toBeUndefined()
      expect(await state.listRuns()).toEqual([])
      expect(await state.listRequests('r')).toEqual([])
    })

    it('keeps the last state of a run, whole', async () => {
      const state = await make()
      const first = run('r', '2026-11-01T00:00:00.000Z')
      const last: RunRecord = {
        ...first,
        state: 'finished',
        finishedAt: '2026-11-01T01:00:00.000Z',
        stores: [{ storeId: 'sg', verdict: 'incomplete', reasons: ['2 versions unverified: corrupt'] }],
      }
      await state.putRun(first)
      expect(await state.getRun('r')).toEqual(first)
      await state.putRun(last)
      await state.putRun(last)
      expect(await state.getRun('r')).toEqual(last)
      expect(await state.listRuns()).toEqual([last])
    })

    it('keeps a run of hundreds of stores that a manifest of bad rows left without a verdict', async () => {
      const state = await make()
      const reasons = Array.from(
        { length: 20 },
        (_, line) => `line ${line + 2}: transferredAt: expected a time, got none`,
      )
      const stores = Array.from({ length: 400 }, (_, n) => ({
        storeId: `bucket-${n}`,
        verdict: 'incomplete' as const,
        reasons,
      }))
      const large: RunRecord = { ...run('r', '2026-11-01T00:00:00.000Z'), state: 'finished', stores }
      await state.putRun(large)
      expect(await state.getRun('r')).toEqual(large)
      expect(await state.listRuns()).toEqual([large])
    })

    it('lists runs newest first, in whatever order they were stored', async () => {
      const state = await make()
      const runs = ['03', '01', '02'].map((day) => run(`run-${day}`, `2026-11-${day}T00:00:00.000Z`))
      for (const each of runs) await state.putRun(each)
      await state.putRun(runs[1]!)
      expect((await state.listRuns()).map(({ runId }) => runId)).toEqual(['run-03', 'run-02', 'run-01'])
    })

    it('keeps the requests of each run apart', async () => {
      const state = await make()
      const [first, second, other] = [
        request('q1', 'r', 'ie', 0),
        request('q2', 'r', 'sg', 0),
        request('q3', 's', 'sg', 0),
      ]
      for (const each of [other, second, first]) await state.putRequest(each)
      expect(await state.listRequests('r')).toEqual([first, second])
      const answered = { ...second, token: 'token', acknowledgedAt: '2026-11-02T00:00:00.000Z' }
      await state.putRequest(answered)
      expect(await state.getRequest('q2')).toEqual(answered)
      expect(await state.listRequests('r')).toEqual([first, answered])
      expect(await state.listRequests('s')).toEqual([other])
    })
  })
}
