import { beginsWith } from '../../begins-with.ts'
import { byteSource } from '../../byte-source.ts'
import { isZlibHeader, zlibContent } from '../../compression/deflate/zlib-content.ts'
import { decodeMember } from '../../decode-member.ts'
import { type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { streamReader } from '../stream-reader.ts'
import { type ValueWriter, valueWriter } from '../value-writer.ts'
import { type ArchiveForm, type ArchiveReader, archiveReader } from './archive-reader.ts'
import { archiveFormat, type DataEntry, readToc } from './toc.ts'

const magic = Buffer.from('PGDMP', 'latin1')
const block = { data: 1, blobs: 3 } as const
const compression = { none: 0, gzip: 1 } as const

/**
 * Archives of pg_dump (pg_backup_custom.c): of its custom format, and the tables of contents that its directory and tar formats have; of
 * versions 1.10 to 1.16. Contents: `toc`, and of each table `data-1`, of each large object `blob-1` and so on.
 */
export const pgDump: Format = {
  name: 'pg-dump',
  kind: 'archive',
  isFormat: (head) => head.length > magic.length && beginsWith(head, magic) && head[5]! < 0x20,
  read: readArchive,
}

async function readArchive({ source, path }: Content, decoding: Decoding): Promise<void> {
  const stream = streamReader(source, path, 'pg_dump')
  const toc = valueWriter('toc', path, decoding, { values: 0 })
  let isComplete = false
  try {
    const fixed = Buffer.from(await stream.take(11))
    const form: ArchiveForm = { minor: fixed[6]!, intSize: fixed[8]!, offsetSize: fixed[9]! }
    const reader = archiveReader(stream, form, path)
    if (fixed[5] !== 1 || form.minor < 10 || form.minor > 16)
      throw reader.stop('unsupported-format', 'a version from 1.10 to 1.16')
    if (![4, 8].includes(form.intSize) || ![4, 8].includes(form.offsetSize))
      throw reader.stop('corrupt', 'numbers of 4 or 8 bytes')
    const format = fixed[10]!
    if (!Object.values<number>(archiveFormat).includes(format)) throw reader.stop('corrupt', 'a known format')
    const isInflated = await readAbout(reader, form, toc)
    const entries = await readToc(reader, form, format, toc)
    if (format === archiveFormat.custom) await readBlocks(reader, entries, isInflated, path, decoding)
    isComplete = true
  } finally {
    stream.release()
    await toc.end(isComplete)
  }
}

/** How it is compressed, when it was made, of which database and by which versions. Answers whether data is a zlib stream. */
async function readAbout(reader: ArchiveReader, form: ArchiveForm, toc: ValueWriter): Promise<boolean> {
  const method = form.minor >= 15 ? await reader.byte() : await reader.int()
  for (let index = 0; index < 7; index++) toc.ascii(String(await reader.int()))
  for (let index = 0; index < 3; index++) toc.text((await reader.text()) ?? Buffer.alloc(0))
  await toc.endRow()
  // Until version 1.14 it was a level of gzip; lz4 and zstd are told from the data.
  return form.minor >= 15 ? method === compression.gzip : method !== compression.none
}

async function readBlocks(
  reader: ArchiveReader,
  entries: Map<number, DataEntry>,
  isInflated: boolean,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const { stream } = reader
  let tables = 0
  let blobs = 0
  while (!(await stream.isAtEnd())) {
    const offset = stream.offset
    const kind = await reader.byte()
    const id = await reader.int()
    const entry = entries.get(id)
    if (entry === undefined || (entry.offset !== undefined && entry.offset !== offset))
      throw reader.stop('corrupt', 'data of an entry in its place')
    entries.delete(id)
    if (kind === block.data) {
      tables += 1
      await readData(reader, isInflated, [...path, `data-${tables}`], decoding)
    } else if (kind === block.blobs)
      for (let blob = await reader.int(); blob !== 0; blob = await reader.int()) {
        blobs += 1
        await readData(reader, isInflated, [...path, `blob-${blobs}`], decoding)
      }
    else throw reader.stop('corrupt', 'a known kind of data')
  }
  if (entries.size > 0) throw reader.stop('truncated', 'data of every entry')
}

/** One stream of data, in pieces that end with an empty one. */
async function readData(
  reader: ArchiveReader,
  isInflated: boolean,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const { stream } = reader
  let left = 0
  let isAtEnd = false
  async function piece(): Promise<Uint8Array | undefined> {
    while (!isAtEnd && left === 0) {
      left = await reader.int()
      isAtEnd = left === 0
      if (left < 0) throw reader.stop('corrupt', 'the size of a piece')
    }
    if (isAtEnd) return undefined
    const length = Math.min(left, 65_536)
    left -= length
    return stream.take(length)
  }
  const content = isInflated ? inflated(piece, path, decoding) : pieces(piece)
  try {
    await decodeMember({ source: byteSource(content), path }, decoding)
  } finally {
    await content.return(undefined)
  }
  // A stream that failed is left here, so that the next one can be read.
  while ((await piece()) !== undefined);
}

async function* pieces(piece: () => Promise<Uint8Array | undefined>): AsyncGenerator<Uint8Array> {
  for (let next = await piece(); next !== undefined; next = await piece()) yield next
}

/** The content of a zlib stream (RFC 1950) that has to end where its pieces do. */
async function* inflated(
  piece: () => Promise<Uint8Array | undefined>,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const source = byteSource(pieces(piece))
  const corrupt = () => new DecodingStopped('corrupt', path, 0, 'pg_dump: expected a whole zlib stream')
  const head = await source.peek(2)
  // Of a large object that is empty there is no stream.
  if (head.length === 0) return
  if (!isZlibHeader(head)) throw corrupt()
  yield* zlibContent(source, path, decoding)
  if ((await source.peek(1)).length > 0) throw corrupt()
}
