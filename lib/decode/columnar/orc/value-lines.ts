import type { WholeNumbers } from '../../whole-numbers.ts'
import { corrupt } from '../column-fault.ts'
import { type FixedPrinter, fixedLines, signed64 } from '../fixed-lines.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'
import { numberLines as wholeLines } from '../number-lines.ts'
import type { Lines } from '../text-content.ts'
import { expand, longestRun, type NumberByNumber, type Numbers } from './numbers.ts'
import { readVarint, type StreamBytes } from './stream-bytes.ts'

/** Values of a whole stream as lines. `count`: how many there were, once all are written. */
export type CountedLines = Lines & { count(): number }

/** Numbers that are printed at once. */
const batch = 1024

/** `base`: from 0 to below 2^32, is added to each. */
export function numberLines(numbers: Numbers, kernel: PageKernel | undefined, base = 0): CountedLines {
  const words = new Int32Array(batch * 2)
  const bytes = new Uint8Array(words.buffer)
  const { run } = numbers
  let total = 0

  function gather(): number {
    let filled = 0
    while (filled <= batch - longestRun) {
      const count = numbers.next()
      if (count === 0) break
      expand(run)
      for (let index = 0; index < count; index++) {
        const low = (run.low[index]! >>> 0) + base
        words[(filled + index) * 2] = low
        words[(filled + index) * 2 + 1] = run.high[index]! + (low > 0xffffffff ? 1 : 0)
      }
      filled += count
    }
    return filled
  }

  const next = () => {
    const count = gather()
    total += count
    return count === 0 ? undefined : ({ bytes, count, width: 8, isSigned: true } as const)
  }
  const print = ({ bytes, count }: WholeNumbers) =>
    kernel?.numberLines(bytes, count, 8, true) ?? fixedLines(bytes, count, 8, signed64)
  return { ...wholeLines(next, print), count: () => total }
}

/** Values of one width. */
export function fixedStream(stream: StreamBytes, width: number, printer: FixedPrinter): CountedLines {
  let lines: Lines | undefined
  let total = 0
  return {
    fill(out) {
      for (;;) {
        if (lines === undefined) {
          stream.fill(width)
          const { bytes, at } = stream
          const count = Math.floor((bytes.length - at) / width)
          if (count === 0 && at < bytes.length) throw corrupt('orc: expected whole values')
          if (count === 0) return true
          lines = fixedLines(bytes.subarray(at, at + count * width), count, width, printer)
          stream.at += count * width
          total += count
        }
        if (!lines.fill(out)) return false
        lines = undefined
      }
    },
    count: () => total,
  }
}

/** Lines of short texts in ASCII; `next` makes the next one, absent at the end. */
function shortTexts(next: () => string | undefined): CountedLines {
  let text: string | undefined
  let total = 0
  return {
    fill(out) {
      for (;;) {
        text ??= next()
        if (text === undefined) return true
        if (out.buffer.length - out.at <= text.length) return false
        out.at += out.buffer.write(text, out.at, 'latin1')
        out.buffer[out.at++] = 10
        text = undefined
        total += 1
      }
    },
    count: () => total,
  }
}

/** Parts of a second without the zeros at their end: three bits tell how many, one less than there were, or none. */
export function nanosecondLines(numbers: Numbers): CountedLines {
  const { run } = numbers
  let index = 0
  return shortTexts(() => {
    if (index === run.count) {
      index = 0
      if (numbers.next() === 0) return undefined
      expand(run)
    }
    const value = (BigInt(run.high[index]! >>> 0) << 32n) | BigInt(run.low[index]! >>> 0)
    index += 1
    const zeros = value & 7n
    return String((value >> 3n) * (zeros === 0n ? 1n : 10n ** (zeros + 1n)))
  })
}

/** Far beyond 38 digits, which no decimal type has more of. */
const mostVarint = 64
/** What is written in so many bytes a double holds exactly. */
const shortVarint = 7
export const mostScale = 301

/** Whole numbers of any length in zigzag, each with a scale of its own. */
export function decimalLines(stream: StreamBytes, scales: NumberByNumber): CountedLines {
  return shortTexts(() => {
    stream.fill(mostVarint)
    const { bytes, at } = stream
    if (at === bytes.length) return undefined
    let end = at
    while (end < bytes.length && bytes[end]! >= 0x80) end += 1
    if (end === bytes.length || end - at >= mostVarint) throw corrupt('orc: expected a decimal number of fewer bytes')
    if (end - at < shortVarint) {
      readVarint(stream)
      const value = (stream.high >>> 0) * 2 ** 32 + (stream.low >>> 0)
      return pointed(value % 2 === 1, String(value % 2 === 1 ? (value + 1) / 2 : value / 2), scales.next())
    }
    stream.at = end + 1
    let value = 0n
    for (let place = end; place >= at; place--) value = (value << 7n) | BigInt(bytes[place]! & 0x7f)
    const isNegative = (value & 1n) === 1n
    return pointed(isNegative, String(isNegative ? (value + 1n) >> 1n : value >> 1n), scales.next())
  })
}

function pointed(isNegative: boolean, digits: string, scale: number): string {
  const sign = isNegative ? '-' : ''
  if (scale === 0) return sign + digits
  const padded = digits.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}
