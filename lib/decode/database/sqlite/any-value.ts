import { doubleText, int64Text } from '../number-text.ts'
import type { ValueWriter } from '../value-writer.ts'
import type { TextEncoding } from './header.ts'
import { enoughZeros, firstNonZero, type Remnant } from './remnants.ts'
import { readVarint, type Varint } from './varint.ts'

const varint: Varint = { high: 0, low: 0, end: 0 }
const longest = 8
/** Zeros with which a number may begin, in six or eight bytes. */
const mostBefore = 2
const uuidLength = 16
/** What is larger is no integer of 64 bits that became one. */
const mostDouble = 2 ** 64

/**
 * Writes a few bytes of a page as each value that they may be, or be the end or the beginning of: integers, numbers of rows, doubles, UUIDs and texts, also with zeros before
 * and behind.
 */
export function writeAnyValue(page: Uint8Array, { from, to }: Remnant, encoding: TextEncoding, out: ValueWriter): void {
  const numbers = new Set<number | string>()
  const view = new DataView(page.buffer, page.byteOffset, page.length)
  for (let at = from - zerosBefore(page, from, mostBefore); at < to; at++) {
    addIntegers(view, at, numbers)
    if (readVarint(page, at, varint)) numbers.add(integerOf(varint.high, varint.low))
    if (at + longest > page.length) continue
    const value = view.getFloat64(at)
    if (value < 1 || value >= mostDouble) continue
    const { text, isLossy } = doubleText(value)
    if (isLossy) out.lossy()
    numbers.add(text)
  }
  out.ascii([...numbers].join('\t'))
  for (const uuid of uuidsIn(page, { from, to })) out.uuid(uuid)
  // Half of a character of UTF-16 is a zero.
  const isWide = encoding !== 'utf-8'
  const before = isWide ? zerosBefore(page, from, 1) : 0
  const behind = isWide && page[to] === 0 ? 1 : 0
  const texts = textsIn(page.subarray(from - before, to + behind), encoding)
  if (texts !== '') out.text(Buffer.from(texts))
}

/** Those of one to four, six and eight bytes at a place, as far as the page has them. */
function addIntegers(view: DataView, at: number, numbers: Set<number | string>): void {
  const left = view.byteLength - at
  numbers.add(view.getInt8(at))
  if (left < 2) return
  const two = view.getInt16(at)
  numbers.add(two)
  if (left < 3) return
  numbers.add(two * 2 ** 8 + view.getUint8(at + 2))
  if (left < 4) return
  const four = view.getInt32(at)
  numbers.add(four)
  if (left < 6) return
  numbers.add(four * 2 ** 16 + view.getUint16(at + 4))
  if (left >= longest) numbers.add(integerOf(four, view.getInt32(at + 4)))
}

function integerOf(high: number, low: number): number | string {
  const value = high * 2 ** 32 + (low >>> 0)
  return Number.isSafeInteger(value) ? value : int64Text(high, low)
}

function zerosBefore(page: Uint8Array, from: number, most: number): number {
  let count = 0
  while (count < most && page[from - count - 1] === 0) count++
  return count
}

/** All that may be a UUID which begins or ends with zeros. */
function* uuidsIn(page: Uint8Array, { from, to }: Remnant): Generator<Uint8Array> {
  const zeros = uuidLength - (to - from)
  if (zeros >= enoughZeros) return
  for (let at = from - zerosBefore(page, from, zeros); at <= from; at++)
    if (firstNonZero(page, to, at + uuidLength) === at + uuidLength && at + uuidLength <= page.length)
      yield page.subarray(at, at + uuidLength)
}

/** All that may be a text of its own, with tabs between: what is before and behind it may be of others. */
function textsIn(bytes: Uint8Array, encoding: TextEncoding): string {
  const texts: string[] = []
  for (const shift of encoding === 'utf-8' ? [0] : [0, 1])
    for (const run of decoders[encoding].decode(bytes.subarray(shift)).split(notText)) {
      const characters = Array.from(run)
      for (const from of characters.keys()) {
        let text = ''
        for (const character of characters.slice(from)) {
          text += character
          texts.push(text)
        }
      }
    }
  return texts.join('\t')
}

const decoders = {
  'utf-8': new TextDecoder('utf-8', { ignoreBOM: true }),
  'utf-16le': new TextDecoder('utf-16le', { ignoreBOM: true }),
  'utf-16be': new TextDecoder('utf-16be', { ignoreBOM: true }),
}
/** Control characters, and what a decoder has for bytes that are no character. */
const notText = /[\p{Cc}\ufffd]+/u
