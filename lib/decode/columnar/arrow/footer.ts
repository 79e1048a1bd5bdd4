import { type ByteSource, byteSource } from '../../byte-source.ts'
import { addGap, type Decoding } from '../../decoding.ts'
import type { Content } from '../../format.ts'
import { holdContent } from '../../hold-content.ts'
import { rangeOf } from '../../range-source.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import type { PlacedSource } from '../placed-source.ts'
import { endMagic, mostMetadata } from './arrow-head.ts'
import { type Block, type Footer, footerOf } from './message.ts'
import { writeMetadata } from './metadata-content.ts'
import { layoutOf, type Schema } from './schema.ts'

/** What was read before the end of the stream. */
export type Messages = {
  readonly schema: Schema
  readonly dictionaries: readonly Block[]
  readonly batches: readonly Block[]
}

const tailLength = 4 + endMagic.length

/** The footer at the end of a file, and where in `rest` it begins. @throws ColumnFault */
function footerIn(rest: Buffer): { footer: Footer; from: number } {
  if (rest.length < tailLength || !endMagic.equals(rest.subarray(-endMagic.length)))
    throw new ColumnFault('truncated', 'arrow: expected the magic number at the end')
  const end = rest.length - tailLength
  const length = rest.readInt32LE(end)
  if (length < 0 || length > end) throw corrupt('arrow: expected a footer behind the end of the stream')
  return { footer: footerOf(rest.subarray(end - length, end)), from: end - length }
}

/** Reads what is behind the stream in a file, to its end. @throws ColumnFault with nothing of it consumed but what is before the footer */
export async function readFooter(
  source: PlacedSource,
  messages: Messages,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const most = mostMetadata + tailLength
  const rest = Buffer.from(await source.look(most + 1))
  if (rest.length > most) throw new ColumnFault('limit', `arrow: expected a footer of at most ${mostMetadata} bytes`)
  const { footer, from } = footerIn(rest)
  await source.leave(source.position() + from, [...path, 'slack'])
  source.skip(rest.length - from)
  await writeMetadata(footer, [...path, 'footer'], decoding, footer.schema.texts)
  const problem = problemOf(footer, messages)
  if (problem !== undefined) addGap(decoding, { reason: 'corrupt', path, offset: 0, detail: problem })
}

/**
 * The schema of a file that has it in its footer alone, as those of Arrow's library in JavaScript, and a source of what is left of it: all that is held in memory, unless it can be read at any place.
 * @throws ColumnFault or DecodingStopped
 */
export async function schemaAtEnd(
  content: Content,
  decoding: Decoding,
): Promise<{ schema: Schema; source: ByteSource }> {
  const at = await holdContent(content, decoding)
  const tail = Buffer.from(await at.read(Math.max(0, at.size - tailLength), at.size))
  const length = tail.length < tailLength ? 0 : Math.min(Math.max(0, tail.readInt32LE(0)), mostMetadata)
  const { footer } = footerIn(Buffer.from(await at.read(Math.max(0, at.size - tailLength - length), at.size)))
  const source = content.at === undefined ? byteSource(rangeOf(at, 0, at.size)) : content.source
  return { schema: footer.schema, source }
}

/** Readers of a file go by its footer alone: what it does not name they do not see, and we would not see what is elsewhere. */
function problemOf(footer: Footer, { schema, dictionaries, batches }: Messages): string | undefined {
  if (layoutOf(footer.schema.columns) !== layoutOf(schema.columns))
    return 'arrow: expected one schema in stream and footer'
  const areSame = isSame(footer.dictionaries, dictionaries) && isSame(footer.batches, batches)
  return areSame ? undefined : 'arrow: expected the footer to name all batches, in their order'
}

const isSame = (named: readonly Block[], read: readonly Block[]): boolean =>
  named.length === read.length &&
  read.every(({ offset, metadata, body }, index) => {
    const block = named[index]!
    return block.offset === offset && block.metadata === metadata && block.body === body
  })
