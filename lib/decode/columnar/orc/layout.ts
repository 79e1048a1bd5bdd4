import type { ReadAt } from '../../format.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { type Compression, chunksOf, codecs, wholeOf } from './chunks.ts'
import { countIn, messageOf, messagesIn, mostFields, type ProtoMessage, textIn } from './protobuf.ts'
import { type Column, columnsOf } from './schema.ts'

/** A stripe, whose streams of indexes, streams of values and footer follow each other from `from` on. */
export type Stripe = {
  readonly from: number
  readonly footerFrom: number
  readonly to: number
  readonly rows: number
}

/**
 * What stands where in an ORC file: stripes, what belongs to none, and from `tailFrom` on statistics of stripes, the footer, the postscript and
 * the length of that, which `tail` are.
 */
export type Layout = {
  readonly compression: Compression
  readonly columns: readonly Column[]
  readonly stripes: readonly Stripe[]
  /** Columns may be encrypted. */
  readonly isEncrypted: boolean
  readonly postScript: Uint8Array
  /** Decompressed. */
  readonly footer: Uint8Array
  /** As they are stored. */
  readonly storedFooter: Uint8Array
  readonly metadata: Uint8Array
  readonly tailFrom: number
  readonly tail: Uint8Array
}

export const magic = Buffer.from('ORC')
/** Of more, only so much of it as is there is read again. */
const firstRead = 16_384
const mostTail = 2 ** 26
/** A chunk's length is written in 23 bits, and writers refuse larger blocks. */
const mostBlock = 2 ** 23

/** Reads the tail of an ORC file. `onChunk` is told how much is decompressed. @throws ColumnFault */
export async function readLayout(at: ReadAt, onChunk: (bytes: number) => void): Promise<Layout> {
  const { size } = at
  const first = Buffer.from(await at.read(Math.max(0, size - firstRead), size))
  const postScriptLength = first.at(-1) ?? 0
  const postScriptFrom = first.length - 1 - postScriptLength
  if (postScriptFrom < 0) throw new ColumnFault('truncated', 'orc: expected a postscript')
  const postScript = first.subarray(postScriptFrom, -1)
  const message = postScriptOf(postScript)
  const compression = compressionOf(message)
  const footerLength = countIn(message, 1) ?? 0
  const metadataLength = countIn(message, 5) ?? 0
  const tailLength = footerLength + metadataLength + postScriptLength + 1
  const tailFrom = size - tailLength
  if (tailFrom < magic.length) throw corrupt('orc: expected a footer within the file')
  if (tailLength > mostTail) throw new ColumnFault('limit', `orc: expected a footer of at most ${mostTail} bytes`)
  const tail = tailLength <= first.length ? first.subarray(-tailLength) : Buffer.from(await at.read(tailFrom, size))
  const storedFooter = tail.subarray(metadataLength, metadataLength + footerLength)
  const footer = wholeOf(chunksOf(storedFooter, compression, onChunk), mostTail)
  const metadata = tail.subarray(0, metadataLength)
  const contents = contentsOf(messageOf(footer), message)
  return { compression, ...contents, postScript, footer, storedFooter, metadata, tailFrom, tail }
}

/** A file that was cut off ends with anything, but hardly with a postscript. */
function postScriptOf(bytes: Uint8Array): ProtoMessage {
  const noPostScript = () => new ColumnFault('truncated', 'orc: expected a postscript at its end')
  try {
    const message = messageOf(bytes)
    // The first version, of Hive 0.11, has no magic text here.
    const found = textIn(message, 8000)
    if (found === undefined ? message.has(1) && message.has(2) : found === 'ORC') return message
  } catch (error) {
    if (error instanceof ColumnFault) throw noPostScript()
    throw error
  }
  throw noPostScript()
}

function compressionOf(message: ProtoMessage): Compression {
  const codec = codecs[countIn(message, 2) ?? 0]
  if (codec === undefined) throw new ColumnFault('unsupported-format', 'orc: expected a known compression')
  const blockSize = codec === 'NONE' ? 0 : (countIn(message, 3) ?? 2 ** 18)
  if (blockSize > mostBlock) throw new ColumnFault('limit', `orc: expected chunks of at most ${mostBlock} bytes`)
  return { codec, blockSize }
}

function contentsOf(
  footer: ProtoMessage,
  postScript: ProtoMessage,
): Pick<Layout, 'columns' | 'stripes' | 'isEncrypted'> {
  const columns = columnsOf(messagesIn(footer, 4))
  const stripes = messagesIn(footer, 3).map(stripeOf)
  if (stripes.length > mostFields) throw new ColumnFault('limit', `orc: expected at most ${mostFields} stripes`)
  const rows = stripes.reduce((sum, stripe) => sum + stripe.rows, 0)
  if (rows !== (countIn(footer, 6) ?? 0))
    throw corrupt('orc: expected the rows of all stripes to add up to those of the file')
  const isEncrypted = footer.has(10) || (countIn(postScript, 7) ?? 0) > 0
  return { columns, stripes, isEncrypted }
}

function stripeOf(bytes: Uint8Array): Stripe {
  const stripe = messageOf(bytes)
  const countOf = (id: number) => countIn(stripe, id) ?? 0
  const from = countOf(1)
  const footerFrom = from + countOf(2) + countOf(3)
  return { from, footerFrom, to: footerFrom + countOf(4), rows: countOf(5) }
}
