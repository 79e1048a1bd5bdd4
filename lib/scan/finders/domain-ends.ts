import {
  digits,
  domainCharacters,
  handleCharacters,
  localCharacters,
  longestSuffix,
  lowerCased,
  suffixes,
  trimmedCharacters,
} from './alphabets.ts'

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

/** An address from `start` to `end` in the local part of another one, with `sign` for its `@`. */
type InnerAddress = { readonly start: number; readonly sign: number; readonly end: number }

/** Where the last `=` of the local part before `sign` is, and where the characters of a domain end behind it; undefined: there is none near. */
function lastEquals(bytes: Uint8Array, sign: number, longest: number): { at: number; end: number } | undefined {
  const earliest = Math.max(0, sign - mostBehind - longest)
  let at = sign - 1
  while (at >= earliest && bytes[at] !== equals && localCharacters[bytes[at]!] !== 0) at--
  if (at < earliest || bytes[at] !== equals) return undefined
  let end = at + 1
  while (end < sign && domainCharacters[bytes[end]!] !== 0) end++
  return { at, end }
}

/**
 * What wants to know of whom a message comes back writes an address with `=` for its `@` behind a hyphen or `+` of its own (`news-bob=x.org@y.org`, VERP), or with `_` and more behind it
 * (`bob=x.org__0-5f@y.org`). Its local part may begin at `start` at the earliest.
 */
export function bounceAddressOf(bytes: Uint8Array, sign: number, longest: number): InnerAddress | undefined {
  const found = lastEquals(bytes, sign, longest)
  if (found === undefined || (found.end < sign && bytes[found.end] !== underscore)) return undefined
  let end = found.end
  while (end > found.at && trimmedCharacters[bytes[end - 1]!] !== 0) end--
  if (end < sign - mostBehind || !bytes.subarray(found.at + 2, end).includes(dot)) return undefined
  const start = Math.max(0, end - longest)
  if (found.end < sign) return { start, sign: found.at, end }
  let before = found.at - 1
  while (before >= start && (handleCharacters[bytes[before]!] !== 0 || bytes[before] === dot)) before--
  return bytes[before] === hyphen || bytes[before] === plus ? { start, sign: found.at, end } : undefined
}

/** What sends a message on writes whom it is of with the domain before the local part (`SRS0=hash=day=x.org=bob@y.org`, SRS). */
export function senderAddressOf(bytes: Uint8Array, sign: number, longest: number): InnerAddress | undefined {
  const found = lastEquals(bytes, sign, longest)
  if (found === undefined || found.at === sign - 1) return undefined
  const earliest = Math.max(0, sign - longest)
  let start = found.at
  while (start > earliest && domainCharacters[bytes[start - 1]!] !== 0) start--
  const isDomain = bytes[start - 1] === equals && trimmedCharacters[bytes[found.at - 1]!] === 0
  return isDomain && bytes.subarray(start + 1, found.at).includes(dot)
    ? { start, sign: found.at, end: sign }
    : undefined
}

const underscore = 0x5f
const equals = 0x3d
const plus = 0x2b
