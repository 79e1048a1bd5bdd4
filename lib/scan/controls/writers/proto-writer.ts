import { varint } from './thrift-writer.ts'

/** What is written as one field of a message in Protocol Buffers; a list is the same field several times. */
export type ProtoField = number | string | Uint8Array | ProtoFields | readonly ProtoField[]

/** Fields by their numbers. */
export type ProtoFields = { readonly [id: number]: ProtoField }

export function writeProto(fields: ProtoFields): Buffer {
  return Buffer.concat(Object.entries(fields).map(([id, field]) => fieldOf(Number(id), field)))
}

function fieldOf(id: number, field: ProtoField): Buffer {
  if (Array.isArray(field)) return Buffer.concat(field.map((each: ProtoField) => fieldOf(id, each)))
  if (typeof field === 'number') return Buffer.concat([varint(id * 8), varint(field)])
  const isBytes = typeof field === 'string' || field instanceof Uint8Array
  const bytes = isBytes ? Buffer.from(field as Uint8Array) : writeProto(field as ProtoFields)
  return Buffer.concat([varint(id * 8 + 2), varint(bytes.length), bytes])
}
