import { digits, domainCharacters, longestSuffix, lowerCased, suffixes, trimmedCharacters } from './alphabets.ts'

/** Bytes of a run that may be more than an identifier has, for one in it to be found with something behind it. */
export const mostBehind = 64

const dot = 0x2e
const hyphen = 0x2d
const isLetter = (byte: number) => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a

/**
 * Where the domain of an address may end before `end`, the end of the characters behind its `@`, ascending: before the ending of a file's name
 * (`bob@x.org.json`) or a label of digits (`bob@x.org.1`), before several points (`bob@x.org...or`) or the first word of a sentence (`bob@x.org.Thanks`), and before a hyphen behind a label of letters alone that is not the first (`bob@x.org-2026.csv`), since no domain ends in one.
 */
export function otherEnds(bytes: Uint8Array, sign: number, end: number): readonly number[] {
  const first = bytes.subarray(sign + 2, end).indexOf(dot)
  if (first === -1) return none
  const found: number[] = []
  let label = sign + 2 + first + 1
  let hasLetters = true
  for (let at = label; at < end; at++) {
    const byte = bytes[at]!
    if (byte !== dot && byte !== hyphen) {
      hasLetters &&= isLetter(byte)
      continue
    }
    const isEnd =
      byte === hyphen
        ? hasLetters && at - label > 1
        : bytes[at + 1] === dot ||
          isNumber(bytes, at + 1, end) ||
          isSentence(bytes, at + 1, end) ||
          isSuffix(bytes, at + 1, end)
    if (isEnd && trimmedCharacters[bytes[at - 1]!] === 0) found.push(at)
    hasLetters = byte === dot
    label = at + 1
  }
  return found
}

const none: readonly number[] = []

/** Whether a label that begins here has digits alone. */
function isNumber(bytes: Uint8Array, from: number, end: number): boolean {
  let to = from
  while (to < end && digits[bytes[to]!] !== 0) to++
  return to > from && (to === end || bytes[to] === dot || bytes[to] === hyphen)
}

const isCapital = (byte: number) => byte >= 0x41 && byte <= 0x5a
const isSmall = (byte: number) => byte >= 0x61 && byte <= 0x7a

/** Whether a label that begins here is a capital and small letters, behind a small letter and a point. */
function isSentence(bytes: Uint8Array, from: number, end: number): boolean {
  if (from === end || !isCapital(bytes[from]!) || !isSmall(bytes[from - 2]!)) return false
  let to = from + 1
  while (to < end && isSmall(bytes[to]!)) to++
  return to > from + 1 && (to === end || bytes[to] === dot || bytes[to] === hyphen)
}

/** Whether a label that begins here is the ending of a file's name. */
function isSuffix(bytes: Uint8Array, from: number, end: number): boolean {
  let to = from
  while (to < end && bytes[to] !== dot && bytes[to] !== hyphen) if (++to - from > longestSuffix) return false
  return suffixes.has(String.fromCharCode(...bytes.subarray(from, to).map((byte) => lowerCased[byte]!)))
}

/** Where a name ends that the ending of a file's name is behind, up to `end`; -1: there is none. */
export function endBeforeSuffix(bytes: Uint8Array, start: number, end: number): number {
  const least = Math.max(start, end - longestSuffix - 1)
  let at = end - 1
  while (at > least && bytes[at] !== dot && bytes[at] !== hyphen) at--
  if (at <= start || bytes[at] !== dot || bytes[at - 1] === dot) return -1
  return isSuffix(bytes, at + 1, end) ? at : -1
}

const mark = Buffer.from('#ext#')
/** Bytes of what Entra ID puts between a guest's address, whose `@` is a `_` there, and the `@` of the tenant. */
export const guestMark = mark.length

/** Where the `_` is that stands for the `@` of a guest's address (`bob_x.org#EXT#@contoso.onmicrosoft.com`); -1: this `@` is of no guest. */
export function guestSignOf(bytes: Uint8Array, sign: number): number {
  const end = sign - guestMark
  if (end < 0 || !mark.every((byte, at) => lowerCased[bytes[end + at]!] === byte)) return -1
  let at = end - 1
  while (at >= 0 && domainCharacters[bytes[at]!] !== 0) at--
  return at >= 0 && at < end - 1 && bytes[at] === underscore ? at : -1
}

const underscore = 0x5f
