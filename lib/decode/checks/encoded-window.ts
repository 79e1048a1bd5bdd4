import type { UnverifiedReason } from '../unverified.ts'
import { isDeflatedText, isFinal, mayBeDeflated } from './bare-deflate.ts'
import { encodedFormatOf, firstBytes, firstPairs, inflates, lengthBytes, mayBeMeasuredZlib } from './encoded-magics.ts'
import { type RunTables, shortestRun } from './kernel/text-kernel.ts'
import { endings } from './run-prefixes.ts'

/** What is wrong with characters that stand together in a run: they hold a format that hides its content, or no text. */
export type Problem = { reason: UnverifiedReason; detail: string }

/** The beginning of a run may be something else: the end of an escape, a part of a path. */
export const mostGlued = 8
/** Of the bytes of a long run, so many in a hundred may be no text before it is opaque. */
const mostBinary = 5
/**
 * Bits of information in each of its characters that make it opaque: of compressed bytes it is 6 and 4, nearly. Bytes in some
 * order are searched as they are.
 */
const mostOrdered = { base64: 5.5, hex: 3.7 }
/** Characters of a run that are looked at together; a window with fewer is all of its run. */
export const wholeWindow = 1024

const sixBits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
export const sign = 2
/** What each character of base64 stands for, in both alphabets; its class: 1 a letter or digit, 2 a sign. */
const values = new Uint8Array(256)
export const alphabet = new Uint8Array(256)
for (const [value, character] of [...Array.from(sixBits).entries(), [62, '-'], [63, '_']] as const) {
  values[character.charCodeAt(0)] = value
  alphabet[character.charCodeAt(0)] = value < 62 ? 1 : sign
}
/** What the characters of a window from one on stand for in base64. */
export const sextetsOf = (window: Uint8Array, from: number): Uint8Array =>
  window.subarray(from).map((character) => values[character]!)
export const hexDigits = new Uint8Array(256)
/** What each hexadecimal digit stands for. */
export const hexValues = new Uint8Array(256)
for (const character of '0123456789abcdefABCDEF') {
  hexDigits[character.charCodeAt(0)] = 1
  hexValues[character.charCodeAt(0)] = Number.parseInt(character, 16)
}

/**
 * `begins`: where something encoded may begin; `before`: characters of the run before the window; `glued`: how many of its first ones are the end of an escape of
 * something else.
 */
export function formatProblemOf(
  window: Buffer,
  begins: Int32Array,
  before: number,
  glued: number,
): Problem | undefined {
  for (const at of begins) {
    if (at > window.length - (shortestRun - mostGlued)) break
    // Looked at first, since nearly every run is a token.
    const problem =
      (mayBeginBase64(window, at) ? encodedProblemOf(window, at, before, 'base64') : undefined) ??
      (mayBeginHex(window, at) ? encodedProblemOf(window, at, before, 'hex') : undefined)
    if (problem !== undefined) return problem
  }
  return before === 0 ? firstProblemOf(window, glued) : undefined
}

function encodedProblemOf(window: Buffer, at: number, before: number, encoding: Encoding): Problem | undefined {
  const format = encodedFormatOf(Buffer.from(window.toString('latin1', at), encoding), before + at <= 1)
  return format && problemOf(format, encoding === 'base64' ? 'base64' : 'hexadecimal digits')
}

/** Whether the first two bytes that are encoded from `at` on are those of a format. */
const mayBeginBase64 = (window: Buffer, at: number): boolean =>
  firstPairs[(values[window[at]!]! << 10) | (values[window[at + 1]!]! << 4) | (values[window[at + 2]!]! >> 2)] === 1

function mayBeginHex(window: Buffer, at: number): boolean {
  const first = (hexValues[window[at]!]! << 4) | hexValues[window[at + 1]!]!
  const pair = (first << 8) | (hexValues[window[at + 2]!]! << 4) | hexValues[window[at + 3]!]!
  return firstPairs[pair] === 1 && firstByteOf(window, at, 'hex') !== -1 && firstByteOf(window, at + 2, 'hex') !== -1
}

