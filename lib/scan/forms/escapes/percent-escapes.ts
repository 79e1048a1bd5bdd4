import { type EscapeSyntax, unitOf } from './escape-syntax.ts'
import { hexAt } from './escaped-characters.ts'

const letterU = 0x75
const two = 0x32
const five = 0x35
/** So many times, at most, `25` is read behind a `%`, each of which stands for one more time that a text was encoded. */
const mostAgain = 8
/** Of `%u0040`. */
const longLength = 6

/** RFC 3986, section 2.1, and `%u0040` as `escape` of ECMAScript writes it (annex B.2.1). */
function once(bytes: Uint8Array, at: number, to: number): number {
  const value = hexAt(bytes, at + 1, 2, to)
  if (value !== -1) return unitOf(3, value)
  const long = bytes[at + 1] === letterU ? hexAt(bytes, at + 2, 4, to) : -1
  return long === -1 ? 0 : unitOf(longLength, long)
}

const isAgain = (bytes: Uint8Array, at: number) => bytes[at] === two && bytes[at + 1] === five

/** How many times `25` stands between the `%` at `at` and two more digits. */
function timesAgain(bytes: Uint8Array, at: number, to: number): number {
  let count = 0
  while (count < mostAgain && isAgain(bytes, at + 1 + 2 * count) && hexAt(bytes, at + 3 + 2 * count, 2, to) !== -1)
    count++
  return count
}

/** `%252540` as one character, as many times as it was encoded. It may also be a `%` and what begins with digits: `%25252540` of `%2540`. */
function manyTimes(bytes: Uint8Array, at: number, to: number): number {
  const again = timesAgain(bytes, at, to)
  return again === 0 ? once(bytes, at, to) : unitOf(3 + 2 * again, hexAt(bytes, at + 1 + 2 * again, 2, to))
}

export const percent: EscapeSyntax = {
  name: 'percent',
  sign: '%',
  // Who looks for plain ones knows all others: `lib/scan/finders/escapes.ts`.
  mayGlue: (length) => length === longLength,
  unit: once,
  otherwise: manyTimes,
  ambiguous: Buffer.from('%25'),
}
