import type { Shape } from '../../manifest/identifier.ts'
import { createBrokenNumbers } from './broken-numbers.ts'
import { createEscapeFinder } from './escape-finder.ts'
import { type EscapeSyntax, nothing, replacement, unitOf } from './escape-syntax.ts'
import type { Form, FormFinder, FormTools } from './form.ts'
import { behindLineEnd } from './line-end.ts'
import { codeNamed } from './named-characters.ts'
import { utf7 } from './utf-7.ts'

/** The value of each byte as a hexadecimal digit, or 16. */
export const hexValues = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase())
  return value === -1 ? 16 : value
})

/** The number that `count` hexadecimal digits at `at` are, or -1. */
function hexAt(bytes: Uint8Array, at: number, count: number, to: number): number {
  if (at + count > to) return -1
  let value = 0
  for (let i = 0; i < count; i++) {
    const digit = hexValues[bytes[at + i]!]!
    if (digit === 16) return -1
    value = value * 16 + digit
  }
  return value
}

/** A character beyond what Unicode has is none that matters. */
const codePoint = (value: number) => (value <= 0x10ffff ? value : replacement)
/** A byte of a longer character is not known to be one by itself. */
const byteCode = (value: number) => (value < 0x80 || value === 0xa0 ? value : replacement)

const letterU = 0x75
const letterX = 0x78

/** RFC 3986, section 2.1, and `%u0040` as `escape` of ECMAScript writes it (annex B.2.1). */
const percent: EscapeSyntax = {
  name: 'percent',
  sign: '%',
  plusIsSpace: true,
  mayGlue: (length) => length > 3,
  unit(bytes, at, to) {
    const value = hexAt(bytes, at + 1, 2, to)
    if (value !== -1) return unitOf(3, value)
    const long = bytes[at + 1] === letterU ? hexAt(bytes, at + 2, 4, to) : -1
    return long === -1 ? 0 : unitOf(6, long)
  },
}

/** Backslashes before one escape: a text that was escaped three times has seven. */
const mostBackslashes = 8
const backslash = 0x5c
const zero = 0x30
const controls: Readonly<Record<string, number>> = {
  ...{ n: 10, t: 9, r: 13, b: 8, f: 12, v: 11, a: 7, e: 27, Z: 26 },
}
export const lettered = Uint16Array.from({ length: 256 }, (_, byte) => controls[String.fromCharCode(byte)] ?? 0)
const isWord = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)

/** RFC 8259, section 7; ECMAScript, C, SQL and shell literals: `\u0040`, `\u{40}`, `\U00000040`, `\x40`, `\100`, `\0`, `\n`, `\/`. */
const backslashes: EscapeSyntax = {
  name: 'backslash',
  sign: '\\',
  mayGlue: () => false,
  unit(bytes, at, to) {
    let kind = at + 1
    // No farther than it matters: a content may be nothing but backslashes.
    while (kind < to && kind - at <= mostBackslashes && bytes[kind] === backslash) kind++
    const before = kind - at
    if (kind >= to || before > mostBackslashes) return 0
    const byte = bytes[kind]!
    const code = (digits: number, value: number) => (value === -1 ? 0 : unitOf(before + 1 + digits, codePoint(value)))
    if (byte === letterU && bytes[kind + 1] === 0x7b) return braced(bytes, at, kind + 2, to)
    if (byte === letterU) return code(4, hexAt(bytes, kind + 1, 4, to))
    if (byte === 0x55) return code(8, hexAt(bytes, kind + 1, 8, to))
    if (byte === letterX) {
      const value = hexAt(bytes, kind + 1, 2, to)
      return value === -1 ? 0 : unitOf(before + 3, byteCode(value))
    }
    if (byte >= 0x30 && byte <= 0x33) {
      const value = octalAt(bytes, kind, to)
      if (value !== -1) return unitOf(before + 3, byteCode(value))
      // A zero byte, as MySQL and JavaScript write it.
      return byte === zero ? unitOf(before + 1, 0) : 0
    }
    if (lettered[byte] !== 0) return unitOf(before + 1, lettered[byte]!)
    return isWord(byte) || byte >= 0x7f ? 0 : unitOf(before + 1, byte)
  },
}

