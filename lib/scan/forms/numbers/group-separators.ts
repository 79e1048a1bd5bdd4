/**
 * How many bytes the separator between thousands at `at` has, or 0: `,` `.` `_` `'`, a blank, and in UTF-8 the apostrophe
 * U+2019 and the blanks U+00A0, U+2009 and U+202F; U+00A0 also as the one byte that it is in 8-bit encodings.
 */
export function separatorLengthAt(bytes: Uint8Array, at: number, to: number): number {
  if (at >= to) return 0
  const byte = bytes[at]!
  if (byte < 0x80) return byte === 0x2c || byte === 0x2e || byte === 0x5f || byte === 0x27 || byte === 0x20 ? 1 : 0
  if (byte === 0xa0) return 1
  if (byte === 0xc2) return at + 1 < to && bytes[at + 1] === 0xa0 ? 2 : 0
  if (byte !== 0xe2 || at + 2 >= to || bytes[at + 1] !== 0x80) return 0
  const last = bytes[at + 2]
  return last === 0x99 || last === 0x89 || last === 0xaf ? 3 : 0
}
