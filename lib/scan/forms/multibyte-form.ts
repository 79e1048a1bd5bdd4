import { isAscii } from 'node:buffer'
import { alphanumeric, digits, hexDigits } from '../finders/alphabets.ts'
import { endsEscape, goesOnIn, signs } from './escapes/escape-syntax.ts'
import type { Form, FormFinder, FormTools, Region } from './form.ts'
import { inNumbers } from './numbers/number-signs.ts'
import { listOf } from './spots.ts'

/** What ends so near to where a piece was cut may go on behind it; longer than a character in two escapes. */
const undecidedBytes = 32

/**
 * Finds identifiers behind a character of two or four bytes whose last byte is an ASCII letter, digit or sign, as it may be
 * in Shift_JIS, GBK, Big5 and GB 18030, where it would seem to belong to them.
 */
function createMultibyte(tools: FormTools): FormFinder {
  const { wanted, side, longest, shortest } = tools
  const reach = longest + 512 + undecidedBytes
  const inNumber = inNumbers(tools)

  function look({ bytes, to }: Region, at: number): void {
    if (bytes[at - 1]! < 0x81 || wanted[bytes[at]!] === 0 || wanted[bytes[at + 1]!] === 0) return
    if (endsCharacter(bytes, at - 1)) return
    const from = at + 1
    const most = Math.min(to, from + reach)
    let end = from
    while (end < most && wanted[bytes[end]!] === 1) end++
    if (end < most && goesOn(bytes, end, to)) end = most
    if (end - from < shortest) return
    side.open()
    const decided = end === most && most < to ? most - undecidedBytes : end
    side.copy(bytes, from, decided)
    side.copyUndecided(bytes, decided, end)
  }

  /** Whether what stops at `end` may go on there: in an escape, in a character without width, or as a number behind what separates its digits. */
  function goesOn(bytes: Uint8Array, end: number, to: number): boolean {
    const byte = bytes[end]!
    if (signs[byte] === 1) return end + 2 >= to || mayBeEscape(bytes, end, to)
    if (inNumber[byte] === 0) return false
    if (end + 2 >= to || isWithoutWidth(bytes, end)) return true
    const [before, next] = [bytes[end - 1]!, bytes[end + 1]!]
    const isBehindDigit = digits[before] === 1 || endsEscape[before] === 1
    return isBehindDigit && (next >= 0x80 || goesOnIn[next] === 1 || signs[next] === 1)
  }

  return (region, report) => {
    const { buffer, to } = region
    const places = listOf(region, 'multibyte')
    if (places?.length === 0 || (places === undefined && isAscii(buffer.subarray(0, to)))) return
    side.target(report, multibyte.name)
    if (places === undefined) for (let at = 1; at + 1 < to; at++) look(region, at)
    else for (const at of places) if (at > 0 && at + 1 < to) look(region, at)
    side.flush()
  }
}

/**
 * Whether a byte that is followed by one of ASCII ends a character of two bytes, as that of `é` in UTF-8 does, and begins none: behind an even number of such bytes in a row none is
 * left. In Shift_JIS some of them are a character each, and then none of these begins one.
 */
function endsCharacter(bytes: Uint8Array, at: number): boolean {
  if (bytes[at]! < 0xa0 || bytes[at]! > 0xdf) return false
  let from = at
  while (from > 0 && at - from < mostCounted && isOfTwo(bytes[from - 1]!)) from--
  return from > 0 && at - from < mostCounted && (at - from) % 2 === 1
}

/** Of a character of two bytes in GBK, Big5, UHC and EUC: either byte, if it is none of ASCII. */
const isOfTwo = (byte: number) => byte > 0x80 && byte < 0xff
/** In a longer row any byte may begin a character. */
const mostCounted = 64

/** Whether an escape may begin at a sign (`escape-syntax.ts`), which two bytes follow at least, or end there, as a reference does at `;`. */
function mayBeEscape(bytes: Uint8Array, at: number, to: number): boolean {
  const [sign, next] = [bytes[at]!, bytes[at + 1]!]
  if (sign === percent) return hexDigits[next] === 1 || next === letterU
  if (sign === equals) return next <= space || (hexDigits[next] === 1 && hexDigits[bytes[at + 2]!] === 1)
  if (sign === ampersand) {
    let end = at + 1
    while (end < to && end - at <= longestName && inReference(bytes[end]!)) end++
    return end === to || bytes[end] === semicolon
  }
  if (sign !== semicolon) return sign === backslash
  let start = at - 1
  while (start > 0 && at - start <= longestName && inReference(bytes[start]!)) start--
  return bytes[start] === ampersand
}

const inReference = (byte: number) => alphanumeric[byte] === 1 || byte === hash

/** Soft hyphen, zero width space and the like, and word joiner (`unicode-widths.ts`), in UTF-8. */
function isWithoutWidth(bytes: Uint8Array, at: number): boolean {
  const [first, second, third] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!]
  if (first === 0xc2) return second === 0xad
  return first === 0xe2 && ((second === 0x80 && third >= 0x8b && third <= 0x8f) || (second === 0x81 && third === 0xa0))
}

const percent = 0x25
const ampersand = 0x26
const hash = 0x23
const semicolon = 0x3b
const equals = 0x3d
const backslash = 0x5c
const letterU = 0x75
const space = 0x20
/** Of a character in HTML. */
const longestName = 20

export const multibyte: Form = {
  name: 'multibyte',
  summary: 'behind a character whose last byte looks like a letter or digit',
  nests: false,
  finder: createMultibyte,
  // Katakana A of Shift_JIS ends in `A`, and what GB 18030 adds in digits.
  spell: (text, shape) => [
    Buffer.concat([
      Buffer.from(shape === 'decimal' ? [0x81, 0x30, 0x81, 0x31] : [0x83, 0x41]),
      Buffer.from(text, 'latin1'),
    ]),
  ],
}
