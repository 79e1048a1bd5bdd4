import { describe, expect, it } from 'vitest'
import { decideSubject, goneSinceOf } from '../../lib/verdict/decide-subject.ts'
import type { Verdict } from '../../lib/verdict/decide-verdict.ts'
import { cleanCoverage } from '../support/sample-run.ts'

const cases: { before: number; after: number; run: Verdict; status: string }[] = [
  { before: 3, after: 0, run: 'verified', status: 'deleted' },
  { before: 0, after: 0, run: 'verified', status: 'never-found' },
  { before: 3, after: 1, run: 'residual', status: 'residual' },
  { before: 0, after: 1, run: 'incomplete', status: 'residual' },
  { before: 3, after: 0, run: 'residual', status: 'undetermined' },
  { before: 3, after: 0, run: 'incomplete', status: 'undetermined' },
  { before: 0, after: 0, run: 'residual', status: 'undetermined' },
  { before: 0, after: 0, run: 'incomplete', status: 'undetermined' },
  { before: 0, after: 1, run: 'verified', status: 'residual' },
]

describe('what a run comes to for one subject', () => {
  it.each(cases)('is $status: $before before, $after after, $run', ({ status, run, ...hits }) => {
    expect(decideSubject(hits, run)).toBe(status)
  })

  it('counts as gone from the end of the last of the last inventories', () => {
    const at = (finishedAt: string) => ({ ...cleanCoverage, inventory: { ...cleanCoverage.inventory, finishedAt } })
    const [first, second, third] = [
      '2026-01-01T00:00:00.000Z',
      '2026-01-02T00:00:00.000Z',
      '2026-01-03T00:00:00.000Z',
    ] as const
    expect(goneSinceOf([{ passes: [at(third), at(first)] }, { passes: [at(second)] }])).toBe(second)
    expect(goneSinceOf([])).toBeUndefined()
  })
})
