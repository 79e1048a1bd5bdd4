import { type FlatFields, writeFlat } from './flat-writer.ts'

/** Of `MetadataVersion`. */
const version = { short: 4 }
const headers = { schema: 1, dictionary: 2, batch: 3 } as const

/** A message: its metadata with its length before it, and its body. */
export type ArrowMessage = { readonly kind: keyof typeof headers; readonly metadata: Buffer; readonly body: Buffer }

export function arrowMessage(
  kind: ArrowMessage['kind'],
  header: FlatFields,
  body: Buffer = Buffer.alloc(0),
): ArrowMessage {
  const message = writeFlat([version, { byte: headers[kind] }, { table: header }, { long: body.length }])
  const length = Buffer.alloc(8, 0xff)
  length.writeInt32LE(message.length, 4)
  return { kind, metadata: Buffer.concat([length, message]), body }
}

/** A body of buffers, and what a batch says of it. `nodes`: values of each column, and how many of them are null. */
export function arrowBatch(
  rows: number,
  nodes: readonly (readonly [length: number, nulls: number])[],
  buffers: readonly Uint8Array[],
  compression?: FlatFields,
): { header: FlatFields; body: Buffer } {
  const parts: Uint8Array[] = []
  const extents: number[] = []
  let at = 0
  for (const buffer of buffers) {
    extents.push(at, buffer.length)
    const padding = -buffer.length & 7
    parts.push(buffer, Buffer.alloc(padding))
    at += buffer.length + padding
  }
  const header: FlatFields = [
    { long: rows },
    { structs: longs(nodes.flat()), count: nodes.length },
    { structs: longs(extents), count: buffers.length },
    compression && { table: compression },
  ]
  return { header, body: Buffer.concat(parts) }
}

const longs = (values: readonly number[]) => Buffer.from(BigInt64Array.from(values, BigInt).buffer)

export const endOfStream = Buffer.from('ffffffff00000000', 'hex')
const magic = Buffer.from('ARROW1')

export const streamOf = (messages: readonly ArrowMessage[]): Buffer =>
  Buffer.concat([...messages.flatMap(({ metadata, body }) => [metadata, body]), endOfStream])

/** A file of messages, the first of which is the schema. */
export function fileOf(schema: FlatFields, messages: readonly ArrowMessage[]): Buffer {
  const blocks = { schema: [] as Buffer[], dictionary: [] as Buffer[], batch: [] as Buffer[] }
  let at = 8
  for (const { kind, metadata, body } of messages) {
    blocks[kind].push(longs([at, metadata.length, body.length]))
    at += metadata.length + body.length
  }
  const named = (list: readonly Buffer[]) => ({ structs: Buffer.concat(list), count: list.length })
  const footer = writeFlat([version, { table: schema }, named(blocks.dictionary), named(blocks.batch)])
  const length = Buffer.alloc(4)
  length.writeInt32LE(footer.length)
  return Buffer.concat([magic, Buffer.alloc(2), streamOf(messages), footer, length, magic])
}
