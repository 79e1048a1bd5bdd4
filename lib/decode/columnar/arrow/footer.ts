import { addGap, type Decoding } from '../../decoding.ts'
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
  if (rest.length < tailLength || !endMagic.equals(rest.subarray(-endMagic.length)))
    throw new ColumnFault('truncated', 'arrow: expected the magic number at the end')
  const length = rest.readInt32LE(rest.length - tailLength)
  const from = rest.length - tailLength - length
  if (length < 0 || from < 0) throw corrupt('arrow: expected a footer behind the end of the stream')
  const footer = footerOf(rest.subarray(from, from + length))
  await source.leave(source.position() + from, [...path, 'slack'])
  source.skip(length + tailLength)
  await writeMetadata(footer, [...path, 'footer'], decoding, footer.schema.texts)
  const problem = problemOf(footer, messages)
  if (problem !== undefined) addGap(decoding, { reason: 'corrupt', path, offset: 0, detail: problem })
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
