import type { WholeNumbers } from '../../whole-numbers.ts'
import { type ByteValues, byteLines, fixedValues, mayBePadded, printedLines, withoutPadding } from '../byte-values.ts'
import { writeSigned } from '../decimal-digits.ts'
import { decimalText, pointed } from '../decimal-text.ts'
import {
  type FixedPrinter,
  fixedLines,
  floating,
  halfOf,
  int96,
  interval,
  signed32,
  signed64,
  unsigned32,
  unsigned64,
  uuid,
} from '../fixed-lines.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'
import { numberLines } from '../number-lines.ts'
import { createOut, type Lines } from '../text-content.ts'
import type { Leaf } from './schema.ts'

/** How the values of one column become lines: of one width, one behind the other, or each with a length of its own. */
export type Printer = {
  fixed(bytes: Uint8Array, count: number): Lines
  /** `isLeftOut`: values by their index whose lines stay empty. */
  bytes(values: ByteValues, isLeftOut?: (index: number) => boolean): Lines
  /** Values of one width are whole numbers. */
  readonly whole?: Pick<WholeNumbers, 'width' | 'isSigned'>
  /** Whether what is written can be anything but text. */
  readonly kind: 'numbers' | 'text'
}

/** `onLossy`: a floating-point number may have lost digits. `kernel`: does the same faster, for lines in its own buffer. */
export function printerOf(leaf: Leaf, onLossy: () => void, kernel?: PageKernel): Printer {
  const { width } = leaf
  const printer = fixedPrinterOf(leaf, onLossy)
  if (printer !== undefined)
    return {
      kind: 'numbers',
      fixed: (bytes, count) => linesOf(bytes, count, width, printer, kernel),
      ...(wholeNumbers.has(printer) && { whole: wholeNumbers.get(printer)! }),
      bytes: (values) => {
        const out = createOut(printer.longest + 8)
        return printedLines(values, ({ buffer, byteOffset, byteLength }) => {
          const view = new DataView(buffer, byteOffset, byteLength)
          return out.buffer.toString('latin1', 0, printer.print(out, 0, view, 0))
        })
      },
    }
  const { print } = leaf
  if (print.as === 'decimal') {
    const bytes = (values: ByteValues) => printedLines(values, (each) => decimalText(each, print.scale))
    return { kind: 'numbers', bytes, fixed: (fixed, count) => bytes(fixedValues(fixed, width, count)) }
  }
  const bytes: Printer['bytes'] =
    leaf.physical === 'FIXED_LEN_BYTE_ARRAY' && mayBePadded(width)
      ? (values, isLeftOut) => byteLines(withoutPadding(values), isLeftOut)
      : byteLines
  return { kind: 'text', bytes, fixed: (fixed, count) => bytes(fixedValues(fixed, width, count)) }
}

/** Printers of whole numbers, which need not become lines: see `numberLines`. */
const wholeNumbers = new Map<FixedPrinter, Pick<WholeNumbers, 'width' | 'isSigned'>>([
  [signed64, { width: 8, isSigned: true }],
  [unsigned64, { width: 8, isSigned: false }],
  [signed32, { width: 4, isSigned: true }],
  [unsigned32, { width: 4, isSigned: false }],
])

function linesOf(bytes: Uint8Array, count: number, width: number, printer: FixedPrinter, kernel?: PageKernel): Lines {
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
const exact = { double: 2 ** 53, float: 2 ** 24, half: 2 ** 11 } as const

function fixedPrinterOf({ physical, width, print }: Leaf, onLossy: () => void): FixedPrinter | undefined {
  switch (print.as) {
    case 'signed':
      return width === 8 ? signed64 : signed32
    case 'unsigned':
      return width === 8 ? unsigned64 : unsigned32
    case 'double':
      return floating((view, at) => view.getFloat64(at, true), exact.double, onLossy)
    case 'float':
      return floating((view, at) => view.getFloat32(at, true), exact.float, onLossy)
    case 'half':
      return floating(halfOf, exact.half, onLossy)
    case 'int96':
      return int96
    case 'interval':
      return interval
    case 'uuid':
      return uuid
    case 'decimal':
      if (physical === 'INT32') return print.scale === 0 ? signed32 : decimals(print.scale, 4)
      if (physical === 'INT64') return print.scale === 0 ? signed64 : decimals(print.scale, 8)
      return undefined
    case 'boolean':
    case 'text':
    case 'bytes':
      return undefined
    default:
      return print satisfies never
  }
}

/** Decimal numbers in integers: the digits, of which the last `scale` move behind a point. */
function decimals(scale: number, width: 4 | 8): FixedPrinter {
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
