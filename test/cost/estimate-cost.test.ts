import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateCost, type Workload } from '../../lib/cost/estimate-cost.ts'

const terabyte: Workload = {
  storeId: 'sg',
  pass: 0,
  region: 'ap-southeast-1',
  versions: 100_000,
  bytes: 1e12,
  batches: 8_000,
}

const usdOf = (work: Workload[], region: string, item: string) =>
  estimateCost(work, region).items.find((each) => each.item === item)?.usd

describe('the cost of a run', () => {
  it('is what a terabyte in Singapore comes to, item by item', () => {
    const { items, requests, lambdaSeconds } = estimateCost([terabyte], 'us-east-1')
    // 10^12 bytes at 60 MB/s, 10^5 first bytes of 30 ms, 8,000 batches of a second, 200 pages of 150 ms, 2 s of settling.
    expect(lambdaSeconds).toBe(Math.ceil(1e12 / 60e6 + 3_000 + 8_000 + 30 + 2))
    expect(requests).toBe(100_000 + 200)
    expect(Object.fromEntries(items.map(({ item, usd }) => [item, usd]))).toEqual({
      'object versions read': 0.04,
      listings: 0.001,
      'transfer of sg from ap-southeast-1': 90,
      functions: 0.638,
      'calls of functions': 0.0016,
      'state machines': 1.2015,
      'evidence written': 0.0406,
      'evidence kept for a year': 0.0207,
      statements: 0.0001,
    })
  })

  it('has no transfer within a Region, and none of a store whose Region is not known', () => {
    const item = 'transfer of sg from ap-southeast-1'
    expect(usdOf([terabyte], 'us-east-1', item)).toBe(90)
    expect(usdOf([terabyte], 'ap-southeast-1', item)).toBeUndefined()
    const { region: _, ...somewhere } = terabyte
    expect(estimateCost([somewhere], 'us-east-1').items.filter(({ item }) => item.startsWith('transfer'))).toEqual([])
  })

  it('takes measured seconds where there are any', () => {
    expect(estimateCost([{ ...terabyte, scanSeconds: 100 }], 'us-east-1').lambdaSeconds).toBe(100 + 30 + 2)
  })

  it('adds up, and grows with every store', () => {
    const work = fc.record({
      storeId: fc.constantFrom('sg', 'ie'),
      pass: fc.nat(2),
      versions: fc.nat(1e9),
      bytes: fc.nat(2 ** 50),
      batches: fc.nat(1e6),
    })
    fc.assert(
      fc.property(fc.array(work, { maxLength: 4 }), work, (stores, more) => {
        const [before, after] = [estimateCost(stores, 'us-east-1'), estimateCost([...stores, more], 'us-east-1')]
        expect(after.usd).toBeGreaterThan(before.usd)
        expect(after.usd).toBeCloseTo(
          after.items.reduce((sum, { usd }) => sum + usd, 0),
          3,
        )
      }),
    )
  })

  it('counts what waited in a smaller function with its memory, and does not promise that what was not measured waits', () => {
    const usdOfFunctions = (work: Workload, memory: number) =>
      estimateCost([work], 'us-east-1', memory).items.find(({ item }) => item === 'functions')!.usd
    const measured = { ...terabyte, scanSeconds: 14_000 }
    expect(usdOfFunctions(measured, 576) / usdOfFunctions(measured, 1769)).toBeCloseTo(576 / 1769, 2)
    expect(usdOfFunctions(measured, 3538) / usdOfFunctions(measured, 1769)).toBeCloseTo(2, 1)
    const large = { ...terabyte, versions: 1, batches: 1 }
    expect(usdOfFunctions(large, 576)).toBeCloseTo(usdOfFunctions(large, 1769), 2)
  })

  it('counts with the memory that the functions have', () => {
    const functions = readFileSync(join(import.meta.dirname, '../../infra/functions.yml'), 'utf8')
    const memoryOf = (name: string) =>
      functions
        .split(`\n${name}:\n`)[1]
        ?.split(/\n\w/)[0]
        ?.match(/memorySize: (.*)/)?.[1]
    expect(['takeInventory', 'settleSegment', 'scanBatch'].map(memoryOf)).toEqual([
      '1769',
      '1769',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Serverless fills it in.
      '${self:custom.scanMemory}',
    ])
  })
})
