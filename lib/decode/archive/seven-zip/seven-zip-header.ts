import { crc32 } from 'node:zlib'
import { asStop, BlockCorrupt } from '../../compression/block-corrupt.ts'
import { type Decoding, type Stop, stopOf } from '../../decoding.ts'
import type { ByteRange, ReadAt } from '../../format.ts'
import { rangeOf } from '../../range-source.ts'
import { type FilesInfo, parseFilesInfo } from './files-info.ts'
import { folderContent, refusalOf } from './folder-content.ts'
import { type HeaderCursor, headerCursor } from './header-cursor.ts'
import { type Folder, parseStreamsInfo, property, type StreamsInfo } from './streams-info.ts'

const signatureLength = 32

/** What a 7z archive says of itself. `end`: where it ends; `ranges`: what its headers take of it; `held`: memory of all this. */
export type SevenZip = { streams: StreamsInfo; files: FilesInfo; ranges: ByteRange[]; end: number; held: number }

/** A header is held in memory; parsed, each byte of it takes at most about so many. */
const heldPerByte = 8
/** A header may be packed, and that one's header again; nobody does it more than once. */
const mostPacked = 4

/** Reads the header at the end of a 7z archive, unpacked. @throws DecodingStopped */
export async function readSevenZipHeader(at: ReadAt, path: readonly string[], decoding: Decoding): Promise<SevenZip> {
  const stop = stopOf('7z', path)
  const none: SevenZip = {
    streams: { packPosition: 0, packSizes: [], folders: [] },
    files: { hasData: [], names: [], others: [] },
    ranges: [{ from: 0, to: signatureLength }],
    end: signatureLength,
    held: 0,
  }
  const maxHeader = Math.floor((decoding.limits.heldBytes - decoding.heldBytes) / heldPerByte)
  if (at.size < signatureLength) throw stop('truncated', 'expected a signature header')
  const head = Buffer.from(await at.read(0, signatureLength))
  if (head.readUInt32LE(8) !== crc32(head.subarray(12))) throw stop('corrupt', 'expected the first checksum to match')
  if (head[6] !== 0) throw stop('unsupported-format', 'expected version 0')
  const [offset, size] = [Number(head.readBigUInt64LE(12)), Number(head.readBigUInt64LE(20))]
  const from = signatureLength + offset
  const to = from + size
  if (to > at.size) throw stop('truncated', 'expected a header at the end')
  if (size > maxHeader) throw stop('limit', `expected a header of at most ${maxHeader} bytes`)
  if (size === 0) return none
  let header = Buffer.from(await at.read(from, to))
  if (header.length !== size || crc32(header) !== head.readUInt32LE(28))
    throw stop('corrupt', 'expected the checksum of the header to match')
  const ranges = [...none.ranges, { from, to }]
  try {
    for (let packed = 0; packed <= mostPacked; packed++) {
      const cursor = headerCursor(header)
      const type = cursor.byte()
      if (type === property.header)
        return { ...parseHeader(cursor, stop), ranges, end: to, held: header.length * heldPerByte }
      if (type !== property.encodedHeader) break
      const streams = parseStreamsInfo(cursor)
      if (cursor.left() > 0) throw new BlockCorrupt('expected nothing behind a header')
      ranges.push(...packedRanges(streams))
      header = await unpackHeader(streams, { at, path, decoding, stop, maxHeader })
    }
  } catch (error) {
    throw asStop(error, stop)
  }
  throw stop('corrupt', 'expected a header')
}

/** Where the packed streams are. */
export function packedRanges({ packPosition, packSizes }: StreamsInfo): ByteRange[] {
  let from = signatureLength + packPosition
  return packSizes.map((size) => {
    from += size
    return { from: from - size, to: from }
  })
}

type Unpacking = { at: ReadAt; path: readonly string[]; decoding: Decoding; stop: Stop; maxHeader: number }

async function unpackHeader(
  streams: StreamsInfo,
  { at, path, decoding, stop, maxHeader }: Unpacking,
): Promise<Buffer<ArrayBuffer>> {
  const folder: Folder | undefined = streams.folders[0]
  if (folder === undefined || streams.folders.length > 1) throw new BlockCorrupt('expected a header in one folder')
  const refusal = refusalOf(folder)
  if (refusal !== undefined) throw stop(refusal.reason, 'expected a header that can be read')
  const { from, to } = packedRanges(streams)[0]!
  if (to > at.size) throw stop('corrupt', 'expected a packed header within the archive')
  const parts: Buffer[] = []
  let length = 0
  for await (const bytes of folderContent(folder, rangeOf(at, from, to), path, decoding)) {
    length += bytes.length
    if (length > maxHeader) throw stop('limit', `expected a header of at most ${maxHeader} bytes`)
    parts.push(Buffer.from(bytes))
  }
  const header = Buffer.concat(parts)
  if (folder.crc !== undefined && crc32(header) !== folder.crc)
    throw stop('corrupt', 'expected the checksum of the packed header to match')
  return header
}

function parseHeader(cursor: HeaderCursor, stop: Stop): Pick<SevenZip, 'streams' | 'files'> {
  let streams: StreamsInfo = { packPosition: 0, packSizes: [], folders: [] }
  let files: FilesInfo = { hasData: [], names: [], others: [] }
  let type = cursor.byte()
  if (type === property.archiveProperties || type === property.additionalStreams)
    throw stop('unsupported-format', 'expected a header without properties of the archive')
  if (type === property.mainStreams) {
    streams = parseStreamsInfo(cursor)
    type = cursor.byte()
  }
  if (type === property.files) {
    files = parseFilesInfo(cursor)
    type = cursor.byte()
  }
  if (type !== property.end || cursor.left() > 0) throw new BlockCorrupt('expected the end of the header')
  return { streams, files }
}
