import { writeSigned, writeUnsigned, writeWhole } from './decimal-digits.ts'
import type { Lines, Out } from './text-content.ts'

/** Writes the value at `at` of `view` as text at `to` of `out`, without a line end; returns the place behind it. */
type PrintValue = (out: Out, to: number, view: DataView, at: number) => number

/** Values of one width, one behind the other. `longest`: bytes of the longest text of one. */
export type FixedPrinter = { readonly print: PrintValue; readonly longest: number }

export const signed32: FixedPrinter = {
  longest: 11,
  print: (out, to, view, at) => writeWhole(out, to, view.getInt32(at, true)),
}
export const unsigned32: FixedPrinter = {
  longest: 21,
  print: (out, to, view, at) => writeUnsigned(out, to, 0, view.getUint32(at, true)),
}
export const signed64: FixedPrinter = {
  longest: 21,
  print: (out, to, view, at) => writeSigned(out, to, view.getUint32(at + 4, true), view.getUint32(at, true)),
}
export const unsigned64: FixedPrinter = {
  longest: 21,
  print: (out, to, view, at) => writeUnsigned(out, to, view.getUint32(at + 4, true), view.getUint32(at, true)),
}

/** Nanoseconds of a day and a Julian day, as Impala writes times. */
export const int96: FixedPrinter = {
  longest: 44,
  print: (out, to, view, at) => {
    const behind = writeUnsigned(out, to, 0, view.getUint32(at + 8, true))
    out.buffer[behind] = 0x20
    return signed64.print(out, behind + 1, view, at)
  },
}

/** Three numbers: months, days, milliseconds. */
export const interval: FixedPrinter = {
  longest: 66,
  print: (out, to, view, at) => {
    for (let part = 0; part < 12; part += 4) {
      if (part > 0) out.buffer[to++] = 0x20
      to = unsigned32.print(out, to, view, at + part)
    }
    return to
  },
}

const hex = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** 16 bytes in the order in which they are written, as 8-4-4-4-12 hexadecimal digits. */
export const uuid: FixedPrinter = {
  longest: 36,
  print: ({ buffer }, to, view, at) => {
    for (let index = 0; index < 16; index++) {
      if (index === 4 || index === 6 || index === 8 || index === 10) buffer[to++] = 0x2d
      const byte = view.getUint8(at + index)
      buffer[to++] = hex[byte >>> 4]!
      buffer[to++] = hex[byte & 15]!
    }
    return to
  },
}

const longestDouble = 330

/**
 * A binary fraction of which whole numbers below `exact` are exact. A whole one is written with all its digits; `onLossy` is told of
 * those that may have lost some, which are never what was meant.
 */
export function floating(
  read: (view: DataView, at: number) => number,
  exact: number,
  onLossy: () => void,
): FixedPrinter {
  return {
    longest: longestDouble,
    print: (out, to, view, at) => {
      const value = read(view, at)
      if (Number.isInteger(value)) {
        if (Math.abs(value) < exact) return writeWhole(out, to, value)
        onLossy()
        return to + out.buffer.write(String(BigInt(value)), to, 'latin1')
      }
      return to + out.buffer.write(String(value), to, 'latin1')
    },
  }
}

/** A half-precision number (IEEE 754 binary16). */
export function halfOf(view: DataView, at: number): number {
  const bits = view.getUint16(at, true)
  const exponent = (bits >>> 10) & 31
  const fraction = bits & 0x3ff
  const sign = bits >>> 15 === 1 ? -1 : 1
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}

/** The lines of `count` values of `width` bytes from the beginning of `bytes`, which the caller has checked to be there. */
export function fixedLines(bytes: Uint8Array, count: number, width: number, printer: FixedPrinter): Lines {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { longest, print } = printer
  let next = 0
  return {
    fill(out) {
      const { buffer } = out
      const last = buffer.length - longest - 1
      let to = out.at
      let index = next
      // One loop for the type of nearly all identifiers, so that it is compiled for it alone.
      if (printer === signed64)
        for (; index < count && to <= last; index++) {
          to = writeSigned(out, to, view.getUint32(index * 8 + 4, true), view.getUint32(index * 8, true))
          buffer[to++] = 10
        }
      else
        for (; index < count && to <= last; index++) {
          to = print(out, to, view, index * width)
          buffer[to++] = 10
        }
      next = index
      out.at = to
      return index === count
    },
  }
}
