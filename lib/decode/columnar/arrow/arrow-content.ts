import { type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { readRaw } from '../../raw-content.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { type PlacedSource, placedSource } from '../placed-source.ts'
import { withWorkspace } from '../workspace.ts'
import { isArrow, isSchema, lengthAt, magic, mostMetadata } from './arrow-head.ts'
import { type Messages, readFooter, schemaAtEnd } from './footer.ts'
import { type Block, type Message, messageOf } from './message.ts'
import { writeMetadata } from './metadata-content.ts'
import { type ArrowFile, endBatches, readBatch } from './read-batch.ts'
import { type Column, layoutOf, type Schema } from './schema.ts'

/** Apache Arrow's IPC formats (Columnar.rst, "Serialization and Interprocess Communication"): streams, and files, which Feather of version 2 is. */
export const arrow: Format = { name: 'arrow', kind: 'table', isFormat: isArrow, read: readArrow }

/**
 * Messages in the order in which they are stored, each byte once; the footer of a file, which says where they are, has to agree. Names, time zones and metadata are lines of
 * `[...path, 'schema']`, those of the footer of `[...path, 'footer']`, and metadata of one message of `[...path, 'record-batch-2', 'metadata']`. See `readPart` for the contents of a column,
 * whose path is `[...path, 'record-batch-2', 'column-3']`; columns count from 1, those in others right behind these. Entries of dictionaries are in `dictionary-batch-2`. Behind what cannot be a
 * message all is `[...path, 'rest']`.
 */
async function readArrow(content: Content, decoding: Decoding): Promise<void> {
  const { path } = content
  const { heldBytes } = decoding
  let { source } = content
  let placed = placedSource(source, 0, path, decoding)
  try {
    const isFile = magic.equals((await placed.look(magic.length)).subarray(0, magic.length))
    if (isFile) await skipMagic(placed)
    let first = (isFile ? await bareSchema(placed) : undefined) ?? (await nextMessage(placed))
    let schema = first?.message.kind === 'schema' ? first.message.schema : undefined
    if (schema === undefined) {
      if (!isFile) throw corrupt('arrow: expected a schema first')
      const found = await schemaAtEnd(content, decoding)
      schema = found.schema
      source = found.source
      placed = placedSource(source, placed.position(), path, decoding)
    } else {
      await writeMetadata(first!.message, [...path, 'schema'], decoding, schema.texts)
      if (first!.message.bodyLength > 0) throw corrupt('arrow: expected a schema without a body')
      first = await nextMessage(placed)
    }
    await withWorkspace(decoding.means, async (workspace) => {
      const awaited = isFile ? new Map() : undefined
      const all = { items: 0 }
      const file = {
        source: placed,
        path,
        decoding,
        workspace,
        dictionaries: new Map(),
        all,
        behind: new Map(),
        awaited,
      }
      const messages = await readMessages(file, schema, first)
      if (isFile) await readFooter(placed, messages, path, decoding)
    })
  } catch (error) {
    if (!(error instanceof ColumnFault)) throw error
    if ((await source.peekSome(1)).length === 0)
      throw new DecodingStopped(error.reason, path, placed.position(), error.message)
    const { reason, message: detail } = error
    await readRaw(source, [...path, 'rest'], decoding, { kind: 'refused', reason, detail })
  } finally {
    decoding.heldBytes = heldBytes
  }
}

/** Arrow's library in Rust fills up the magic number to 64 bytes. */
async function skipMagic(source: PlacedSource): Promise<void> {
  const head = (await source.look(mostPadding)).subarray(0, mostPadding)
  const isPadded = head.length === mostPadding && head.subarray(magic.length).every((byte) => byte === 0)
  source.skip(isPadded ? mostPadding : magic.length)
}

const mostPadding = 64

type Next = { readonly message: Message; readonly block: Block } | undefined

/** Reads all messages from the first one behind the schema on. @throws ColumnFault where there cannot be a message */
async function readMessages(file: ArrowFile, schema: Schema, first: Next): Promise<Messages> {
  const { source, path, decoding } = file
  const columns = dictionariesIn(schema.columns)
  const dictionaries: Block[] = []
  const batches: Block[] = []
  let others = 0
  for (let next = first; next !== undefined; next = await nextMessage(source)) {
    const { message, block } = next
    if (message.kind === 'schema') {
      await writeMetadata(message, [...path, 'schema-2'], decoding, message.schema.texts)
      throw corrupt('arrow: expected one schema')
    }
    if (message.kind === 'batch') batches.push(block)
    if (message.kind === 'dictionary') dictionaries.push(block)
    const names = {
      batch: `record-batch-${batches.length}`,
      dictionary: `dictionary-batch-${dictionaries.length}`,
      unknown: `message-${message.kind === 'unknown' ? ++others : 0}`,
    }
    const place = [...path, names[message.kind]]
    await writeMetadata(message, [...place, 'metadata'], decoding)
    await readBatch(file, message, schema.columns, columns, place)
  }
  await endBatches(file)
  return { schema, dictionaries, batches }
}

/** Consumes what is before the body of the next message; absent at the end of the stream. */
async function nextMessage(source: PlacedSource): Promise<Next> {
  const offset = source.position()
  const found = lengthAt(await source.look(8))
  if (found === undefined) throw new ColumnFault('truncated', 'arrow: expected the end of the stream')
  const { prefix, length, isEnd } = found
  if (isEnd) {
    source.skip(prefix)
    return undefined
  }
  if (length < 0) throw corrupt('arrow: expected the length of a message')
  if (length > mostMetadata) throw new ColumnFault('limit', `arrow: expected metadata of at most ${mostMetadata} bytes`)
  const bytes = await source.look(prefix + length)
  if (bytes.length < prefix + length) throw new ColumnFault('truncated', 'arrow: expected a message as long as it says')
  const message = messageOf(Buffer.from(bytes.subarray(prefix, prefix + length)))
  source.skip(prefix + length)
  return { message, block: { offset, metadata: prefix + length, body: message.bodyLength } }
}

/** Polars (2.0) writes a file's first message without its length. */
async function bareSchema(source: PlacedSource): Promise<Next> {
  const offset = source.position()
  const head = await source.look(headBytes)
  if (lengthAt(head)?.prefix === 8 || isSchema(head, 4) || !isSchema(head, 0)) return undefined
  for (let most = headBytes; ; most *= 4) {
    const bytes = (await source.look(most)).subarray(0, most)
    try {
      const end = Math.ceil(messageOf(bytes).end / 8) * 8
      const message = messageOf(Buffer.from(bytes.subarray(0, end)))
      source.skip(end)
      return { message, block: { offset, metadata: end, body: 0 } }
    } catch (error) {
      if (!(error instanceof ColumnFault) || bytes.length < most || most > mostMetadata) throw error
    }
  }
}

/** So much of a file is looked at first. */
const headBytes = 4096

/** Which columns have a dictionary, by its number: several may have the same one. @throws ColumnFault where they do not agree on it */
function dictionariesIn(columns: readonly Column[], found = new Map<number, Column>()): ReadonlyMap<number, Column> {
  for (const column of columns) {
    const id = column.dictionary?.id
    const other = id === undefined ? undefined : found.get(id)
    if (other !== undefined && !isLike(column, other)) throw corrupt('arrow: expected a dictionary of one type')
    if (id !== undefined && (other === undefined || column.item !== undefined)) found.set(id, column)
    dictionariesIn(column.children, found)
  }
  return found
}

const isLike = (one: Column, other: Column) =>
  layoutOf([one.kind, ...one.children]) === layoutOf([other.kind, ...other.children])
