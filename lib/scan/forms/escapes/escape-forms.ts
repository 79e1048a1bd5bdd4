import type { Shape } from '../../../manifest/identifier.ts'
import type { Form, FormFinder, FormTools } from '../form.ts'
import { createBrokenNumbers } from '../numbers/broken-numbers.ts'
import { backslashes, continuedAt, continuedLines } from './backslash-escapes.ts'
import { entities } from './entity-escapes.ts'
import { createEscapeFinder } from './escape-finder.ts'
import { type EscapeSyntax, replacement, unitOf } from './escape-syntax.ts'
import { createEscapedUuid } from './escaped-uuid.ts'
import { createUnfolding } from './folded-lines.ts'
import { percent } from './percent-escapes.ts'
import { createQWords } from './q-words.ts'
import { quotedPrintable } from './quoted-printable.ts'
import { shortHex, shortHexAt } from './short-hex-escapes.ts'
import { utf7 } from './utf-7.ts'

const quote = 0x27

/** In a row, of one quote: in SQL, in SQL within SQL, and once more within that. */
const quotesInRow: readonly number[] = [2, 4, 8]
const mostQuotes = 8
/** A quote in a word of a shell that is quoted: `'o'\''brien'`. */
const shellQuote = Buffer.from(`'\\''`)

/** SQL: a quote in a literal is written twice, and twice as often in a literal within it; shells: `'\''`. As many in a row, and not more. */
const doubledQuotes: EscapeSyntax = {
  name: 'doubled-quote',
  sign: "'",
  mayGlue: () => false,
  unit(bytes, at, to) {
    if (at > 0 && bytes[at - 1] === quote) return 0
    let end = at + 1
    while (end < to && end - at <= mostQuotes && bytes[end] === quote) end++
    if (quotesInRow.includes(end - at)) return unitOf(end - at, quote)
    if (end - at > 1 || !shellQuote.every((byte, offset) => bytes[at + offset] === byte)) return 0
    end = at + shellQuote.length
    return end > to || (end < to && bytes[end] === quote) ? 0 : unitOf(shellQuote.length, quote)
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

/** Of a syntax with soft line breaks, numbers that these are in as well, and encoded words; of one with line ends, words that lines are folded or go on in. */
function finderOf(syntax: EscapeSyntax, tools: FormTools): FormFinder {
  const isContinued = (bytes: Uint8Array, at: number, to: number) => continuedAt(bytes, at, to) > at
  const isShortHex = (bytes: Uint8Array, at: number, to: number) => shortHexAt(bytes, at, to) !== 0
  const finders = [
    createEscapeFinder(syntax, tools),
    ...(syntax === quotedPrintable ? [createBrokenNumbers(syntax, tools), createQWords(tools, syntax.name)] : []),
    ...(syntax === backslashes ? [createUnfolding(tools), createEscapedUuid(tools)] : []),
    ...(syntax === backslashes
      ? [createEscapeFinder(continuedLines, tools, isContinued), createEscapeFinder(shortHex, tools, isShortHex)]
      : []),
  ].filter((find) => find !== undefined)
  return (region, report) => {
    for (const find of finders) find(region, report)
  }
}

/** In a word in Q, where it has a character that is escaped there. */
const inWord = (text: string) =>
  text.search(notWord) !== -1
    ? [
        Buffer.concat([
          Buffer.from('=?utf-8?Q?=C3=A9_'),
          each(text, (byte) => `=${hexOf(byte).toUpperCase()}`, notWord),
        ]),
      ]
    : []

export const escapeForms: readonly Form[] = [
  form(percent, 'percent-encoded', (text) => [
    each(text, (byte) => `%${hexOf(byte).toUpperCase()}`),
    each(text, (byte) => `%${hexOf(byte)}`, notWord),
    each(text, (byte) => `%25${hexOf(byte)}`),
    each(text, (byte) => `%2525${hexOf(byte).toUpperCase()}`),
  ]),
  form(backslashes, 'with backslash escapes as in JSON, JavaScript and SQL, also UUIDs in 16 bytes', (text) => [
    each(text, (byte) => `\\u${hexOf(byte, 4)}`),
    each(text, (byte) => `\\u${hexOf(byte, 4).toUpperCase()}`, notWord),
    each(text, (byte) => `\\x${hexOf(byte)}`),
    each(text, (byte) => `\\${String.fromCharCode(byte)}`, notWord),
    each(text, (byte) => `\\\\u${hexOf(byte, 4)}`),
    Buffer.from(`${text.slice(0, 2)}\\\n  ${text.slice(2)}`, 'latin1'),
    each(text, (byte) => `\\${hexOf(byte)}`, /[&'+/@]/g),
    each(text, (byte) => `\\${hexOf(byte)} `, /^[0-9]/),
  ]),
  form(entities, 'with XML and HTML character references', (text) => [
    each(text, (byte) => `&#${byte};`),
    each(text, (byte) => `&#x${hexOf(byte)};`),
    each(text, (byte) => `&amp;#${byte};`),
  ]),
  form(quotedPrintable, 'quoted-printable', (text) => [
    each(text, (byte) => `=${hexOf(byte).toUpperCase()}`),
    Buffer.from(`${text.slice(0, 2)}=\r\n${text.slice(2)}`, 'latin1'),
    ...inWord(text),
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
    'with quotes as in SQL and shells',
    (text) => (text.includes("'") ? ["''", "''''", "'\\''"].map((written) => each(text, () => written, /'/g)) : []),
    (wantsQuotes) => wantsQuotes,
  ),
]
