import type { WholeNumbers } from '../whole-numbers.ts'
import { writeSigned } from './decimal-digits.ts'
import { pointed } from './decimal-text.ts'
import { type FixedPrinter, fixedLines, signed32, signed64, unsigned32, unsigned64 } from './fixed-lines.ts'
import type { PageKernel } from './kernel/page-kernel.ts'
import { numberLines } from './number-lines.ts'
import type { Lines } from './text-content.ts'

/** Printers of whole numbers, which need not become lines: see `numberLines`. */
export const wholeNumbers = new Map<FixedPrinter, Pick<WholeNumbers, 'width' | 'isSigned'>>([
  [signed64, { width: 8, isSigned: true }],
  [unsigned64, { width: 8, isSigned: false }],
  [signed32, { width: 4, isSigned: true }],
  [unsigned32, { width: 4, isSigned: false }],
])

/** Lines of values of one width; `kernel`: does the same faster. */
export function printedValues(
  bytes: Uint8Array,
  count: number,
  width: number,
  printer: FixedPrinter,
  kernel?: PageKernel,
): Lines {
  const kind = wholeNumbers.get(printer)
  if (kind === undefined) return fixedLines(bytes, count, width, printer)
  let isNext = count > 0
  const next = () => {
    if (!isNext) return undefined
    isNext = false
    return { bytes, count, ...kind }
  }
  return numberLines(
    next,
    ({ bytes, count, width, isSigned }) =>
      kernel?.numberLines(bytes, count, width, isSigned) ?? fixedLines(bytes, count, width, printer),
  )
}

/** Below these, whole numbers are exact. */
export const exact = { double: 2 ** 53, float: 2 ** 24, half: 2 ** 11 } as const

/** Decimal numbers in integers: the digits, of which the last `scale` move behind a point. */
export function decimals(scale: number, width: 4 | 8): FixedPrinter {
  return {
    longest: 24 + scale,
    print: (out, to, view, at) => {
      const low = view.getInt32(at, true)
      const high = width === 4 ? low >> 31 : view.getInt32(at + 4, true)
      const end = writeSigned(out, to, high >>> 0, low >>> 0)
      const point = end - scale
      if (point <= to + (high < 0 ? 1 : 0)) {
        const value = (BigInt(high) << 32n) | BigInt(low >>> 0)
        return to + out.buffer.write(pointed(value, scale), to, 'latin1')
      }
      out.buffer.copyWithin(point + 1, point, end)
      out.buffer[point] = 0x2e
      return end + 1
    },
  }
}
