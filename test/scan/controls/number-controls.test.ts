import { expect, test, vi } from 'vitest'
import { runControls } from '../../../lib/scan/controls/controls.ts'
import { makeIndex } from '../../subject-index/make-index.ts'

const lookup = vi.hoisted(() => ({ isBlind: false, numbers: 0 }))

vi.mock('../../../lib/scan/finders/number-lookup.ts', async (original) => {
  const real = await original<typeof import('../../../lib/scan/finders/number-lookup.ts')>()
  return {
    ...real,
    createNumberLookup(...index: Parameters<typeof real.createNumberLookup>) {
      const lookUp = real.createNumberLookup(...index)
      return (...given: Parameters<NonNullable<typeof lookUp>>) => {
        const found = lookUp?.(...given)
        lookup.numbers += found === undefined ? 0 : given[0].count
        return found && lookup.isBlind ? { ...found, tokens: [] } : found
      }
    },
  }
})

test('controls are missed where only those in numbers of which nobody makes lines are not found', async () => {
  const index = makeIndex(['1234567890', '98765432109876543', 'bob@x.org'])
  const healthy = await runControls(index)
  expect(healthy.positive.detected).toBe(healthy.positive.planted)
  expect(healthy.negative.falseAlarms).toBe(0)
  expect(lookup.numbers).toBeGreaterThan(0)
  lookup.isBlind = true
  const { positive } = await runControls(index)
  expect(positive.planted).toBe(healthy.positive.planted)
  expect(positive.detected).toBeLessThan(positive.planted)
})