function braced(bytes: Uint8Array, start: number, from: number, to: number): number {
  let at = from
  while (at < to && at - from < 8 && hexValues[bytes[at]!] !== 16) at++
  if (at === from || at >= to || bytes[at] !== 0x7d) return 0
  return unitOf(at + 1 - start, codePoint(hexAt(bytes, from, at - from, to)))
}

function octalAt(bytes: Uint8Array, at: number, to: number): number {
  if (at + 3 > to) return -1
  let value = 0
  for (let i = 0; i < 3; i++) {
    const digit = bytes[at + i]! - 0x30
    if (digit < 0 || digit > 7) return -1
    value = value * 8 + digit
  }
  return value
}

const semicolon = 0x3b
const mostDigits = 10
const longestName = 20

/** XML 1.0, section 4.1; HTML, section 13.5 (names of ASCII characters; a number's semicolon may be missing). */
const entities: EscapeSyntax = {
  name: 'entity',
  sign: '&',
  mayGlue: () => true,
  unit(bytes, at, to) {
    return bytes[at + 1] === 0x23 && at + 1 < to ? numbered(bytes, at, to) : byName(bytes, at, to)
  },
}

function numbered(bytes: Uint8Array, start: number, to: number): number {
  const isHex = start + 2 < to && (bytes[start + 2]! | 0x20) === letterX
  const from = start + (isHex ? 3 : 2)
  let value = 0
  let at = from
  for (; at < to && at - from < mostDigits; at++) {
    const digit = hexValues[bytes[at]!]!
    if (digit >= (isHex ? 16 : 10)) break
    value = value * (isHex ? 16 : 10) + digit
  }
  if (at === from) return 0
  const end = at < to && bytes[at] === semicolon ? at + 1 : at
  return unitOf(end - start, codePoint(value))
}

function byName(bytes: Uint8Array, start: number, to: number): number {
  let at = start + 1
  while (at < to && at - start <= longestName && isWord(bytes[at]!)) at++
  if (at >= to || bytes[at] !== semicolon) return 0
  const code = codeNamed(bytes, start + 1, at)
  return code === undefined ? 0 : unitOf(at + 1 - start, code)
}

const mostPadding = 8

/** Whether quoted-printable would write this: who queries `?id=12&name=abc` does not. */
function isQuoted(value: number, bytes: Uint8Array, at: number): boolean {
  if (value < 0x20) return value === 0 || value === 0x09 || value === 0x0a || value === 0x0d
  return value < 0x7f || (bytes[at]! < 0x61 && bytes[at + 1]! < 0x61)
}

/**
 * RFC 2045, section 6.7: `=40`, and a line end behind `=` (and blanks that transport added) that is none. Lower-case digits
 * are against the rules, and read where they are plain characters.
 */
const quotedPrintable: EscapeSyntax = {
  name: 'quoted-printable',
  sign: '=',
  mayGlue: () => true,
  unit(bytes, at, to) {
    const value = hexAt(bytes, at + 1, 2, to)
    if (value !== -1) return isQuoted(value, bytes, at + 1) ? unitOf(3, byteCode(value)) : 0
    let end = at + 1
    while (end < to && end - at <= mostPadding && (bytes[end] === 0x20 || bytes[end] === 0x09)) end++
    const lineEnd = end
    end = behindLineEnd(bytes, lineEnd, to)
    return end > lineEnd ? unitOf(end - at, nothing) : 0
  },
}

const quote = 0x27

/** SQL: a quote in a literal is written twice. Two in a row, and not more. */
const doubledQuotes: EscapeSyntax = {
  name: 'doubled-quote',
  sign: "'",
  mayGlue: () => false,
  unit(bytes, at, to) {
    if (at + 1 >= to || bytes[at + 1] !== quote) return 0
    if ((at > 0 && bytes[at - 1] === quote) || (at + 2 < to && bytes[at + 2] === quote)) return 0
    return unitOf(2, quote)
  },
}

/** ISO/IEC 2022 and ISO-2022-JP (RFC 1468): which characters follow, as in `ESC ( B` before plain ones. */
const iso2022: EscapeSyntax = {
  name: 'iso-2022',
  sign: '\x1b',
  mayGlue: () => true,
  unit(bytes, at, to) {
    let end = at + 1
    while (end < to && end - at <= 3 && bytes[end]! >= 0x20 && bytes[end]! <= 0x2f) end++
    if (end === at + 1 || end >= to || bytes[end]! < 0x30 || bytes[end]! > 0x7e) return 0
    return unitOf(end + 1 - at, replacement)
  },
}

