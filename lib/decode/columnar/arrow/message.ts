import { ColumnFault, corrupt } from '../column-fault.ts'
import { exactLong, type FlatTable, flatBytes } from './flat-tables.ts'
import { knownOfKeyValue, knownOfSchema, pushMetadata, type Schema, schemaOf, textOf } from './schema.ts'

/** Where a buffer is in the body of its message. */
export type Extent = { readonly offset: number; readonly length: number }
export type Node = { readonly length: number; readonly nulls: number }
export type Codec = 'LZ4_FRAME' | 'ZSTD'

/** What a batch says about its body. `views`: how many buffers of texts each column of views has. */
export type Batch = {
  readonly rows: number
  readonly nodes: readonly Node[]
  readonly buffers: readonly Extent[]
  readonly codec: Codec | undefined
  readonly views: readonly number[]
  /** Before version 5 unions have a bitmap of what is there as well. */
  readonly isOld: boolean
}

/** `end`: where its metadata ends. `texts`: of custom metadata; `slack`: what belongs to nothing that is known. */
export type Message = {
  readonly end: number
  readonly bodyLength: number
  readonly texts: readonly Uint8Array[]
  readonly slack: readonly Uint8Array[]
} & (
  | { readonly kind: 'schema'; readonly schema: Schema }
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'dictionary'; readonly id: number; readonly isDelta: boolean; readonly batch: Batch }
  | { readonly kind: 'unknown' }
)

/** Where a message is in a file. `metadata`: bytes before its body, with their length. */
export type Block = { readonly offset: number; readonly metadata: number; readonly body: number }

export type Footer = {
  readonly schema: Schema
  readonly dictionaries: readonly Block[]
  readonly batches: readonly Block[]
  readonly texts: readonly Uint8Array[]
  readonly slack: readonly Uint8Array[]
}

/** How many fields each table is known to have (Message.fbs, File.fbs). */
export const knownOfMessage = 5
const known = { batch: 5, dictionary: 3, compression: 2, footer: 5 } as const

/** Versions 4 and 5 by their numbers; those before were never said to last. */
const versions = [3, 4]

function expectVersion(table: FlatTable): number {
  const version = table.short(0)
  if (!versions.includes(version)) throw new ColumnFault('unsupported-format', 'arrow: expected version 4 or 5')
  return version
}

/** @throws ColumnFault */
export function messageOf(bytes: Uint8Array): Message {
  const { root, slack, end } = flatBytes(bytes, knownOfMessage)
  const version = expectVersion(root)
  const bodyLength = root.long(3)
  if (bodyLength < 0) throw corrupt('arrow: expected a body of a length')
  const texts: Uint8Array[] = []
  const metadata = root.tables(4, knownOfKeyValue)
  pushMetadata(metadata, texts)
  const header = headerOf(root, version < 4 ? { codec: oldCodec(metadata) } : undefined)
  return { ...header, bodyLength, texts, end: end(), slack: slack() }
}

/** Where version 0.17 of Arrow's library in C++, so that of Python, said what it compressed buffers by. */
function oldCodec(metadata: readonly FlatTable[]): Codec | undefined {
  const entry = metadata.findLast((each) => textOf(each, 0) === 'ARROW:experimental_compression')
  if (entry === undefined) return undefined
  const name = textOf(entry, 1).toLowerCase()
  if (name === 'zstd') return 'ZSTD'
  if (name === 'lz4' || name === 'lz4_frame') return 'LZ4_FRAME'
  throw unknownCompression()
}

const unknownCompression = () => new ColumnFault('unsupported-format', 'arrow: expected a known compression')

/** Of the union `MessageHeader`. `old`: what is otherwise before version 5. */
function headerOf(root: FlatTable, old: Old | undefined) {
  switch (root.byte(1)) {
    case 1:
      return { kind: 'schema', schema: schemaOf(required(root.table(2, knownOfSchema))) } as const
    case 2: {
      const header = required(root.table(2, known.dictionary))
      const batch = batchOf(required(header.table(1, known.batch)), old)
      return { kind: 'dictionary', id: header.long(0), isDelta: header.bool(2), batch } as const
    }
    case 3:
      return { kind: 'batch', batch: batchOf(required(root.table(2, known.batch)), old) } as const
    default:
      return { kind: 'unknown' } as const
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw corrupt('arrow: expected a header of a message')
  return value
}

type Old = { readonly codec: Codec | undefined }

function batchOf(table: FlatTable, old: Old | undefined): Batch {
  const compression = table.table(3, known.compression)
  const rows = table.long(0)
  const nodes = table.structs(1, 16, (view, at) => ({ length: exactLong(view, at), nulls: exactLong(view, at + 8) }))
  const buffers = table.structs(2, 16, (view, at) => ({ offset: exactLong(view, at), length: exactLong(view, at + 8) }))
  if (rows < 0 || nodes.some(({ length, nulls }) => length < 0 || nulls < 0 || nulls > length))
    throw corrupt('arrow: expected columns of a length')
  if (buffers.some(({ offset, length }) => offset < 0 || length < 0))
    throw corrupt('arrow: expected buffers of a length')
  const codec = compression === undefined ? old?.codec : codecOf(compression)
  return { rows, nodes, buffers, codec, views: table.longs(4), isOld: old !== undefined }
}

function codecOf(compression: FlatTable): Codec {
  const codec = (['LZ4_FRAME', 'ZSTD'] as const)[compression.byte(0)]
  if (codec === undefined || compression.byte(1) !== 0) throw unknownCompression()
  return codec
}

/** @throws ColumnFault */
export function footerOf(bytes: Uint8Array): Footer {
  const { root, slack } = flatBytes(bytes, known.footer)
  expectVersion(root)
  const schema = schemaOf(required(root.table(1, knownOfSchema)))
  const blocksOf = (field: number) =>
    root.structs(field, 24, (view, at) => {
      // Between them are four bytes that mean nothing.
      if (view.getInt32(at + 12, true) !== 0) throw corrupt('arrow: expected nothing between the fields of a block')
      return { offset: exactLong(view, at), metadata: view.getInt32(at + 8, true), body: exactLong(view, at + 16) }
    })
  const texts: Uint8Array[] = []
  pushMetadata(root.tables(4, knownOfKeyValue), texts)
  return { schema, dictionaries: blocksOf(2), batches: blocksOf(3), texts, slack: slack() }
}
