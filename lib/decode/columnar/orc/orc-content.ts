import { byteSource } from '../../byte-source.ts'
import { firstControlByte } from '../../control-bytes.ts'
import { addGap, countProduced, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { holdContent } from '../../hold-content.ts'
import { readRaw } from '../../raw-content.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { type PlacedSource, placedSource } from '../placed-source.ts'
import { rangeOf } from '../range-source.ts'
import { type RowText, rowText } from '../row-text.ts'
import { withWorkspace } from '../workspace.ts'
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
export const orc: Format = { name: 'orc', kind: 'table', isFormat: isOrc, read: readOrc }

/** Behind the magic number comes a stripe or a footer, whose first bytes no text has. */
function isOrc(head: Uint8Array): boolean {
  const isMagic = magic.every((byte, index) => head[index] === byte)
  return isMagic && firstControlByte(head.subarray(magic.length)) >= 0
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
    const rows = rowText(decoding.limits.heldBytes / 4)
    await orGap(path, decoding, () => readFooter(layout, path, decoding, rows))
    if (layout.isEncrypted) tellGap(decoding, path, new ColumnFault('encrypted', 'orc: expected all columns in clear'))
    const placed = placedSource(source, 0, path, decoding)
    await placed.peek(magic.length)
    placed.skip(magic.length)
    await withWorkspace(decoding.means, (workspace) =>
      readStripes(placed, { at, layout, path, decoding, workspace, rows }),
    )
    await placed.leave(layout.tailFrom, [...path, `slack-${layout.stripes.length + 1}`])
    const tail = Buffer.from((await placed.peek(layout.tail.length)).subarray(0, layout.tail.length))
    if (!tail.equals(layout.tail))
      throw new DecodingStopped('corrupt', path, layout.tailFrom, 'orc: expected the same footer at each reading')
    placed.skip(tail.length)
  } finally {
    decoding.heldBytes = held
  }
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

async function readStripes(source: PlacedSource, file: OrcFile): Promise<void> {
  const { layout, path, decoding, workspace } = file
  for (const [index, stripe] of layout.stripes.entries()) {
    const place = [...path, `stripe-${index + 1}`]
    await orGap(place, decoding, async () => {
      if (stripe.from < source.position() || stripe.to > layout.tailFrom)
        throw corrupt('orc: expected stripes behind each other and before the footer')
      await source.leave(stripe.from, [...path, `slack-${index + 1}`])
      try {
        await readStripe(source, stripe, file, place)
      } finally {
        workspace.out.at = 0
      }
    })
    if (stripe.to <= layout.tailFrom) await source.pass(stripe.to)
  }
}
