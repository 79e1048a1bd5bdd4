import { alphanumeric } from '../../finders/alphabets.ts'
import { hexValues } from '../../finders/code-values.ts'
import { type EscapeSyntax, unitOf } from './escape-syntax.ts'
import { codePoint } from './escaped-characters.ts'
import { codeNamed } from './named-characters.ts'

const letterX = 0x78
const semicolon = 0x3b
const mostDigits = 10
const longestName = 20

/** XML 1.0, section 4.1; HTML, section 13.5 (names of ASCII characters; a number's semicolon may be missing). */
export const entities: EscapeSyntax = {
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
  while (at < to && at - start <= longestName && alphanumeric[bytes[at]!] === 1) at++
  if (at >= to || bytes[at] !== semicolon) return 0
  const code = codeNamed(bytes, start + 1, at)
  return code === undefined ? 0 : unitOf(at + 1 - start, code)
}
