import { addGap, countProduced, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { ReadAt } from '../../format.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import type { PlacedSource } from '../placed-source.ts'
import type { RowText } from '../row-text.ts'
import type { Workspace } from '../workspace.ts'
import { writeDoubtfulChunks } from './brotli-chunks.ts'
import { chunksOf, wholeOf } from './chunks.ts'
import { columnPart } from './column-part.ts'
import { bloomFilters, type Fields, rowIndex, stripeFooter } from './known-fields.ts'
import type { Layout, Stripe } from './layout.ts'
import { writeMessage } from './message-content.ts'
import { type ChildrenOf, readColumn } from './read-column.ts'
import { type Stream, type StreamKind, type StripeFooter, stripeFooterOf } from './stripe-footer.ts'

/** A stripe of so many bytes is held as a whole; of a larger one the footer is read before the rest. */
const heldStripe = 2 ** 23
const mostIndex = 2 ** 26

/** A file whose stripes are read. `path`: of the file. */
export type OrcFile = {
  readonly at: ReadAt
  readonly layout: Layout
  readonly path: readonly string[]
  readonly decoding: Decoding
  readonly workspace: Workspace
  readonly rows: RowText
}

/**
 * Reads one stripe from a source that is at its beginning, up to its end. Streams are read in their order, and a column once all of its own were and
 * its parent was. What cannot be read is a gap at the path of its column.
 * @throws ColumnFault when the stripe says nothing that can be read
 */
export async function readStripe(
  source: PlacedSource,
  stripe: Stripe,
  file: OrcFile,
  place: readonly string[],
): Promise<void> {
  const { layout, decoding, rows } = file
  const stored = await footerOf(source, stripe, file)
  await writeDoubtfulChunks([stored], layout.compression, [...place, 'footer'], decoding)
  const footer = wholeOf(chunksOf(stored, layout.compression, counting(decoding, place)), mostIndex)
  const { streams, encodings } = stripeFooterOf(footer, layout.columns.length)
  const length = streams.reduce((sum, stream) => sum + stream.length, 0)
  if (stripe.from + length > stripe.footerFrom) throw corrupt('orc: expected streams within their stripe')
  await writeMessage(footer, stripeFooter, [...place, 'footer'], decoding, rows)
  await readStreams(source, { streams, encodings }, stripe, file, place)
  await source.leave(stripe.footerFrom, [...place, 'slack'])
  const passing = await source.peek(stored.length)
  if (!stored.equals(passing.subarray(0, stored.length)))
    throw new DecodingStopped('corrupt', place, 0, 'orc: expected the same footer at each reading')
  source.skip(stored.length)
}

async function footerOf(source: PlacedSource, stripe: Stripe, { at }: OrcFile): Promise<Buffer> {
  const length = stripe.to - stripe.from
  if (stripe.to - stripe.footerFrom > mostIndex)
    throw new ColumnFault('limit', `orc: expected footers of stripes of at most ${mostIndex} bytes`)
  if (length > heldStripe) return Buffer.from(await at.read(stripe.footerFrom, stripe.to))
  const whole = await source.peek(length)
  return Buffer.from(whole.subarray(stripe.footerFrom - stripe.from, length))
}

const counting = (decoding: Decoding, path: readonly string[]) => (bytes: number) =>
  countProduced(decoding, bytes, path, 0)

async function readStreams(
  source: PlacedSource,
  { streams, encodings }: StripeFooter,
  stripe: Stripe,
  file: OrcFile,
  place: readonly string[],
): Promise<void> {
  const { decoding, layout, workspace } = file
  const { columns, compression } = layout
  const pathOf = (column: number) => [...place, `column-${column}`]
  const stored = columns.map(() => new Map<StreamKind, Uint8Array>())
  const read = new Map<number, ChildrenOf>()
  const missing = new Array<number>(columns.length).fill(0)
  for (const { column, kind } of streams) if (isValues(kind)) missing[column]! += 1
  let next = 0
  let held = 0

  async function readReady(): Promise<void> {
    for (; next < columns.length && missing[next] === 0; next++) {
      const column = columns[next]!
      const parent = read.get(column.parent)
      const count = next === 0 ? stripe.rows : parent?.counts[column.branch]
      const lengths = parent?.lengths
      const path = pathOf(next)
      const index = next
      await orGap(path, decoding, workspace, async () => {
        await writeDoubtfulChunks(stored[index]!.values(), compression, path, decoding)
        const part = columnPart(
          { column, encoding: encodings[index]!, count, lengths },
          stored[index]!,
          compression,
          path,
          decoding,
          workspace.kernel,
        )
        read.set(index, await readColumn(part, path, decoding, workspace))
      })
      // The lengths of lists are read again with their items.
      for (const bytes of stored[next]!.values()) if (column.kind !== 'list') held -= bytes.length
      stored[next]!.clear()
    }
  }

  async function take({ column, kind, length }: Stream): Promise<void> {
    const { heldBytes } = decoding.limits
    if (held + length > heldBytes) throw new ColumnFault('limit', `orc: expected columns of at most ${heldBytes} bytes`)
    if (length === 0) return
    if (stored[column]!.has(kind)) throw corrupt('orc: expected each stream of a column once')
    held += length
    stored[column]!.set(kind, Buffer.from((await source.peek(length)).subarray(0, length)))
  }

  for (const stream of streams) {
    const { column, kind, length } = stream
    const end = source.position() + length
    await orGap(pathOf(column), decoding, workspace, async () => {
      if (isValues(kind)) await take(stream)
      else await readIndex(source, stream, file, [...pathOf(column), kind])
    })
    await source.pass(end)
    if (isValues(kind)) missing[column]! -= 1
    await readReady()
  }
  await readReady()
}

const isValues = (kind: StreamKind) =>
  kind === 'present' || kind === 'data' || kind === 'length' || kind === 'dictionary' || kind === 'secondary'

const indexes: Partial<Record<StreamKind, Fields>> = {
  'row-index': rowIndex,
  'bloom-filter': bloomFilters,
  'bloom-filter-utf8': bloomFilters,
}

/** Indexes are never used; the smallest and largest values in them are content. */
async function readIndex(
  source: PlacedSource,
  { kind, length }: Stream,
  { decoding, layout, rows }: OrcFile,
  path: readonly string[],
): Promise<void> {
  if (kind === 'encrypted') throw new ColumnFault('encrypted', 'orc: expected a column in clear')
  const fields = indexes[kind]
  if (fields === undefined) throw new ColumnFault('unsupported-format', 'orc: expected a known kind of stream')
  if (length > mostIndex) throw new ColumnFault('limit', `orc: expected indexes of at most ${mostIndex} bytes`)
  const stored = (await source.peek(length)).subarray(0, length)
  await writeDoubtfulChunks([stored], layout.compression, path, decoding)
  const index = wholeOf(chunksOf(stored, layout.compression, counting(decoding, path)), mostIndex)
  await writeMessage(index, fields, path, decoding, rows)
}

/** What keeps one part of a stripe from being read is a gap of this part alone. */
async function orGap(
  path: readonly string[],
  decoding: Decoding,
  workspace: Workspace,
  read: () => Promise<void>,
): Promise<void> {
  try {
    await read()
  } catch (error) {
    // What is left in the buffer belongs to this part alone.
    workspace.out.at = 0
    if (error instanceof ColumnFault)
      return addGap(decoding, { reason: error.reason, path, offset: 0, detail: error.message })
    if (!(error instanceof DecodingStopped) || decoding.exhausted || error.gap.reason === 'truncated') throw error
    addGap(decoding, error.gap)
  }
}
