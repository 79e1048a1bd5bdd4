import { beginsWith } from '../../begins-with.ts'
import { type ByteSource, byteSource } from '../../byte-source.ts'
import { firstControlByte } from '../../checks/control-bytes.ts'
import { type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format, Parts, ReadAt } from '../../format.ts'
import { holdContent } from '../../hold-content.ts'
import { rangeOf } from '../../range-source.ts'
import { readRaw } from '../../raw-content.ts'
import { ColumnFault } from '../column-fault.ts'
import { placedSource } from '../placed-source.ts'
import { withWorkspace } from '../workspace.ts'
import { readFooterContent } from './footer-content.ts'
import { type Layout, magic, readLayout, type Span, startsOf } from './layout.ts'
import { readRegion, readRegions } from './read-regions.ts'

/** Apache Parquet, by its own page walker (parquet-format, README.md and parquet.thrift). */
export const parquet: Format = {
  name: 'parquet',
  kind: 'table',
  isFormat: isParquet,
  read: readParquet,
  cut: cutParquet,
}

/** Behind the magic number comes a page or a footer, whose first bytes no text has. */
function isParquet(head: Uint8Array): boolean {
  return beginsWith(head, magic) && firstControlByte(head.subarray(magic.length)) >= 0
}

/**
 * Every part of the file in the order in which it is stored, each byte once: `source` is read to its end, and only the footer is read
 * before. See `readColumnChunk` for the contents of a column, whose path is `[...path, 'row-group-2', 'column-3']`.
 */
async function readParquet(content: Content, decoding: Decoding): Promise<void> {
  const { path } = content
  const held = decoding.heldBytes
  const at = await holdContent(content, decoding)
  try {
    // What is held was consumed; otherwise the stored bytes pass by once, as the digest of the object wants them.
    const source = content.at === undefined ? byteSource(rangeOf(at, 0, at.size)) : content.source
    const layout = await layoutOf(at)
    if (layout instanceof ColumnFault)
      return await readRaw(source, path, decoding, { kind: 'refused', reason: layout.reason, detail: layout.message })
    await readParts(source, layout, { from: 0, to: at.size }, path, decoding)
  } finally {
    decoding.heldBytes = held
  }
}

async function layoutOf(at: ReadAt): Promise<Layout | ColumnFault> {
  try {
    return await readLayout(at)
  } catch (error) {
    if (error instanceof ColumnFault) return error
    throw error
  }
}

/** Row groups and indexes are parts, and the footer belongs to the last one. */
async function cutParquet(at: ReadAt, path: readonly string[]): Promise<Parts | undefined> {
  const layout = await layoutOf(at)
  if (layout instanceof ColumnFault) return undefined
  return {
    starts: startsOf(layout),
    read: (source, range, decoding) => readParts(source, layout, range, path, decoding),
  }
}

async function readParts(
  source: ByteSource,
  layout: Layout,
  { from, to }: Span,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const isLast = to > layout.footerFrom
  if (isLast) await readFooterContent(layout, path, decoding)
  const placed = placedSource(source, from, path, decoding)
  if (from === 0) {
    await placed.peek(magic.length)
    placed.skip(magic.length)
  }
  await readRegions(placed, layout, { from, to: Math.min(to, layout.footerFrom) }, path, decoding)
  if (!isLast) return
  const last = Buffer.from((await placed.peek(layout.footerBytes.length)).subarray(0, layout.footerBytes.length))
  if (!last.equals(layout.footerBytes))
    throw new DecodingStopped('corrupt', path, layout.footerFrom, 'parquet: expected the same footer at each reading')
  placed.skip(last.length)
}

/** Reads only the values of some columns (from 0) of some row groups (from 0): not what a verdict can rest on. */
export async function readColumns(
  at: ReadAt,
  layout: Layout,
  { groups, columns }: { groups: readonly number[]; columns: readonly number[] },
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const whole: Span = { from: 0, to: layout.footerFrom }
  const wanted = layout.regions.filter(
    ({ kind, group, column }) => kind === 'pages' && groups.includes(group) && columns.includes(column),
  )
  return withWorkspace(decoding.means, async (workspace) => {
    for (const region of wanted) {
      const { from, to } = region
      const source = placedSource(byteSource(rangeOf(at, from, to ?? from)), from, path, decoding)
      await readRegion(source, region, whole, path, decoding, workspace)
    }
  })
}