const problemOf = ({ name, encrypted }: { name: string; encrypted: boolean }, shown: string): Problem => ({
  reason: encrypted ? 'encrypted' : 'unsupported-format',
  detail: `expected no ${shown} that hold ${name}`,
})

const deflate = { name: 'deflate', encrypted: false }
/** Characters that the beginning of a bare stream is told by. */
const beginCharacters = 40

/** What may only begin where the run does, since too much else looks like it, or with other characters. */
function firstProblemOf(window: Buffer, glued: number): Problem | undefined {
  const problem = unmarkedProblemOf(window, window[0] === zero && (window[1]! | 0x20) === letterX ? 2 : 0)
  if (problem !== undefined) return problem
  if (glued > 0) return unmarkedProblemOf(window, glued)
  const format = base32FormatOf(window)
  return format && problemOf(format, 'base32')
}

function unmarkedProblemOf(window: Buffer, from: number): Problem | undefined {
  const encoding = isHex(window, from) ? 'hex' : 'base64'
  const shown = encoding === 'base64' ? 'base64' : 'hexadecimal digits'
  if (isFinal(firstByteOf(window, from, encoding)) && holdsDeflate(window, from, encoding))
    return problemOf(deflate, shown)
  return holdsMeasuredZlib(window, from, encoding) ? problemOf(measuredZlib, shown) : undefined
}

const zero = 0x30
const letterX = 0x78
type Encoding = 'hex' | 'base64'

function isHex(window: Buffer, from: number): boolean {
  for (let at = from; at < beginCharacters; at++) if (hexDigits[window[at]!] === 0) return false
  return true
}

/** Byte `index` of what is encoded from `from` on, if all characters that it is in are of the encoding. */
function byteOf(window: Buffer, from: number, index: number, encoding: Encoding): number {
  if (encoding === 'hex') return firstByteOf(window, from + 2 * index, encoding)
  const place = index % 3
  const at = from + index + (index - place) / 3
  return ((values[window[at]!]! << (2 + 2 * place)) | (values[window[at + 1]!]! >> (4 - 2 * place))) & 0xff
}

/** The byte that is encoded from `at` on. */
function firstByteOf(window: Buffer, at: number, encoding: Encoding): number {
  const [one, two] = [window[at]!, window[at + 1]!]
  if (encoding === 'base64') return (values[one]! << 2) | (values[two]! >> 4)
  return hexDigits[one]! + hexDigits[two]! === 2 ? (hexValues[one]! << 4) | hexValues[two]! : -1
}

function holdsDeflate(window: Buffer, from: number, encoding: Encoding): boolean {
  const first = Buffer.from(window.toString('latin1', from, beginCharacters), encoding)
  if (!mayBeDeflated(first)) return false
  // What repeats itself goes on as text for ever, whatever it stands for.
  const isWhole = window.length < wholeWindow
  if (!isWhole && entropyOf(countsOf(window), window.length) < mostOrdered[encoding]) return false
  return isDeflatedText(Buffer.from(window.toString('latin1', from), encoding), isWhole)
}

const measuredZlib = { name: 'zlib behind a length', encrypted: false }

function holdsMeasuredZlib(window: Buffer, from: number, encoding: Encoding): boolean {
  if (!mayBeMeasuredZlib((index) => byteOf(window, from, index, encoding))) return false
  const isWhole = window.length < wholeWindow
  return inflates(Buffer.from(window.toString('latin1', from), encoding).subarray(lengthBytes), isWhole)
}

