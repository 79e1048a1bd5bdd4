import { alphanumeric } from '../../finders/alphabets.ts'
import { hexValues, noValue } from '../../finders/code-values.ts'
import { behindLineEnd } from '../line-end.ts'
import { type EscapeSyntax, nothing, replacement, unitOf } from './escape-syntax.ts'
import { byteCode, codePoint, hexAt } from './escaped-characters.ts'

const letterU = 0x75
const letterX = 0x78
/** Backslashes before one escape: a text that was escaped three times has seven. */
const mostBackslashes = 8
const backslash = 0x5c
const zero = 0x30
const equals = 0x3d
/** Blanks, at most, before what goes on in the next line. */
const mostIndent = 40
const controls: Readonly<Record<string, number>> = {
  ...{ n: 10, t: 9, r: 13, b: 8, f: 12, v: 11, a: 7, e: 27, Z: 26 },
}
export const lettered = Uint16Array.from({ length: 256 }, (_, byte) => controls[String.fromCharCode(byte)] ?? 0)

/** `\\b` as a backslash and a letter, in what may be a domain and a name: `CORP\\bob\u002Bnews@x.org`. */
function lettersBehind(bytes: Uint8Array, at: number, to: number): number {
  let kind = at
  while (kind < to && kind - at <= mostBackslashes && bytes[kind] === backslash) kind++
  const isText = kind < to && (kind - at) % 2 === 0 && lettered[bytes[kind]!] !== 0
  return isText ? unitOf(kind - at, replacement) : backslashes.unit(bytes, at, to)
}

/** RFC 8259, section 7; ECMAScript, C, SQL and shell literals: `\u0040`, `\u{40}`, `\U00000040`, `\x40`, `\100`, `\0`, `\n`, `\/`. */
export const backslashes: EscapeSyntax = {
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
    return alphanumeric[byte] === 1 || byte >= 0x7f ? 0 : unitOf(before + 1, byte)
  },
  otherwise: lettersBehind,
  ambiguous: Buffer.from('\\'),
}

/**
 * The same where a line end behind a backslash, and the indentation of what goes on, are nothing: YAML (1.2.2, 7.3.1), shells, properties of Java. To `COPY` of
 * PostgreSQL they are a line end, so a token is read in both ways.
 */
export const continuedLines: EscapeSyntax = {
  name: backslashes.name,
  sign: backslashes.sign,
  mayGlue: backslashes.mayGlue,
  unit(bytes, at, to) {
    const continued = continuedAt(bytes, at, to)
    return continued > at ? unitOf(continued - at, nothing) : backslashes.unit(bytes, at, to)
  },
}

/** Where it goes on behind a backslash at `at` that a line end follows; `at`: none does, or it is behind a sign of its own. */
export function continuedAt(bytes: Uint8Array, at: number, to: number): number {
  const before = at > 0 ? bytes[at - 1]! : 0
  const first = behindLineEnd(bytes, at + 1, to)
  if (first === at + 1 || before === equals || before === backslash) return at
  let end = first
  while (end < to && end - first < mostIndent && (bytes[end] === 0x20 || bytes[end] === 0x09)) end++
  return end
}

function braced(bytes: Uint8Array, start: number, from: number, to: number): number {
  let at = from
  while (at < to && at - from < 8 && hexValues[bytes[at]!] !== noValue) at++
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
