import { createHash } from 'node:crypto'
import { type ByteSource, byteSource } from '../decode/byte-source.ts'
import { ColumnFault, corrupt } from '../decode/columnar/column-fault.ts'
import { type Layout, magic, readLayout } from '../decode/columnar/parquet/layout.ts'
import type { Chunk } from '../decode/columnar/parquet/metadata.ts'
import { rowsOfChunk } from '../decode/columnar/parquet/read-rows.ts'
import { defaultLimits } from '../decode/limits.ts'
import { nextBytes, takeBytes } from '../decode/next-bytes.ts'
import type { ManifestRows } from './manifest-rows.ts'
import { chosenColumns, type ParquetColumns, transferTimes } from './parquet-columns.ts'

type Chunks = AsyncIterable<Uint8Array>

/** A table of identifiers has no longer footer. */
const longestFooter = 2 ** 26
const { heldBytes, ratio } = defaultLimits
/** So many bytes and rows take no long time, whatever they are made of. */
const few = 2 ** 24

/**
 * Reads a manifest that is a Parquet file, row by row; `line` of a row is its number, from 1. `opened` is read to find the footer, what `again` opens for the columns, of
 * which those of one row group are held. What counts is read of the very bytes of which the SHA-256 is returned.
 * @throws ColumnFault for what is no such file, or not the same at both readings
 */
export async function readParquetRows(
  opened: Chunks,
  again: () => Promise<Chunks>,
  rows: ManifestRows,
): Promise<{ sha256: string; bytes: number; transferColumn: boolean; unused: number }> {
  const { sha256, size, tail } = await readTail(opened)
  const layout = await readLayout({
    size,
    async read(from, to) {
      if (size - from > tail.length)
        throw new ColumnFault('limit', `parquet: expected a footer of at most ${longestFooter} bytes`)
      return tail.subarray(from + tail.length - size, to + tail.length - size)
    },
  })
  const columns = chosenColumns(layout)
  const hash = createHash('sha256')
  const source = byteSource(hashed(await again(), hash))
  await readRegions(source, layout, columns, rows)
  while ((await source.take()) !== undefined);
  if (hash.digest('hex') !== sha256) throw changed()
  return { sha256, bytes: size, transferColumn: columns.time !== undefined, unused: columns.unused }
}

const changed = () => corrupt('parquet: expected the same bytes at each reading')

async function* hashed(chunks: Chunks, hash: ReturnType<typeof createHash>): Chunks {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

async function readTail(chunks: Chunks): Promise<{ sha256: string; size: number; tail: Buffer }> {
  const hash = createHash('sha256')
  let size = 0
  let kept: Uint8Array[] = []
  let keptBytes = 0
  for await (const chunk of hashed(chunks, hash)) {
    size += chunk.length
    kept.push(Buffer.from(chunk))
    keptBytes += chunk.length
    if (keptBytes < 2 * longestFooter) continue
    kept = [Buffer.concat(kept).subarray(-longestFooter)]
    keptBytes = longestFooter
  }
  return { sha256: hash.digest('hex'), size, tail: Buffer.concat(kept) }
}

/** Reads the columns in the order in which they are stored, up to the footer. */
async function readRegions(
  source: ByteSource,
  { metadata: { groups }, regions, footerFrom }: Layout,
  { id, time }: ParquetColumns,
  rows: ManifestRows,
): Promise<void> {
  const wanted = new Set(time === undefined ? [id] : [id, time.column])
  const lines = firstLinesOf(groups)
  const held = groups.map(() => new Map<number, Buffer>())
  let heldNow = 0
  let position = 0
  let read = 0
  let produced = 0
  let seam: Buffer = magic

  async function pass(to: number, look?: (bytes: Uint8Array) => void): Promise<void> {
    for await (const bytes of nextBytes(source, to - position, changed)) look?.(bytes)
    position = to
  }

  /** So that a small hostile file takes no end. */
  function count(more: number): void {
    produced += more
    if (produced > Math.max(few, ratio * footerFrom))
      throw new ColumnFault('limit', `parquet: expected at most ${ratio} bytes and rows for each byte of the file`)
  }

  function readGroup(group: number, parts: ReadonlyMap<number, Buffer>): void {
    const values = (column: number) => rowsOfChunk(groups[group]![column]!, parts.get(column)!, count)
    const nextId = values(id)
    const nextTime = time && transferTimes(time, values(time.column))
    for (let line = lines[group]!; ; line++) {
      const [text, transferredAt] = [nextId(), nextTime?.()]
      if (text === undefined) return
      read += 1
      rows.row(line, text ?? '', transferredAt)
    }
  }

  await pass(magic.length)
  for (const region of regions) {
    const { kind, group, column, from, to = from } = region
    const isEmpty = from === to
    if (!isEmpty) {
      if (from < position || to > footerFrom) throw corrupt('parquet: expected parts of the file that do not overlap')
      await pass(from, without(seam))
      seam = magic
    }
    if (region.to === undefined) seam = twoMagics
    if (kind !== 'pages' || !wanted.has(column)) {
      if (!isEmpty) await pass(to)
      continue
    }
    heldNow += to - from
    if (heldNow > heldBytes)
      throw new ColumnFault(
        'limit',
        `parquet: expected at most ${heldBytes} bytes of these columns in a row group: write smaller ones`,
      )
    const parts = held[group]!.set(column, await takeAll(source, to - from))
    position += to - from
    if (parts.size < wanted.size) continue
    readGroup(group, parts)
    for (const { length } of parts.values()) heldNow -= length
    parts.clear()
  }
  await pass(footerFrom, without(seam))
  if (read !== lines.at(-1)! - 1) throw corrupt('parquet: expected as many rows as the footer states')
}

async function takeAll(source: ByteSource, length: number): Promise<Buffer> {
  const bytes = await takeBytes(source, length)
  if (bytes === undefined) throw changed()
  return bytes
}

/** The number of the first row of each group, and behind them that of the row behind the last one. */
function firstLinesOf(groups: readonly (readonly Chunk[])[]): number[] {
  const lines = [1]
  for (const [chunk] of groups) lines.push(lines.at(-1)! + (chunk?.rows ?? 0))
  return lines
}

/** A filter whose length nobody states may have any four bytes in it. */
const twoMagics = Buffer.concat([magic, magic])

/**
 * What is between the parts of a file has no magic number in it, unless several files were put one behind the other: the last one's footer would then be taken for that of
 * them all, and tell of other rows.
 */
function without(seam: Buffer): (bytes: Uint8Array) => void {
  let before: Uint8Array = new Uint8Array(0)
  return (bytes) => {
    const all = Buffer.concat([before, bytes])
    if (all.includes(seam)) throw corrupt('parquet: expected one file, got several, one behind the other')
    before = Buffer.from(all.subarray(-(seam.length - 1)))
  }
}
