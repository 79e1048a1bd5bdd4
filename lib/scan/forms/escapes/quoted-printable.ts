import { alphanumeric, digits } from '../../finders/alphabets.ts'
import { behindLineEnd } from '../line-end.ts'
import { type EscapeSyntax, nothing, unitOf } from './escape-syntax.ts'
import { byteCode, hexAt } from './escaped-characters.ts'

const mostPadding = 8

/**
 * Whether quoted-printable would write this: who queries `?id=12&name=abc` does not, nor who says `id=505696621`, since a letter or digit is written as it is unless all
 * that follow are not.
 */
function isQuoted(value: number, bytes: Uint8Array, at: number, to: number): boolean {
  if (alphanumeric[value] === 1 && at + 2 < to && [0, 1, 2].every((place) => digits[bytes[at + place]!] === 1))
    return false
  if (value < 0x20) return value === 0 || value === 0x09 || value === 0x0a || value === 0x0d
  return value < 0x7f || (bytes[at]! < 0x61 && bytes[at + 1]! < 0x61)
}

/**
 * RFC 2045, section 6.7: `=40`, and a line end behind `=` (and blanks that transport added) that is none. Lower-case digits
 * are against the rules, and read where they are plain characters.
 */
export const quotedPrintable: EscapeSyntax = {
  name: 'quoted-printable',
  sign: '=',
  mayGlue: () => true,
  unit(bytes, at, to) {
    const value = hexAt(bytes, at + 1, 2, to)
    if (value !== -1) return isQuoted(value, bytes, at + 1, to) ? unitOf(3, byteCode(value)) : 0
    let end = at + 1
    while (end < to && end - at <= mostPadding && (bytes[end] === 0x20 || bytes[end] === 0x09)) end++
    const lineEnd = end
    end = behindLineEnd(bytes, lineEnd, to)
    return end > lineEnd ? unitOf(end - at, nothing) : 0
  },
}