const hexOf = (byte: number, digits = 2) => byte.toString(16).padStart(digits, '0')
const each = (text: string, write: (byte: number) => string, which = /[\s\S]/g) =>
  Buffer.from(
    text.replace(which, (character) => write(character.charCodeAt(0))),
    'latin1',
  )
const notWord = /[^A-Za-z0-9]/g

/** In UTF-7, the characters [from, to) in one shift, which `end` ends. */
function shifted(text: string, from: number, to: number, end: string): Buffer {
  const code = Buffer.from(text.slice(from, to), 'utf16le').swap16().toString('base64').replaceAll('=', '')
  return Buffer.from(`${text.slice(0, from)}+${code}${end}${text.slice(to)}`, 'latin1')
}

const form = (
  syntax: EscapeSyntax,
  summary: string,
  spell: (text: string, shape: Shape) => Buffer[],
  applies: (wantsQuotes: boolean) => boolean = () => true,
): Form => ({
  name: syntax.name,
  summary,
  nests: true,
  finder: (tools) => (applies(tools.wanted[quote] === 1) ? finderOf(syntax, tools) : undefined),
  // Where only signs are escaped, an identifier without one is as it was.
  spell: (text, shape) => spell(text, shape).filter((spelled) => spelled.toString('latin1') !== text),
})

/** Of a syntax with soft line breaks, numbers that these are in as well. */
function finderOf(syntax: EscapeSyntax, tools: FormTools): FormFinder {
  const find = createEscapeFinder(syntax, tools)
  const findBroken = syntax === quotedPrintable ? createBrokenNumbers(syntax, tools) : undefined
  if (findBroken === undefined) return find
  return (region, report) => {
    find(region, report)
    findBroken(region, report)
  }
}

export const escapeForms: readonly Form[] = [
  form(percent, 'percent-encoded', (text) => [
    each(text, (byte) => `%${hexOf(byte).toUpperCase()}`),
    each(text, (byte) => `%${hexOf(byte)}`, notWord),
    each(text, (byte) => `%25${hexOf(byte)}`),
  ]),
  form(backslashes, 'with backslash escapes as in JSON, JavaScript and SQL', (text) => [
    each(text, (byte) => `\\u${hexOf(byte, 4)}`),
    each(text, (byte) => `\\u${hexOf(byte, 4).toUpperCase()}`, notWord),
    each(text, (byte) => `\\x${hexOf(byte)}`),
    each(text, (byte) => `\\${String.fromCharCode(byte)}`, notWord),
    each(text, (byte) => `\\\\u${hexOf(byte, 4)}`),
  ]),
  form(entities, 'with XML and HTML character references', (text) => [
    each(text, (byte) => `&#${byte};`),
    each(text, (byte) => `&#x${hexOf(byte)};`),
    each(text, (byte) => `&amp;#${byte};`),
  ]),
  form(quotedPrintable, 'quoted-printable', (text) => [
    each(text, (byte) => `=${hexOf(byte).toUpperCase()}`),
    Buffer.from(`${text.slice(0, 2)}=\r\n${text.slice(2)}`, 'latin1'),
  ]),
  form(utf7, 'with characters in UTF-7', (text) => [
    each(text, (byte) => `+${Buffer.from([0, byte]).toString('base64').slice(0, 3)}-`, /^.|[^A-Za-z0-9]/g),
    each(text, () => '+-', /\+/g),
    shifted(text, 0, text.length, '-'),
    // Behind the last one is what is no base64.
    shifted(text, text.length - 2, text.length, ''),
  ]),
  form(iso2022, 'behind a switch of characters as in ISO-2022-JP', (text, shape) =>
    // What is no digit is no part of a number.
    shape === 'decimal' ? [] : [Buffer.from(`\x1b(B${text}`, 'latin1')],
  ),
  form(
    doubledQuotes,
    'with doubled quotes as in SQL',
    (text) => (text.includes("'") ? [each(text, () => "''", /'/g)] : []),
    (wantsQuotes) => wantsQuotes,
  ),
]
