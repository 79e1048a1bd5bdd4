import { noValue } from '../../finders/code-values.ts'
import type { Region } from '../form.ts'
import type { Side } from '../side.ts'
import { type CodeText, inText, isWorth } from './code-text.ts'
import { leastIn } from './met-by-chance.ts'
import { leadBytes, type ToldLengths } from './told-lengths.ts'

/** A code as `createCodeFinder` has it, and what of it is worth looking at: bytes of text, and characters of a run. */
type Streaks = {
  readonly bits: 4 | 6
  readonly values: Uint8Array
  readonly wanted: number
  readonly shortest: number
  readonly told: ToldLengths
  readonly text: CodeText
}

/**
 * Puts the text aside that whole groups of characters stand for, from places where the first of several begins: what they say
 * goes on as long as bytes below 0x80 do, and may begin or end within a group.
 */
export function createStreaks({ bits, values, wanted, shortest, told, text }: Streaks, side: Side) {
  /** Characters and bytes of a group. */
  const characters = bits === 4 ? 2 : 4
  const group = bits === 4 ? 1 : 3
  /** Of groups that begin at each place of four, where those end that were looked at. */
  const done = new Int32Array(characters)
  let bytes: Uint8Array = new Uint8Array(0)
  let to = 0
  let first = 0
  /** The bytes [readFrom, readTo), which were read. */
  let read = new Uint8Array(0)
  let readFrom = 0
  let readTo = 0

  const valueAt = (at: number) => (at >= 0 && at < to ? values[bytes[at]!]! : noValue)

  /** The first of the two characters that byte `index` is in, counted from the place. */
  const characterOf = (index: number) => {
    const whole = Math.floor(index / group)
    return first + whole * characters + (index - whole * group)
  }

  /** Which one of its group a byte is. */
  const placeOf = (index: number) => index - Math.floor(index / group) * group

  /** The byte, or -1 where the run ends. A group before the place is a whole one. */
  function byteAt(index: number): number {
    const at = characterOf(index)
    const [one, two] = [valueAt(at), valueAt(at + 1)]
    if (one === noValue || two === noValue) return -1
    if (bits === 4) return (one << 4) | two
    const place = placeOf(index)
    return ((one << (2 + 2 * place)) | (two >> (4 - 2 * place))) & 0xff
  }

  function isWhole(at: number): boolean {
    for (let i = 0; i < characters; i++) if (valueAt(at + i) === noValue) return false
    return true
  }

  function isText(index: number): boolean {
    const byte = byteAt(index)
    return byte !== -1 && inText[byte] === 1
  }

  /** Whether the run around the place has as many characters as the shortest. */
  function isLongEnough(): boolean {
    let from = first
    while (first - from < shortest && valueAt(from - 1) !== noValue) from--
    let end = first
    while (end - from < shortest && valueAt(end) !== noValue) end++
    return end - from >= shortest
  }

  /** Puts aside the bytes [start, end), which were read, for what has at least so many characters. */
  function push(start: number, end: number, least: number): void {
    side.open()
    side.decoded(read, start - readFrom, end - readFrom, characterOf(start), bits === 4 ? 'hex' : placeOf(start), least)
  }

  function pushTold(start: number, end: number): void {
    push(start, end, 0)
  }

  /** Whether a byte is the first one of its run, up to three characters aside that are no whole group. */
  const isFirst = (index: number) => placeOf(index) === 0 && !isWhole(characterOf(index) - characters)

  function pushAll(start: number, end: number): void {
    const isAll = bits === 6 && isFirst(start) && byteAt(end) === -1
    if (!isAll && !isWorth(text, read, start - readFrom, end - readFrom)) return
    push(start, end, leastIn(end - start, isAll))
    told.reserve(end - start).set(read.subarray(start - readFrom, end - readFrom), leadBytes)
    told.look(start, end, pushTold)
  }

  /** Before the place, of whole groups alone. */
  function wholeByteAt(index: number): number {
    if (index >= readFrom && index < readTo) return read[index - readFrom]!
    return index >= 0 || isWhole(first + Math.floor(index / group) * characters) ? byteAt(index) : -1
  }

  function look(at: number): void {
    first = at
    if (at < done[at % characters]! || !isLongEnough()) return
    told.begin(wholeByteAt)
    readTo = readFrom
    let start = 0
    while (isText(start - 1) && (start % group !== 0 || isWhole(characterOf(start - group)))) start--
    done[at % characters] = characterOf(readText(start))
  }

  /** Looks at all pieces of text from a byte on, as long as bytes are below 0x80; returns the first that is none of them. */
  function readText(from: number): number {
    readFrom = from
    let start = from
    let index = from
    let at = characterOf(from)
    let place = placeOf(from)
    let one = valueAt(at)
    // Here the time goes: what the loop needs is its own.
    const [source, end, room] = [bytes, to, read]
    for (;;) {
      const two = ++at < end ? values[source[at]!]! : noValue
      const ends = (one | two) === noValue
      const byte = bits === 4 ? (one << 4) | two : ((one << (2 + 2 * place)) | (two >> (4 - 2 * place))) & 0xff
      if (ends || inText[byte] === 0) {
        readTo = index
        if (index - start >= wanted) pushAll(start, index)
        if (ends || byte >= 0x80) return index
        start = index + 1
      }
      room[index++ - from] = byte
      one = two
      if (++place < group) continue
      place = 0
      one = ++at < end ? values[source[at]!]! : noValue
    }
  }

  return (region: Region, places: Int32Array): void => {
    bytes = region.bytes
    to = region.to
    if (read.length < to) read = new Uint8Array(to)
    done.fill(0)
    for (const place of places) if (place >= 0) look(place)
  }
}
