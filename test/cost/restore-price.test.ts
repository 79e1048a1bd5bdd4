import { describe, expect, it } from 'vitest'
import { sumOf } from '../../lib/cost/cost-item.ts'
import { estimateCost, type Workload } from '../../lib/cost/estimate-cost.ts'
import { isOffered, restoreItems } from '../../lib/cost/restore-price.ts'
import type { ArchivedSum } from '../../lib/inventory/archived.ts'

const terabyte = (name: ArchivedSum['class']): ArchivedSum => ({ class: name, versions: 100_000, bytes: 1e12 })
const usdOf = (name: ArchivedSum['class'], tier: 'bulk' | 'standard' | 'expedited', days = 30) =>
  sumOf(restoreItems('sg', [terabyte(name)], { tier, days }))

describe('the price of a restore', () => {
  // 100,000 requests and 1,000 GB; a month of their copies at 23 USD.
  it.each([
    { name: 'GLACIER', tier: 'bulk', usd: 0 + 0 + 23 },
    { name: 'GLACIER', tier: 'standard', usd: 5 + 10 + 23 },
    { name: 'GLACIER', tier: 'expedited', usd: 1000 + 30 + 23 },
    { name: 'DEEP_ARCHIVE', tier: 'bulk', usd: 2.5 + 2.5 + 23 },
    { name: 'DEEP_ARCHIVE', tier: 'standard', usd: 10 + 20 + 23 },
    // It has no such tier: nothing is asked for.
    { name: 'DEEP_ARCHIVE', tier: 'expedited', usd: 0 },
  ] as const)('of a terabyte in 100,000 versions of $name, $tier, is $usd USD', ({ name, tier, usd }) => {
    expect(usdOf(name, tier)).toBe(usd)
    expect(isOffered(name, tier)).toBe(name === 'GLACIER' || tier !== 'expedited')
  })

  it('grows with the days that copies are kept', () => {
    expect(usdOf('GLACIER', 'bulk', 3)).toBeCloseTo(2.3)
  })

  it('is that of every class together', () => {
    const both = restoreItems('sg', [terabyte('GLACIER'), terabyte('DEEP_ARCHIVE')], { tier: 'bulk', days: 30 })
    expect(sumOf(both)).toBe(51)
  })

  it('is in the estimate of a run that would pay it, and only there', () => {
    const work: Workload = {
      storeId: 'sg',
      pass: 0,
      versions: 1,
      bytes: 1,
      batches: 1,
      archived: [terabyte('GLACIER')],
    }
    const restored = estimateCost([{ ...work, restore: { tier: 'standard', days: 30 } }], 'us-east-1')
    const left = estimateCost([work], 'us-east-1')
    expect(restored.items.map(({ item }) => item).filter((item) => item.startsWith('restore'))).toEqual([
      'restore of sg from GLACIER, standard: asking',
      'restore of sg from GLACIER, standard: retrieval',
      'restore of sg from GLACIER, standard: copies for 30 days',
    ])
    expect(restored.usd - left.usd).toBeCloseTo(38)
  })
})
