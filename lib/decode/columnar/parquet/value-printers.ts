import type { WholeNumbers } from '../../whole-numbers.ts'
import { type ByteValues, byteLines, fixedValues, mayBePadded, printedLines, withoutPadding } from '../byte-values.ts'
import { decimalText } from '../decimal-text.ts'
import {
  type FixedPrinter,
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
import { decimals, exact, printedValues, wholeNumbers } from '../printed-values.ts'
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
      fixed: (bytes, count) => printedValues(bytes, count, width, printer, kernel),
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
