import type { FlatField, FlatFields } from '../../../lib/scan/controls/writers/flat-writer.ts'
import { arrowBatch, arrowMessage, streamOf } from '../../../lib/scan/controls/writers/write-arrow.ts'

/** Types by their numbers in the union `Type`, and the fields of their tables. */
export const type = {
  long: [2, [{ int: 64 }, { byte: 1 }]],
  byte: [2, [{ int: 8 }, { byte: 1 }]],
  double: [3, [{ short: 2 }]],
  bytes: [4, []],
  text: [5, []],
  bytesView: [23, []],
  view: [24, []],
  list: [12, []],
  listView: [25, []],
  fixed: (width: number): Type => [15, [{ int: width }]],
} as const

export type Type = readonly [number: number, fields: FlatFields]

export type Field = {
  readonly name?: string
  readonly type: Type
  readonly children?: readonly FlatFields[]
  readonly dictionary?: FlatFields
  readonly metadata?: FlatField
}

export const field = ({
  name = 'x',
  type: [number, fields],
  children = [],
  dictionary,
  metadata,
}: Field): FlatFields => [
  { text: name },
  { byte: 1 },
  { byte: number },
  { table: fields },
  dictionary && { table: dictionary },
  { tables: children },
  metadata,
]

export const schemaOf = (...fields: readonly FlatFields[]): FlatFields => [{ short: 0 }, { tables: fields }]

/** Whole numbers of 32 bits, of 64, and of a double. */
export const ints = (...values: number[]) => Buffer.from(Int32Array.from(values).buffer)
export const longs = (...values: (number | bigint)[]) => Buffer.from(BigInt64Array.from(values, BigInt).buffer)
export const doubles = (...values: number[]) => Buffer.from(Float64Array.from(values).buffer)
export const nothing = Buffer.alloc(0)

type Node = readonly [length: number, nulls: number]

/** A stream of one batch of one column and those in it. */
export function columnOf(fields: FlatFields, nodes: readonly Node[], buffers: readonly Uint8Array[]): Buffer {
  const { header, body } = arrowBatch(nodes[0]![0], nodes, buffers)
  return streamOf([arrowMessage('schema', schemaOf(fields)), arrowMessage('batch', header, body)])
}

/** The same of views, which have so many buffers of what they name. */
export function viewsOf(fields: FlatFields, rows: number, views: Uint8Array, buffers: readonly Uint8Array[]): Buffer {
  const { header, body } = arrowBatch(rows, [[rows, 0]], [nothing, views, ...buffers])
  const counted: FlatFields = [...header, { structs: longs(buffers.length), count: 1 }]
  return streamOf([arrowMessage('schema', schemaOf(fields)), arrowMessage('batch', counted, body)])
}

/** The buffers of texts: none is missing. */
export const textBuffers = (...texts: string[]): [Buffer, Buffer, Buffer] => {
  const places = new Int32Array(texts.length + 1)
  for (const [index, text] of texts.entries()) places[index + 1] = places[index]! + Buffer.byteLength(text)
  return [nothing, Buffer.from(places.buffer), Buffer.from(texts.join(''))]
}
