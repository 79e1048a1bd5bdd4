import {
  byteLines,
  fixedValues,
  lengthWithoutPadding,
  mayBePadded,
  printedLines,
  withoutPadding,
} from '../byte-values.ts'
import { decimalText } from '../decimal-text.ts'
import {
  type FixedPrinter,
  floating,
  halfOf,
  signed32,
  signed64,
  unsigned32,
  unsigned64,
  uuid,
} from '../fixed-lines.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'
import { decimals, exact, printedValues } from '../printed-values.ts'
import type { Lines } from '../text-content.ts'
import type { Kind } from './types.ts'

type Fixed = Extract<Kind, { as: 'fixed' }>

/** Makes lines of values of one width. `isLeftOut`: those by their index whose lines stay empty. */
export type FixedValues = (bytes: Uint8Array, count: number, isLeftOut?: (index: number) => boolean) => Lines

/** `onLossy`: a floating-point number may have lost digits. `kernel`: does the same faster, for lines in its own buffer. */
export function fixedValuesOf(kind: Fixed, onLossy: () => void, kernel?: PageKernel): FixedValues {
  const { width, print } = kind
  const printer = printerOf(kind, onLossy)
  if (printer !== undefined) return (bytes, count) => printedValues(bytes, count, width, printer, kernel)
  if (print.as === 'decimal')
    return (bytes, count) =>
      printedLines(fixedValues(bytes, width, count), (each) => scaled(Uint8Array.from(each).reverse(), print.scale))
  return (bytes, count, isLeftOut) => {
    const values = fixedValues(bytes, width, count)
    if (mayBePadded(width)) return byteLines(withoutPadding(values), isLeftOut)
    // What is null is zeros.
    const isZero = (index: number) => lengthWithoutPadding(bytes, index * width, width) === 0
    return byteLines(values, (index) => isLeftOut?.(index) === true || isZero(index))
  }
}

function printerOf({ width, print }: Fixed, onLossy: () => void): FixedPrinter | undefined {
  switch (print.as) {
    case 'signed':
      return signed[width]
    case 'unsigned':
      return unsigned[width]
    case 'float':
      if (width === 8) return floating((view, at) => view.getFloat64(at, true), exact.double, onLossy)
      if (width === 4) return floating((view, at) => view.getFloat32(at, true), exact.float, onLossy)
      return floating(halfOf, exact.half, onLossy)
    case 'uuid':
      return uuid
    case 'days-and-milliseconds':
      return behindEachOther(signed32, signed32)
    case 'months-days-nanoseconds':
      return behindEachOther(signed32, signed32, signed64)
    case 'decimal':
      if (width > 8 || print.scale < 0) return undefined
      return print.scale === 0 ? signed[width] : decimals(print.scale, width === 8 ? 8 : 4)
    case 'bytes':
      return undefined
    default:
      return print satisfies never
  }
}

/** Numbers of less than 32 bits. */
const small = (read: (view: DataView, at: number) => number): FixedPrinter => floating(read, 2 ** 24, () => {})

const signed: Readonly<Record<number, FixedPrinter>> = {
  1: small((view, at) => view.getInt8(at)),
  2: small((view, at) => view.getInt16(at, true)),
  4: signed32,
  8: signed64,
}
const unsigned: Readonly<Record<number, FixedPrinter>> = {
  1: small((view, at) => view.getUint8(at)),
  2: small((view, at) => view.getUint16(at, true)),
  4: unsigned32,
  8: unsigned64,
}

/** Numbers of one value with blanks between them. */
function behindEachOther(...printers: readonly FixedPrinter[]): FixedPrinter {
  return {
    longest: printers.reduce((sum, { longest }) => sum + longest + 1, 0),
    print(out, to, view, at) {
      for (const [index, printer] of printers.entries()) {
        if (index > 0) out.buffer[to++] = 0x20
        to = printer.print(out, to, view, at)
        at += printer === signed64 ? 8 : 4
      }
      return to
    },
  }
}

/** A decimal number, whose scale may be that of hundreds or thousands. */
function scaled(bytes: Uint8Array, scale: number): string {
  if (scale >= 0) return decimalText(bytes, scale)
  const digits = decimalText(bytes, 0)
  return digits === '0' ? digits : digits + '0'.repeat(-scale)
}
