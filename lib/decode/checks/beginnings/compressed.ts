import { gunzipSync, constants as zlib } from 'node:zlib'
import { xxHash32Of } from '../../compression/lz4/xxhash32.ts'
import { isAt } from './goes-on.ts'
import { isText } from './serialized.ts'

/** Systems that zlib knows, and none. */
const lastSystem = 19
const noSystem = 255
const hasExtra = 4
/** A name, a comment. */
const hasText = [8, 16]
const mostExtra = 1024
/** Of so many no other bytes are valid. */
const manyBytes = 512
const leastText = 4
const isPrintable = (byte: number) => byte > 0x20 && byte < 0x7f
const isLatin = (byte: number) => byte >= 0x20 && (byte < 0x7f || byte >= 0xa0)

/**
 * RFC 1952: three bits of the flags are zero, a system has a number, and what follows is deflated; a wrong checksum hides it all the same. Fields may be anything where it gives
 * text or is whole or long.
 */
export function isGzip(bytes: Buffer): boolean {
  if (!isAt(bytes, 3, (flags) => flags < 0x20)) return false
  if (!isAt(bytes, 9, (system) => system <= lastSystem || system === noSystem)) return false
  if (!hasFields(bytes) && !(bytes.length >= manyBytes || givesText(bytes) || isWhole(bytes))) return false
  return gunzipped(bytes, zlib.Z_SYNC_FLUSH) !== undefined
}

const givesText = (bytes: Buffer): boolean => {
  const given = gunzipped(bytes, zlib.Z_SYNC_FLUSH)
  return given === 'much' || (given instanceof Buffer && given.length >= leastText && isText(given))
}

const isWhole = (bytes: Buffer): boolean => gunzipped(bytes, zlib.Z_FINISH) instanceof Buffer

