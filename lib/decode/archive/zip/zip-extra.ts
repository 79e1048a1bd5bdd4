import { byteSource } from '../../byte-source.ts'
import { decodeMember } from '../../decode-member.ts'
import type { Decoding } from '../../decoding.ts'
import { inOne } from '../../next-bytes.ts'
import { isZeros } from '../../zeros.ts'
import { type ArchiveNames, isCell } from '../archive-names.ts'
import { parseExtra, zip64Id } from './zip-records.ts'

/**
 * Reads an extra field: what may hold something is a cell of the names, or a content `[...path, 'extra-1']` where it is not
 * text. Times, small numbers of owners, padding of zeros and sizes that the header asks for hold nothing.
 */
export async function readExtra(
  extra: Buffer,
  zip64Length: number | undefined,
  path: readonly string[],
  names: ArchiveNames,
  decoding: Decoding,
): Promise<void> {
  let contents = 0
  const read = async (bytes: Buffer): Promise<void> => {
    if (isZeros(bytes)) return
    if (isCell(bytes)) return names.cell(bytes)
    contents += 1
    const contentPath = [...path, `extra-${contents}`]
    await decodeMember({ source: byteSource(inOne(bytes)), path: contentPath }, decoding)
  }
  const { fields, rest } = parseExtra(extra)
  for (const { id, data } of fields) {
    const text = id === zip64Id ? data.subarray(zip64Length ?? 0) : (known.get(id)?.(data) ?? data)
    if (text.length > 0) await read(text)
  }
  await read(rest)
}

const nothing = Buffer.alloc(0)

/** What has to be read of a field of this kind; absent: all of it, since it is not as it should be. */
type Known = (data: Buffer) => Buffer | undefined

const unless =
  (isExpected: (data: Buffer) => boolean): Known =>
  (data) =>
    isExpected(data) ? nothing : undefined

const known: ReadonlyMap<number, Known> = new Map<number, Known>([
  // Times of Info-ZIP: bits for which times there are, in the central directory the first one only.
  [0x5455, unless((data) => [1, 5, 9, 13].includes(data.length) && data[0]! < 8)],
  // NTFS: times in a part of 24 bytes.
  [0x000a, unless((data) => data.length === 32 && data.toString('hex', 0, 8) === '0000000001001800')],
  // Times, and owners of 16 bits, of old Info-ZIP.
  [0x5855, unless((data) => data.length === 8 || data.length === 12)],
  [0x7855, unless((data) => data.length === 0 || data.length === 4)],
  // Owners of any size.
  [0x7875, owners],
  // A jar, WinZip's AES (whose entries are encrypted), and padding.
  [0xcafe, unless((data) => data.length === 0)],
  [0x9901, unless((data) => data.length === 7)],
  [0xd935, unless((data) => data.length >= 2 && isZeros(data.subarray(2)))],
  [0xa220, unless((data) => data.length >= 4 && data.readUInt16LE(0) === 0xa028 && isZeros(data.subarray(4)))],
  // Name and comment in UTF-8, behind a version and a checksum.
  [0x7075, text],
  [0x6375, text],
])

function text(data: Buffer): Buffer | undefined {
  return data.length >= 5 && data[0] === 1 ? data.subarray(5) : undefined
}

/** Numbers of owners beyond 16 bits may be somebody's. */
function owners(data: Buffer): Buffer | undefined {
  const numbers: bigint[] = []
  let at = 1
  while (at < data.length) {
    const bytes = data.subarray(at + 1, at + 1 + data[at]!)
    if (bytes.length !== data[at] || bytes.length > 8) return undefined
    numbers.push(bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n))
    at += 1 + bytes.length
  }
  if (data[0] !== 1 || numbers.length !== 2) return undefined
  return Buffer.from(numbers.filter((number) => number > 65_535n).join('\t'))
}
