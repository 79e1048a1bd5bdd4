import { code64, digits } from '../../finders/alphabets.ts'
import type { Region } from '../form.ts'

/** Numbers of a list one behind the other, `count` of them: what they are, and where they are written. */
export type ByteList = { count: number; values: Uint8Array; starts: Int32Array; ends: Int32Array }

/** Bytes between two numbers, or a number and a key, at most: line ends, and what the lines are indented by. */
const mostGap = 40
/** Of a number and what is between it and the next one. */
export const numberBytes = 3 + mostGap
/** Digits of a key (`{"0":98,"1":111}`). */
const longestKey = 3
const longestNumber = 3
const largest = 255

const zero = 0x30
const space = 0x20
const comma = 0x2c
const colon = 0x3a
const quote = 0x22
const point = 0x2e
const hyphen = 0x2d
const backslash = 0x5c
const isLetterOfSpace = (byte: number) => byte === 0x6e || byte === 0x72 || byte === 0x74

/** What stands between numbers: of one list it is always the same kind. */
type Separator = 'comma' | 'keys' | 'items' | 'blanks'

/**
 * Reads lists of bytes, and calls `take` for each: numbers up to 255 without zeros on the left, with commas between them, with commas and keys, as items of YAML (`- 98`), or with blanks. Around
 * commas are blanks and line ends, as they are or as escapes of a string (`\n`).
 */
export function createByteList(take: (list: ByteList) => void) {
  let room = 1024
  let list: ByteList = roomFor(room)
  let separator: Separator | undefined
  /** What `separatorAt` found behind a number, and where the next one begins. */
  let next = -1

  function append(value: number, start: number, end: number): void {
    if (list.count === room) {
      room *= 2
      const grown = roomFor(room)
      grown.values.set(list.values)
      grown.starts.set(list.starts)
      grown.ends.set(list.ends)
      list = { ...grown, count: list.count }
    }
    list.values[list.count] = value
    list.starts[list.count] = start
    list.ends[list.count++] = end
  }

  function finish(): void {
    if (list.count > 1) take(list)
    list.count = 0
    separator = undefined
  }

  /** Takes a number, which is the first of another list where something else stands behind it than before. */
  function add({ bytes, to }: Region, start: number, end: number): void {
    let value = 0
    for (let at = start; at < end; at++) value = 10 * value + bytes[at]! - zero
    append(value, start, end)
    next = -1
    const kind = separatorAt(bytes, end, to)
    if (kind !== separator && list.count > 1) {
      finish()
      append(value, start, end)
    }
    separator = kind
  }

  /** What is between a number that ends at `end` and the next one, which begins at `next` then. */
  function separatorAt(bytes: Uint8Array, end: number, to: number): Separator | undefined {
    let at = behindSpaces(bytes, end, to)
    if (at < to && bytes[at] === comma) {
      at = behindSpaces(bytes, at + 1, to)
      if (at >= to) return undefined
      if (digits[bytes[at]!] === 1) return goOn(at, end, 'comma')
      const key = behindQuote(bytes, at, to)
      let behind = key
      while (behind < to && digits[bytes[behind]!] === 1) behind++
      if (key === at || behind === key || behind - key > longestKey || key - end > mostGap) return undefined
      at = behindQuote(bytes, behind, to)
      if (at === behind) return undefined
      at = behindSpaces(bytes, at, to)
      if (at >= to || bytes[at] !== colon) return undefined
      return goOn(behindSpaces(bytes, at + 1, to), behind, 'keys')
    }
    if (at > end && bytes[end] !== space && at + 1 < to && bytes[at] === hyphen && bytes[at + 1] === space)
      return goOn(behindSpaces(bytes, at + 1, to), end, 'items')
    for (at = end; at < to && bytes[at] === space; ) at++
    return at > end ? goOn(at, end, 'blanks') : undefined
  }

  function goOn(at: number, end: number, kind: Separator): Separator | undefined {
    if (at - end > mostGap) return undefined
    next = at
    return kind
  }

  return {
    /** Reads the lists of which numbers begin in [from, to) of a region, without what is outside. */
    read(region: Region, from: number, to: number): void {
      const { bytes } = region
      list.count = 0
      separator = undefined
      for (let at = from; at < to; ) {
        if (digits[bytes[at]!] === 0) {
          at++
          continue
        }
        const start = at
        while (at < region.to && digits[bytes[at]!] === 1) at++
        if (!isNumber(region, start, at)) {
          finish()
          continue
        }
        add(region, start, at)
        if (next === -1 || next >= to || digits[bytes[next]!] !== 1) finish()
        else at = next
      }
      finish()
    },
  }
}

const roomFor = (count: number): ByteList => ({
  count: 0,
  values: new Uint8Array(count),
  starts: new Int32Array(count),
  ends: new Int32Array(count),
})

/** Whether these digits are a byte, and no part of a word, of a larger number, of one with a sign or of a fraction. */
function isNumber({ bytes, to }: Region, start: number, end: number): boolean {
  const length = end - start
  if (length > longestNumber || (length > 1 && bytes[start] === zero)) return false
  if (
    length === longestNumber &&
    100 * bytes[start]! + 10 * bytes[start + 1]! + bytes[start + 2]! - 111 * zero > largest
  )
    return false
  if (start > 0 && (code64[bytes[start - 1]!] === 1 || bytes[start - 1] === point)) return false
  if (end === to) return true
  return code64[bytes[end]!] === 0 && (bytes[end] !== point || end + 1 === to || digits[bytes[end + 1]!] === 0)
}

/** Blanks, tabs and line ends, also as escapes of a string. */
function behindSpaces(bytes: Uint8Array, start: number, to: number): number {
  let at = start
  for (;;) {
    while (at < to && (bytes[at] === space || bytes[at] === 9 || bytes[at] === 10 || bytes[at] === 13)) at++
    let letter = at
    while (letter < to && bytes[letter] === backslash) letter++
    if (letter === at || letter >= to || !isLetterOfSpace(bytes[letter]!)) return at
    at = letter + 1
  }
}

/** A quote, also in a string; `start` if there is none. */
function behindQuote(bytes: Uint8Array, start: number, to: number): number {
  let at = start
  while (at < to && bytes[at] === backslash) at++
  return at < to && bytes[at] === quote ? at + 1 : start
}
