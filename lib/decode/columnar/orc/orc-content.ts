import { beginsWith } from '../../begins-with.ts'
import { type ByteSource, byteSource } from '../../byte-source.ts'
import { firstControlByte } from '../../checks/control-bytes.ts'
import { addGap, countProduced, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { ByteRange, Content, Format, Parts, ReadAt } from '../../format.ts'
import { holdContent } from '../../hold-content.ts'
import { rangeOf } from '../../range-source.ts'
import { readRaw } from '../../raw-content.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { type PlacedSource, placedSource } from '../placed-source.ts'
import { type RowText, rowText } from '../row-text.ts'
import { withWorkspace } from '../workspace.ts'
import { writeDoubtfulChunks } from './brotli-chunks.ts'
import { chunksOf, wholeOf } from './chunks.ts'
import {
  columnStatistics,
  footer as footerFields,
  postScript as postScriptFields,
  stripeStatistics,
} from './known-fields.ts'
import { type Layout, magic, readLayout } from './layout.ts'
import { messageWriter } from './message-content.ts'
import { messageOf, messagesIn } from './protobuf.ts'
import { type OrcFile, readStripe } from './read-stripe.ts'

const mostMetadata = 2 ** 26

/** Apache ORC (specification v1 and orc_proto.proto). */
export const orc: Format = { name: 'orc', kind: 'table', isFormat: isOrc, read: readOrc, cut: cutOrc }

/** Behind the magic number comes a stripe or a footer, whose first bytes no text has. */
function isOrc(head: Uint8Array): boolean {
  return beginsWith(head, magic) && firstControlByte(head.subarray(magic.length)) >= 0
}

/**
 * Every part of the file in the order in which it is stored, each byte once, except for footers, which are read before. Names, comments and metadata
 * are lines of `[...path, 'footer']`, the smallest and largest values of columns lines of `[...path, 'statistics']`. See `readColumn` for the
 * contents of a column, whose path is `[...path, 'stripe-2', 'column-3']`; columns count from 0, which is the row itself.
 */
async function readOrc(content: Content, decoding: Decoding): Promise<void> {
  const { path } = content
  const held = decoding.heldBytes
  const at = await holdContent(content, decoding)
  try {
    // What is held was consumed; otherwise the stored bytes pass by once, as the digest of the object wants them.
    const source = content.at === undefined ? byteSource(rangeOf(at, 0, at.size)) : content.source
    const layout = await readLayout(at, counting(path, decoding)).catch(faultOf)
    if (layout instanceof ColumnFault)
      return await readRaw(source, path, decoding, { kind: 'refused', reason: layout.reason, detail: layout.message })
    await readParts(source, at, layout, { from: 0, to: at.size }, path, decoding)
  } finally {
    decoding.heldBytes = held
  }
}

/** Stripes are parts, and the footer belongs to the last one. */
async function cutOrc(at: ReadAt, path: readonly string[], decoding: Decoding): Promise<Parts | undefined> {
  const layout = await readLayout(at, counting(path, decoding)).catch(faultOf)
  if (layout instanceof ColumnFault) return undefined
  const starts = [0, ...layout.stripes.slice(1).map(({ from }) => from)]
  if (!starts.every((start, index) => index === 0 || (start > starts[index - 1]! && start < layout.tailFrom)))
    return undefined
  return { starts, read: (source, range, decoding) => readParts(source, at, layout, range, path, decoding) }
}

async function readParts(
  source: ByteSource,
  at: ReadAt,
  layout: Layout,
  { from, to }: ByteRange,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const isLast = to > layout.tailFrom
  const rows = rowText(decoding.limits.heldBytes / 4)
  if (isLast) await orGap(path, decoding, () => readFooter(layout, path, decoding, rows))
  if (layout.isEncrypted) tellGap(decoding, path, new ColumnFault('encrypted', 'orc: expected all columns in clear'))
  const placed = placedSource(source, from, path, decoding)
  if (from === 0) {
    await placed.peek(magic.length)
    placed.skip(magic.length)
  }
  const end = Math.min(to, layout.tailFrom)
  await withWorkspace(decoding.means, (workspace) =>
    readStripes(placed, { from, to: end }, { at, layout, path, decoding, workspace, rows }),
  )
  await placed.leave(end, [...path, isLast ? `slack-${layout.stripes.length + 1}` : `slack-at-${end}`])
  if (!isLast) return
  const tail = Buffer.from((await placed.peek(layout.tail.length)).subarray(0, layout.tail.length))
  if (!tail.equals(layout.tail))
    throw new DecodingStopped('corrupt', path, layout.tailFrom, 'orc: expected the same footer at each reading')
  placed.skip(tail.length)
}

const counting = (path: readonly string[], decoding: Decoding) => (bytes: number) =>
  countProduced(decoding, bytes, path, 0)

function faultOf(error: unknown): ColumnFault {
  if (error instanceof ColumnFault) return error
  throw error
}

async function orGap(path: readonly string[], decoding: Decoding, read: () => Promise<void>): Promise<void> {
  try {
    await read()
  } catch (error) {
    if (!(error instanceof ColumnFault)) throw error
    tellGap(decoding, path, error)
  }
}

function tellGap(decoding: Decoding, path: readonly string[], { reason, message }: ColumnFault): void {
  addGap(decoding, { reason, path, offset: 0, detail: message })
}

async function readFooter(layout: Layout, path: readonly string[], decoding: Decoding, rows: RowText): Promise<void> {
  const { footer, postScript, compression } = layout
  const parts = [layout.storedFooter, layout.metadata]
  await writeDoubtfulChunks(parts, compression, [...path, 'footer'], decoding)
  const texts = messageWriter([...path, 'footer'], decoding, rows)
  await texts.write(postScript, postScriptFields)
  await texts.write(footer, footerFields)
  await texts.end()

  const metadata = wholeOf(chunksOf(layout.metadata, compression, counting(path, decoding)), mostMetadata)
  const statistics = messageWriter([...path, 'statistics'], decoding, rows)
  const stripes = messageOf(metadata)
  if ([...stripes.keys()].some((id) => id !== 1)) throw corrupt('orc: expected statistics of stripes only')
  for (const message of messagesIn(messageOf(footer), 7)) await statistics.write(message, columnStatistics)
  for (const message of messagesIn(stripes, 1)) await statistics.write(message, stripeStatistics)
  await statistics.end()
}

/** Reads the stripes that begin in a range, and what stands between them. */
async function readStripes(source: PlacedSource, { from, to }: ByteRange, file: OrcFile): Promise<void> {
  const { layout, path, decoding, workspace } = file
  for (const [index, stripe] of layout.stripes.entries()) {
    // One that is nowhere in the file is told where the footer is read.
    const isElsewhere = stripe.from < from || (stripe.from >= to && to < layout.tailFrom)
    if (isElsewhere) continue
    const place = [...path, `stripe-${index + 1}`]
    await orGap(place, decoding, async () => {
      if (stripe.from < source.position() || stripe.to > to)
        throw corrupt('orc: expected stripes behind each other and before the footer')
      await source.leave(stripe.from, [...path, `slack-${index + 1}`])
      try {
        await readStripe(source, stripe, file, place)
      } finally {
        workspace.out.at = 0
      }
    })
    if (stripe.to <= to) await source.pass(stripe.to)
  }
}