/** What there is; `much` of it, or what has a wrong checksum, is not kept. */
function gunzipped(bytes: Buffer, finishFlush: number): Buffer | 'much' | 'damaged' | undefined {
  try {
    return gunzipSync(bytes, { finishFlush, maxOutputLength: 2 ** 20 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') return 'much'
    return /^incorrect/.test(message) ? 'damaged' : undefined
  }
}

/** Whether the first extra field is named by two characters and within all of them, and texts have no control characters (2.3.1), in Latin-1 or as Linux has names. */
function hasFields(bytes: Buffer): boolean {
  const flags = bytes[3] ?? 0
  let at = 10
  if ((flags & hasExtra) !== 0 && bytes.length >= 16) {
    const length = bytes.readUInt16LE(at)
    const isNamed = isPrintable(bytes[at + 2]!) && isPrintable(bytes[at + 3]!)
    if (!isNamed || length > mostExtra || bytes.readUInt16LE(at + 4) + 4 > length) return false
    at += 2 + length
  }
  for (const text of hasText) {
    if ((flags & text) === 0) continue
    const end = bytes.indexOf(0, at)
    const shown = bytes.subarray(at, end === -1 ? bytes.length : end)
    if (!shown.every(isLatin) && !isText(shown)) return false
    at += shown.length + 1
  }
  return true
}

const compressHeader = 3
const firstWidth = 9
const clearCode = 256

/** `compress` of Unix: codes of nine bits, from the lowest on, each a byte or one of the entries that those before it made. */
export function isCompress(bytes: Buffer): boolean {
  const codes = Math.min(256, Math.floor(((bytes.length - compressHeader) * 8) / firstWidth))
  for (let index = 0; index < codes; index++) {
    const bit = index * firstWidth
    const at = compressHeader + (bit >> 3)
    const code = ((bytes[at]! | (bytes[at + 1]! << 8)) >> (bit & 7)) & 0x1ff
    // The table is cleared when it is full.
    if (code >= clearCode + Math.max(1, index)) return false
  }
  return true
}

/** What lz-string makes less bytes of holds nobody. */
const leastLzString = 16
const mostPadding = 32

/**
 * lz-string 1.5.0 (`_decompress`): codes from their lowest bit on, ever wider, each one of the entries so far or the next one; 0 and 1 are new characters of 8 and
 * 16 bits, 2 is the end.
 */
export function isLzString(bytes: Buffer): boolean {
  let bit = 0
  const left = () => bytes.length * 8 - bit
  const read = (width: number): number => {
    let value = 0
    for (let power = 0; power < width; power++, bit++) value |= ((bytes[bit >> 3]! >> (7 - (bit & 7))) & 1) << power
    return value
  }
  const skipCharacter = (code: number) => {
    bit += code === 0 ? 8 : 16
  }
  if (left() < 2) return true
  const first = read(2)
  if (first > 1) return false
  skipCharacter(first)
  let [entries, width, room] = [4, 3, 4]
  const addEntry = () => {
    entries++
    if (--room === 0) room = 2 ** width++
  }
  while (left() >= width) {
    const code = read(width)
    // What is left of the last character is zero, and one more may be (`compressToBase64`).
    if (code === 2) return bit >= leastLzString * 8 && left() <= mostPadding
    if (code < 2) {
      skipCharacter(code)
      addEntry()
    } else if (code > entries) return false
    addEntry()
  }
  return true
}

/** The largest block of zstd (RFC 8878, 3.1.1.2.4). */
const largestBlock = 2 ** 17
const largestWindow = 21
const blockType = { compressed: 2, reserved: 3 }

/** RFC 8878, 3.1.1: a header with its reserved bit zero, then a block no larger than one can be, with its literals in it. */
export function isZstd(bytes: Buffer): boolean {
  const descriptor = bytes[4]
  if (descriptor === undefined) return true
  const isSingle = (descriptor & 0x20) !== 0
  if ((descriptor & 0x08) !== 0 || !(isSingle || isAt(bytes, 5, (window) => window >> 3 <= largestWindow))) return false
  const size = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  const at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + size
  // Nothing has as many bytes.
  if (size === 8 && ![at - 2, at - 1].every((each) => isAt(bytes, each, (byte) => byte === 0))) return false
  if (at + 3 > bytes.length) return true
  const block = bytes.readUIntLE(at, 3)
  const [type, length] = [(block >> 1) & 3, block >> 3]
  if (type === blockType.reserved || length > largestBlock) return false
  return type !== blockType.compressed || hasLiterals(bytes, at + 3, length)
}

/** Section 3.1.1.3.1.1: whether the literals of a block of `length` bytes are within it. */
function hasLiterals(bytes: Buffer, at: number, length: number): boolean {
  if (at + 5 > bytes.length) return true
  const [type, format] = [bytes[at]! & 3, (bytes[at]! >> 2) & 3]
  if (type < 2) {
    const header = [1, 2, 1, 3][format]!
    const count = bytes.readUIntLE(at, header) >> (header === 1 ? 3 : 4)
    return count <= largestBlock && header + (type === 0 ? count : 1) <= length
  }
  const bits = [10, 10, 14, 18][format]!
  const both = Math.floor(bytes.readUIntLE(at, 5) / 16)
  const [count, stored] = [both % 2 ** bits, Math.floor(both / 2 ** bits) % 2 ** bits]
  const header = (4 + 2 * bits) / 8
  return (
    count > 0 &&
    count <= largestBlock &&
    header + stored <= length &&
    (type === 3 || hasTree(bytes, at + header, stored))
  )
}

/** Section 4.2.1: the weights of a tree of Huffman codes, packed in so many bytes, with a table of at most 2^6 states, or four bits each. */
function hasTree(bytes: Buffer, at: number, stored: number): boolean {
  if (at + 2 > bytes.length) return true
  const packed = bytes[at]!
  if (packed >= 128) return 1 + Math.ceil((packed - 127) / 2) < stored
  return packed > 1 && packed + 1 < stored && (bytes[at + 1]! & 15) <= 1
}

const largestLz4Block = 2 ** 22

/** lz4_Frame_format.md 1.6: version 01, reserved bits zero, the checksum of the header, a block no larger than one can be. */
export function isLz4(bytes: Buffer): boolean {
  if (bytes.length < 7) return true
  const [flags, sizes] = [bytes[4]!, bytes[5]!]
  if ((flags & 0xc2) !== 0x40 || (sizes & 0x8f) !== 0 || sizes < 0x40) return false
  const end = 6 + (flags & 8) + (flags & 1) * 4
  if (end >= bytes.length) return true
  if (bytes[end] !== ((xxHash32Of(bytes.subarray(4, end)) >>> 8) & 0xff)) return false
  return end + 5 > bytes.length || (bytes.readUInt32LE(end + 1) & 0x7fffffff) <= largestLz4Block
}

/** What 8 MiB take at most. */
const largestOldBlock = 2 ** 23 + 2 ** 15 + 144

/** The same before version 1.0: blocks of 8 MiB, whose copies are of what was there before (lz4_Block_format.md). */
export function isOldLz4(bytes: Buffer): boolean {
  if (bytes.length < 8) return true
  const length = bytes.readUInt32LE(4)
  if (length === 0 || length > largestOldBlock) return false
  let at = 8
  let given = 0
  const more = (count: number): number => {
    let all = count
    if (count === 15)
      do all += bytes[at] ?? 0
      while (bytes[at++] === 255)
    return all
  }
  while (at < Math.min(bytes.length, 8 + length)) {
    const token = bytes[at++]!
    const literals = more(token >> 4)
    at += literals
    given += literals
    if (at + 2 > bytes.length) return true
    const distance = bytes.readUInt16LE(at)
    if (distance === 0 || distance > given) return false
    at += 2
    given += 4 + more(token & 15)
  }
  return true
}

/** Methods of APPNOTE, 4.4.5. */
const methods = new Set([0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 18, 19, 20, 93, 94, 95, 96, 97, 98, 99])
/** Flags that nobody uses (4.4.4). */
const unusedFlags = 0xd780

/** APPNOTE, 4.3.7: a version of the format and a system, flags, a method, and lengths of a name and of extra fields as they are. */
export function isZipMember(bytes: Buffer): boolean {
  if (!isAt(bytes, 4, (version) => version <= 63) || !isAt(bytes, 5, (system) => system <= lastSystem)) return false
  if (bytes.length < 30) return true
  if ((bytes.readUInt16LE(6) & unusedFlags) !== 0 || !methods.has(bytes.readUInt16LE(8))) return false
  return bytes.readUInt16LE(26) <= 4096 && bytes.readUInt16LE(28) <= 8192
}

/** The end of an archive without members (4.3.16): it is on the first disk. */
export const isZipEnd = (bytes: Buffer): boolean => bytes.subarray(4, 8).every((byte) => byte === 0)

/** LZMA alone: the size is unknown or below 2^40, and the first byte of the range coder is zero. */
export function isLzma(bytes: Buffer): boolean {
  const size = bytes.subarray(5, 13)
  const isSize = size.every((byte) => byte === 0xff) || size.subarray(5).every((byte) => byte === 0)
  return isSize && isAt(bytes, 13, (byte) => byte === 0)
}

/** The size of its dictionary: a power of two from 2^12 to 2^29 in five bits; then LZMA as well. */
export const isLzip = (bytes: Buffer): boolean =>
  isAt(bytes, 5, (size) => (size & 31) >= 12 && (size & 31) <= 29) && isAt(bytes, 6, (byte) => byte === 0)
