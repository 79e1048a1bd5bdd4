import { inflateRawSync } from 'node:zlib'
import { crc32 } from '../../checksums/crc32.ts'
import { beginningByPlatform } from './by-platform.ts'
import { ColumnFault, corrupt } from './column-fault.ts'

const headerLength = 10
const trailerLength = 8
/** Says that the content is text, which changes nothing. */
const isText = 1

/** Members of gzip (RFC 1952) that hold `most` bytes at most; a name, a comment or another field in a header is content that nobody expects there. */
export function gunzipPart(stored: Uint8Array, most: number): Uint8Array {
  const parts: Uint8Array[] = []
  let length = 0
  for (let at = 0; at < stored.length; ) {
    if (!isGzip(stored.subarray(at)) || stored.length - at < headerLength + trailerLength)
      throw corrupt('expected a member of gzip')
    if ((stored[at + 3]! & ~isText) !== 0)
      throw new ColumnFault('unsupported-format', 'expected members of gzip without names and comments')
    const { bytes, consumed } = beginningByPlatform(inflateRawSync, stored.subarray(at + headerLength), most - length)
    at += headerLength + consumed
    const trailer = Buffer.from(stored.subarray(at, at + trailerLength))
    if (
      trailer.length < trailerLength ||
      trailer.readUInt32LE(0) !== crc32(bytes) ||
      trailer.readUInt32LE(4) !== bytes.length
    )
      throw corrupt('expected the checksum and the size of a member of gzip to match')
    at += trailerLength
    length += bytes.length
    parts.push(bytes)
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, length)
}

export function isGzip(stored: Uint8Array): boolean {
  return stored[0] === 0x1f && stored[1] === 0x8b && stored[2] === 8
}
