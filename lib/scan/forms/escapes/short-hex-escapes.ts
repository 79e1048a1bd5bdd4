import { backslashes } from './backslash-escapes.ts'
import { type EscapeSyntax, unitOf } from './escape-syntax.ts'
import { hexAt } from './escaped-characters.ts'

const backslash = 0x5c
const mostBackslashes = 8
const blank = 0x20
/** Characters of addresses that directories and XMPP escape: `&`, `'`, `+`, `/` and `@`. */
const escaped = new Set(Buffer.from("&'+/@"))
const isOctal = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x37

/**
 * Two hexadecimal digits right behind a backslash: the digit that an identifier in CSS begins with, and a blank (`CSS.escape`, as selectors have it: `#\35 696621`), and signs in names of LDAP (RFC 4514,
 * section 2.4) and of XMPP (XEP-0106: `bob\40example.org@…`). Three octal digits are what they are elsewhere.
 */
export const shortHex: EscapeSyntax = {
  name: backslashes.name,
  sign: backslashes.sign,
  mayGlue: backslashes.mayGlue,
  unit: (bytes, at, to) => shortHexAt(bytes, at, to) || backslashes.unit(bytes, at, to),
}

/** The unit of two digits at `at`, or 0. */
export function shortHexAt(bytes: Uint8Array, at: number, to: number): number {
  let digits = at + 1
  while (digits < to && digits - at <= mostBackslashes && bytes[digits] === backslash) digits++
  const length = digits - at + 2
  if (digits - at > mostBackslashes) return 0
  const value = hexAt(bytes, digits, 2, to)
  if (value >= 0x30 && value <= 0x39)
    return at + length < to && bytes[at + length] === blank ? unitOf(length + 1, value) : 0
  if (!escaped.has(value)) return 0
  const isLonger =
    bytes[digits]! < 0x34 && isOctal(bytes[digits + 1]) && at + length < to && isOctal(bytes[at + length])
  return isLonger ? 0 : unitOf(length, value)
}
