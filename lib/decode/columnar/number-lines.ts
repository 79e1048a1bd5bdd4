import { numbersFrom, type WholeNumbers } from '../whole-numbers.ts'
import type { Lines } from './text-content.ts'

/**
 * Lines of whole numbers that come in batches, each valid until the next one; absent at the end. Whoever can take the numbers as they are has no
 * lines made of them.
 */
export function numberLines(next: () => WholeNumbers | undefined, print: (numbers: WholeNumbers) => Lines): Lines {
  let batch: WholeNumbers | undefined
  let passed = 0
  let lines: Lines | undefined

  function pass(count: number): void {
    passed += count
    if (passed < batch!.count) return
    batch = undefined
    passed = 0
  }

  return {
    whole: {
      peek() {
        batch ??= next()
        return batch && numbersFrom(batch, passed)
      },
      pass,
    },
    fill(out) {
      for (;;) {
        if (lines === undefined) {
          batch ??= next()
          if (batch === undefined) return true
          const { bytes, count, width } = batch
          lines = print({ ...batch, bytes: bytes.subarray(passed * width), count: count - passed })
        }
        if (!lines.fill(out)) return false
        lines = undefined
        pass(batch!.count - passed)
      }
    },
  }
}
