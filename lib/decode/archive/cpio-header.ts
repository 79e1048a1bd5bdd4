/**
 * A header of a cpio archive: sizes of name and data, both padded to `alignment`, and what the header says of owners.
 * `sum`: of all bytes of the data, where the format has one; links have none.
 */
export type CpioHeader = {
  length: number
  alignment: number
  nameLength: number
  size: number
  /** Numbers that may be somebody's: of the owner, and what should be zero. */
  odd: number[]
  sum: number | undefined
}

/** Of a zero in characters, and of either half of the oldest header's number. */
const firsts = new Set([0x30, 0o070707 & 0xff, 0o070707 >> 8])
/** The longest header; the name follows. */
export const longestHeader = 110

const largestOrdinary = 65_535

/** Parses the header that a content begins with, of any of the formats (`cpio(5)`); absent: it begins with none. */
export function parseCpioHeader(head: Uint8Array): CpioHeader | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, longestHeader))
  switch (bytes.toString('latin1', 0, 6)) {
    case '070701':
      return newHeader(bytes, false)
    case '070702':
      return newHeader(bytes, true)
    case '070707':
      return oldCharacterHeader(bytes)
    default:
      return binaryHeader(bytes)
  }
}

/** SVR4's header, without and with a checksum: fourteen hexadecimal numbers of 8 digits. */
function newHeader(bytes: Buffer, hasSum: boolean): CpioHeader | undefined {
  const text = bytes.toString('latin1', 6, 110)
  if (!/^[0-9A-Fa-f]{104}$/.test(text)) return undefined
  const number = (index: number) => Number.parseInt(text.slice(index * 8, index * 8 + 8), 16)
  const odd = [2, 3].map(number).filter((owner) => owner > largestOrdinary)
  const isFile = (number(1) & 0o170000) === 0o100000
  const sum = hasSum && isFile ? number(12) : undefined
  if (sum === undefined && number(12) !== 0) odd.push(number(12))
  return { length: 110, alignment: 4, nameLength: number(11), size: number(6), odd, sum }
}

/** POSIX.1's header: octal numbers of 6 digits, and of 11 for time and size. */
function oldCharacterHeader(bytes: Buffer): CpioHeader | undefined {
  const text = bytes.toString('latin1', 6, 76)
  if (!/^[0-7]{70}$/.test(text)) return undefined
  const number = (from: number, length: number) => Number.parseInt(text.slice(from, from + length), 8)
  const odd = [18, 24].map((from) => number(from, 6)).filter((owner) => owner > largestOrdinary)
  return { length: 76, alignment: 1, nameLength: number(53, 6), size: number(59, 11), odd, sum: undefined }
}

/** The oldest header: numbers of 16 bits in the order of the machine; of 32 bits, the upper half comes first. */
function binaryHeader(bytes: Buffer): CpioHeader | undefined {
  if (bytes.length < 26) return undefined
  const isLittle = bytes.readUInt16LE(0) === 0o070707
  if (!isLittle && bytes.readUInt16BE(0) !== 0o070707) return undefined
  const number = (index: number) => (isLittle ? bytes.readUInt16LE(index * 2) : bytes.readUInt16BE(index * 2))
  const size = number(11) * 65_536 + number(12)
  return { length: 26, alignment: 2, nameLength: number(10), size, odd: [], sum: undefined }
}

/**
 * Whether a content begins with a header and a name that ends with a NUL, or may: text has no NUL, and other bytes may
 * well begin like a binary header.
 */
export function isCpio(head: Uint8Array): boolean {
  if (!firsts.has(head[0] ?? 0)) return false
  const header = parseCpioHeader(head)
  if (header === undefined || header.nameLength < 2 || header.nameLength > 65_536) return false
  const end = header.length + header.nameLength
  if (end <= head.length) return head.indexOf(0, header.length) === end - 1
  return header.length > 26 && head.indexOf(0, header.length) < 0
}
