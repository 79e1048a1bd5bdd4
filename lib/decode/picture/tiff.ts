import type { ByteRange } from '../format.ts'
import { isZeros } from '../zeros.ts'

/** A value of a directory, which is the `page`th of all: `bytes` as they are stored, `at` where they stand. */
export type TiffValue = {
  directory: string
  page: number
  tag: number
  type: number
  count: number
  bytes: Buffer
  at: number
}

export type Tiff = {
  isLittle: boolean
  values: TiffValue[]
  /** What contradicts itself. */
  faults: Set<string>
  /** Notes that something is read which begins at a place; absent: it is not there. */
  claim(from: number, length: number): Buffer | undefined
  /** Everything is claimed: what no one did and is not zero, or was claimed twice, is a fault. */
  judge(): void
}

/** Bytes of a value of each type (TIFF 6.0, section 2; Exif 3.0, 4.6.2). */
const sizes: Readonly<Record<number, number>> = {
  1: 1, // BYTE
  2: 1, // ASCII
  3: 2, // SHORT
  4: 4, // LONG
  5: 8, // RATIONAL
  6: 1, // SBYTE
  7: 1, // UNDEFINED
  8: 2, // SSHORT
  9: 4, // SLONG
  10: 8, // SRATIONAL
  11: 4, // FLOAT
  12: 8, // DOUBLE
  13: 4, // IFD
  16: 8, // LONG8
  17: 8, // SLONG8
  129: 1, // UTF-8
}
const places = [4, 13]

/** So many values there are at most, and so many numbers in one; a place each of as many strips. */
export const mostNumbers = 2 ** 20
const tooMany = `expected at most ${mostNumbers} values and numbers`

/** What ExifTool puts behind the header of directories of its own. */
const exifTool = 'ExifMeta'
/** Pillow fills up with blanks. */
const isPadding = (bytes: Uint8Array) => isZeros(bytes) || bytes.every((byte) => byte === 0x20)

/** Directories by the tag that points to them, and those that follow one another. */
const pointers = new Map([
  [0x014a, 'page'],
  [0x8769, 'exif'],
  [0x8825, 'gps'],
  [0xa005, 'interop'],
])
const followers: Readonly<Record<string, string>> = { image: 'thumbnail', index: 'attributes', page: 'page' }

/**
 * Takes the structure of TIFF apart (TIFF 6.0, section 2), whose first directory is a `first` one; absent where it does not begin like one. Each kind of directory is read once, but in a
 * file of pages, and no byte twice, so whatever offsets say it ends.
 */
export function parseTiff(bytes: Buffer, first: string): Tiff | undefined {
  const mark = bytes.toString('latin1', 0, 4)
  const isLittle = mark === 'II*\0'
  if ((!isLittle && mark !== 'MM\0*') || bytes.length < 8) return undefined
  const at = isLittle ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4)
  return parseDirectories(bytes, isLittle, { name: first, at }, bytes.toString('latin1', 8, 16) === exifTool ? 16 : 8)
}

/** The same of directories behind another header of so many bytes. */
export function parseDirectories(
  bytes: Buffer,
  isLittle: boolean,
  first: { name: string; at: number },
  headerLength: number,
): Tiff {
  const u16 = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const u32 = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const claims: ByteRange[] = [{ from: 0, to: headerLength }]
  let claimed = headerLength
  const values: TiffValue[] = []
  const faults = new Set<string>()

  /** Pillow leaves in the header of each page that it puts behind others, which says where that is from there on. */
  function isHeader(from: number, to: number): boolean {
    const at = to - 8
    return (
      at >= from &&
      isZeros(bytes.subarray(from, at)) &&
      bytes.compare(bytes, 0, 4, at, at + 4) === 0 &&
      found.has(at + u32(at + 4))
    )
  }

  function claim(from: number, length: number): Buffer | undefined {
    claimed += length
    if (from + length > bytes.length || claimed > bytes.length) return undefined
    claims.push({ from, to: from + length })
    return bytes.subarray(from, from + length)
  }

  const directories = [first]
  const hasPages = first.name === 'page'
  let page = 0
  /** Where directories are. */
  const found = new Set<number>()
  const seen = new Set<string>()

  function readEntry(directory: string, entry: number): void {
    const [tag, type, count] = [u16(entry), u16(entry + 2), u32(entry + 4)]
    const size = sizes[type]
    if (size === undefined) return void faults.add('expected types of values that are known')
    if (size > 1 && count > mostNumbers) return void faults.add(tooMany)
    const length = size * count
    const at = length <= 4 ? entry + 8 : u32(entry + 8)
    const value = length <= 4 ? bytes.subarray(at, at + length) : claim(at, length)
    if (value === undefined) return void faults.add('expected values within it, one behind the other')
    if (length < 4 && !isZeros(bytes.subarray(at + length, at + 4)))
      faults.add('expected zeros behind values of less than four bytes')
    if (values.length === mostNumbers) return void faults.add(tooMany)
    const name = pointers.get(tag)
    if (name === undefined || (name === 'page' && !hasPages))
      values.push({ directory, page, tag, type, count, bytes: value, at })
    else if (directories.length + count > mostNumbers) faults.add(tooMany)
    else if (places.includes(type) && (count === 1 || name === 'page'))
      for (let index = 0; index < count; index++) directories.push({ name, at: u32(at + 4 * index) })
    else faults.add('expected one place of a directory')
  }

  for (const { name, at } of directories) {
    const head = claim(at, 2)
    const count = head === undefined ? 0 : u16(at)
    if ((seen.has(name) && !hasPages) || head === undefined || claim(at + 2, 12 * count + 4) === undefined) {
      faults.add('expected directories within it, each of them once')
      continue
    }
    seen.add(name)
    found.add(at)
    page += 1
    for (let index = 0; index < count; index++) readEntry(name, at + 2 + 12 * index)
    const next = u32(at + 2 + 12 * count)
    const follower = followers[name]
    if (next === 0) continue
    if (follower === undefined) faults.add('expected no more directories')
    else directories.push({ name: follower, at: next })
  }

  return {
    isLittle,
    values,
    faults,
    claim,
    judge() {
      let end = 0
      for (const { from, to } of [
        ...claims.toSorted((a, b) => a.from - b.from),
        { from: bytes.length, to: bytes.length },
      ]) {
        if (from < end) faults.add('expected values that do not overlap')
        else if (!isPadding(bytes.subarray(end, from)) && !(hasPages && isHeader(end, from)))
          faults.add('expected nothing between its values')
        end = Math.max(end, to)
      }
    },
  }
}
