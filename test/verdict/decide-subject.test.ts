import { describe, expect, it } from 'vitest'
import { decideSubject, lastInventoriesOf } from '../../lib/verdict/decide-subject.ts'
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

  it('is known from the beginning of the first of the last inventories to the end of the last', () => {
    const of = (startedAt: string, finishedAt: string) => ({
      ...cleanCoverage,
      inventory: { ...cleanCoverage.inventory, startedAt, finishedAt },
    })
    const day = (n: number) => `2026-01-0${n}T00:00:00.000Z`
    const [old, early, late] = [of(day(1), day(2)), of(day(3), day(5)), of(day(4), day(9))]
    expect(lastInventoriesOf([{ passes: [late] }, { passes: [old, early] }])).toEqual({ from: day(3), to: day(9) })
    expect(lastInventoriesOf([{ passes: [early] }])).toEqual({ from: day(3), to: day(5) })
    expect(lastInventoriesOf([{ passes: [early] }, { passes: [] }])).toBeUndefined()
    expect(lastInventoriesOf([])).toBeUndefined()
  })
})