/** RFC 4648, section 6. */
function base32FormatOf(window: Buffer) {
  const digits = (at: number) => base32[window[at]!]!
  if (digits(0) === none || digits(1) === none || firstBytes[(digits(0) << 3) | (digits(1) >> 2)] !== 1)
    return undefined
  const bytes = Buffer.alloc(Math.floor((window.length * 5) / 8))
  let filled = 0
  let bits = 0
  let value = 0
  for (let at = 0; at < window.length; at++) {
    if (digits(at) === none) return undefined
    value = ((value << 5) | digits(at)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[filled++] = (value >> bits) & 0xff
  }
  return encodedFormatOf(bytes, true)
}

const none = 255
const decimalDigits = Buffer.from('0123456789')
const smallLetters = Buffer.from('abcdefghijklmnopqrstuvwxyz')
const capitalLetters = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
const hexCharacters = Buffer.from('0123456789abcdefABCDEF')
/** Bits of information in each character of base32: 5 of random bytes, above 4 of a text, 3.3 of one in UTF-16, less of what repeats a few characters. */
const leastText = 3.1
const base32 = new Uint8Array(256).fill(none)
for (const [value, character] of Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567').entries())
  base32[character.charCodeAt(0)] = value

/** By these the kernel tells which runs may hold something (`assembly/tokens.ts`). */
export const runTables: RunTables = {
  ...{ firstPairs, firstBytes, endings, base32, base64: values },
  hex: hexValues.map((value, byte) => (hexDigits[byte] === 1 ? value : none)),
}

/** Of a whole window of a long run. Unlike base64, base32 is not searched for what it stands for, even if that is text. */
export function opaqueProblemOf(window: Buffer): Problem | undefined {
  // Text is told sooner than what else it could be; base32 has letters of one case.
  if (isMixed(window) && digitsFrom(window) === -1 && isText(Buffer.from(window.toString('latin1'), 'base64')))
    return undefined
  const counts = countsOf(window)
  if (isBase32(counts, window.length)) return { reason: 'unsupported-format', detail: 'expected no long run of base32' }
  const entropy = entropyOf(counts, window.length)
  if (entropy < mostOrdered.hex) return undefined
  const digits = digitsFrom(window)
  const encoding = digits === -1 ? 'base64' : 'hex'
  if (entropy < mostOrdered[encoding]) return undefined
  const decoded = (from: number) => Buffer.from(window.toString('latin1', from), encoding)
  if ([0, 1, 2, 3].some((phase) => isText(decoded(Math.max(0, digits) + phase)))) return undefined
  const shown = digits === -1 ? 'base64' : 'hexadecimal digits'
  return { reason: 'opaque', detail: `expected text in ${shown}, got other bytes` }
}

/**
 * Whether a window has letters of one case and digits alone, and not only hexadecimal ones: base32 of any alphabet (RFC 4648, sections 6
 * and 7; Crockford's), or base36. Digits are every sixth character of random bytes, and every twentieth of a text.
 */
function isBase32(counts: Uint32Array, length: number): boolean {
  const inAll = (characters: Uint8Array) => characters.reduce((sum, character) => sum + counts[character]!, 0)
  const digits = inAll(decimalDigits)
  if (digits + Math.max(inAll(smallLetters), inAll(capitalLetters)) < length) return false
  if (digits * 40 < length || inAll(hexCharacters) * 10 > length * 9) return false
  return entropyOf(counts, length) >= leastText
}

/** Where nothing but hexadecimal digits begin: with the run or shortly behind (`0x`, `\x`); -1: it has other characters. */
export function digitsFrom(window: Buffer): number {
  let last = window.length - 1
  while (last >= 0 && hexDigits[window[last]!] === 1) last--
  return last < mostGlued ? last + 1 : -1
}

/** How often each byte is in a window. Overwritten by the next call, since there is a window for every few hundred bytes of a long run. */
const counted = new Uint32Array(256)
function countsOf(window: Buffer): Uint32Array {
  counted.fill(0)
  for (let at = 0; at < window.length; at++) counted[window[at]!]!++
  return counted
}

/** Bits of information in a character, as often as each occurs. */
function entropyOf(counts: Uint32Array, length: number): number {
  let bits = 0
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte]!
    if (count > 0) bits -= (count / length) * Math.log2(count / length)
  }
  return bits
}

/** Whether there are letters of both cases. */
function isMixed(window: Buffer): boolean {
  let [small, capital] = [false, false]
  for (let at = 0; at < window.length && !(small && capital); at++) {
    const byte = window[at]!
    small ||= byte >= 0x61 && byte <= 0x7a
    capital ||= byte >= 0x41 && byte <= 0x5a
  }
  return small && capital
}

function isText(bytes: Buffer): boolean {
  let binary = 0
  for (let at = 0; at < bytes.length; at++) binary += isBinary[bytes[at]!]!
  return binary * 100 <= mostBinary * bytes.length
}

const isBinary = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte > 0x7e ? 1 : 0,
)
