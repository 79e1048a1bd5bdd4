import { base64Values, noValue } from '../../finders/code-values.ts'
import { type EscapeSyntax, several, unitOf } from './escape-syntax.ts'

/** Its base64 has `+` and `/` alone. */
const values = base64Values.with(0x2d, noValue).with(0x5f, noValue)

const plus = 0x2b
const hyphen = 0x2d

/** Characters of base64 behind a `+` that are read: 192 of UTF-16. What a longer shift holds beyond is found as base64 alone. */
export const mostShifted = 512

/** Where the base64 from `from` on ends. `stopsAtPlus`: a `+` in it begins another shift. */
function endOfCode(bytes: Uint8Array, from: number, to: number, stopsAtPlus = false): number {
  const most = Math.min(to, from + mostShifted)
  let end = from
  while (end < most && values[bytes[end]!] !== noValue && !(stopsAtPlus && bytes[end] === plus)) end++
  return end
}

/** The UTF-16 code of the number `index` of those that begin at `from`, all of its characters known. */
function codeAt(bytes: Uint8Array, from: number, index: number): number {
  const bit = 16 * index
  const first = from + Math.floor(bit / 6)
  let value = 0
  for (let at = first; at < first + 4; at++) value = (value << 6) | (values[bytes[at]!]! & 63)
  // Of 24 bits, the sixteen that begin within the first six.
  return (value >> (8 - (bit % 6))) & 0xffff
}

const countOf = (characters: number) => Math.floor((6 * characters) / 16)
const isAscii = (code: number) => code > 0 && code < 0x80

/** Of the base64 [from, end): no character is cut, and the bits behind the last one are zero. */
function isWhole(bytes: Uint8Array, from: number, end: number): boolean {
  const left = (6 * (end - from)) % 16
  return end > from && left < 6 && (values[bytes[end - 1]!]! & ((1 << left) - 1)) === 0
}

/** `+-`, or one character with a `-` behind it: both ways of reading take them. */
function oneAt(bytes: Uint8Array, at: number, to: number): number {
  if (at + 1 < to && bytes[at + 1] === hyphen) return unitOf(2, plus)
  if (at + 4 >= to || bytes[at + 4] !== hyphen) return 0
  if (endOfCode(bytes, at + 1, at + 4) !== at + 4 || !isWhole(bytes, at + 1, at + 4)) return 0
  return unitOf(5, codeAt(bytes, at + 1, 0))
}

/** Whether no shift may have begun before the `+` at `at` that it is in. */
function isFirst(bytes: Uint8Array, at: number): boolean {
  const least = Math.max(0, at - mostShifted)
  for (let before = at - 1; before >= least; before--) {
    if (bytes[before] === plus) return false
    if (values[bytes[before]!] === noValue) return true
  }
  return true
}

const shiftOf = (bytes: Uint8Array, at: number, end: number, to: number) =>
  unitOf(end - at + (end < to && bytes[end] === hyphen ? 1 : 0), several)

/** As the RFC has it: any character that is none of base64 ends a shift, and a `-` there belongs to it. */
function strictly(bytes: Uint8Array, at: number, to: number): number {
  const one = oneAt(bytes, at, to)
  if (one !== 0 || !isFirst(bytes, at)) return one
  const end = endOfCode(bytes, at + 1, to)
  return isWhole(bytes, at + 1, end) ? shiftOf(bytes, at, end, to) : 0
}

/**
 * Where a plain `+` stands as well, which is against the RFC, or a shift was cut off: each `+` may begin a shift, and does if
 * an ASCII character comes first.
 */
function generously(bytes: Uint8Array, at: number, to: number): number {
  const one = oneAt(bytes, at, to)
  if (one !== 0 || endOfCode(bytes, at + 1, at + 4, true) < at + 4 || !isAscii(codeAt(bytes, at + 1, 0))) return one
  return shiftOf(bytes, at, endOfCode(bytes, at + 1, to, true), to)
}

/** RFC 2152: characters of UTF-16 in modified base64, as in `+AEA-` and `+AF8AQA-x`; `+-` is a plain `+`. */
export const utf7: EscapeSyntax = {
  name: 'utf-7',
  sign: '+',
  mayGlue: () => true,
  unit: strictly,
  otherwise: generously,
  isCut: (bytes, at, end) => end - at > mostShifted && bytes[end - 1] !== hyphen,
  /** As in UTF-16, a character begins with the byte that is not zero. */
  spread(bytes, at, end, take) {
    const from = at + 1
    const count = countOf(endOfCode(bytes, from, end) - from)
    for (let index = 0; index < count; index++) {
      const start = from + Math.floor((16 * index + 8) / 6)
      take(codeAt(bytes, from, index), start, index === count - 1 ? end : from + Math.ceil((16 * (index + 1)) / 6))
    }
  },
}
