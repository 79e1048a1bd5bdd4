import { isUtf8 } from 'node:buffer'
import { doubleText, int64Text } from '../number-text.ts'
import { toUtf8 } from '../utf16.ts'
import type { ValueWriter } from '../value-writer.ts'
import type { TextEncoding } from './header.ts'
import { integerText, sizes } from './record.ts'
import type { Remnant } from './remnants.ts'
import { readVarint, type Varint } from './varint.ts'

/** Longer ones may hold bytes that are neither a number nor text. */
export const mostAnyBytes = 15

const varint: Varint = { high: 0, low: 0, end: 0 }
const integers = [1, 2, 3, 4, 5, 6] as const
const longest = 8
/** What is larger is no integer of 64 bits that became one. */
const mostDouble = 2 ** 64
const isPrintable = (byte: number) => byte >= 0x20 && byte !== 0x7f

/** Writes a few bytes of a page as each value that they may be, or be the end or the beginning of: integers, also with zeros before and behind, numbers of rows, doubles and texts. */
export function writeAnyValue(page: Uint8Array, { from, to }: Remnant, encoding: TextEncoding, out: ValueWriter): void {
  const numbers = new Set<string>()
  const zero = from > 0 && page[from - 1] === 0 ? from - 1 : from
  for (let at = zero; at < to; at++) {
    for (const type of integers) {
      const size = sizes[type]!
      if (at + size <= page.length) numbers.add(integerText(type, page.subarray(at, at + size)))
    }
    if (readVarint(page, at, varint)) numbers.add(int64Text(varint.high, varint.low))
    if (at + longest > page.length) continue
    const value = new DataView(page.buffer, page.byteOffset + at, longest).getFloat64(0)
    if (value < 1 || value >= mostDouble) continue
    const { text, isLossy } = doubleText(value)
    if (isLossy) out.lossy()
    numbers.add(text)
  }
  for (const number of numbers) out.ascii(number)
  for (const text of textsIn(page.subarray(from, to), encoding)) out.text(text)
}

/** All that may be a text of its own: what is before and behind it may be of others. */
function* textsIn(bytes: Uint8Array, encoding: TextEncoding): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from++)
    for (let to = from + 1; to <= bytes.length; to++) {
      const part = bytes.subarray(from, to)
      const text = encoding === 'utf-8' ? part : toUtf8(part, encoding)
      if (text.every(isPrintable) && isUtf8(text)) yield text
    }
}
