import { tableOf } from '../../finders/alphabets.ts'
import { nothing } from './escape-syntax.ts'

/** Fullwidth `!`, and what it stands for; so do the ones behind it, up to `~` (Unicode, Halfwidth and Fullwidth Forms). */
const fullWidth = 0xff01
const exclamation = 0x21
const tilde = 0x7e
const hyphen = 0x2d
const zero = 0x30

/** The zeros of scripts that have decimal digits of their own, with which programs write numbers where a locale says so: nine more follow each (Unicode, general category Nd). */
const zeros = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040, 0x17e0,
]
/** What Arabic has between thousands. */
const arabicComma = 0x66c
const comma = 0x2c

/**
 * What a character stands for beside plain ones: `nothing` if it has no width (soft hyphen, zero width space, joiners and marks of direction, word joiner, byte
 * order mark), which editors put into words to break or not to break them; the ASCII character of which it is the fullwidth form, or of which it is a digit in another script, or the separator of thousands in Arabic; `-` for the hyphens of typography (U+2010) and
 * those at which no line is broken (U+2011), as troff, Word and fonts in PDF make them of it; itself otherwise.
 */
export function withoutWidth(code: number): number {
  if (code === 0xad || (code >= 0x200b && code <= 0x200f) || code === 0x2060 || code === 0xfeff) return nothing
  if (code === 0x2010 || code === 0x2011) return hyphen
  if (code >= fullWidth) {
    const plain = code - fullWidth + exclamation
    return plain <= tilde ? plain : code
  }
  if (code < zeros[0]! || code > zeros.at(-1)! + 9) return code
  if (code === arabicComma) return comma
  const own = zeros.find((each) => code >= each && code < each + 10)
  return own === undefined ? code : code - own + zero
}

/** Bytes of characters that begin with a byte, if one that stands for another may; else 0. */
const lengths = new Uint8Array(256)
for (const first of [0xc2, 0xd9, 0xdb]) lengths[first] = 2
for (const first of [0xe0, 0xe1, 0xe2, 0xef]) lengths[first] = 3

/** The UTF-8 character at `at`, if it stands for another one or for nothing: its bytes, and what it stands for, as `unitOf` has it; 0: none. */
export function widthUnit(bytes: Uint8Array, at: number, to: number): number {
  const first = bytes[at]!
  const length = lengths[first]!
  if (length === 0 || at + length > to) return 0
  const second = bytes[at + 1]! ^ 0x80
  const third = length === 3 ? bytes[at + 2]! ^ 0x80 : 0
  if (second > 0x3f || third > 0x3f) return 0
  const code = length === 2 ? ((first & 0x1f) << 6) | second : ((first & 0x0f) << 12) | (second << 6) | third
  const plain = withoutWidth(code)
  return plain === code ? 0 : length * 0x200000 + plain
}

/** Characters that a fullwidth form of matters by itself; other ones are seen where one of these is. */
export const widthWords = tableOf('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@._-')
