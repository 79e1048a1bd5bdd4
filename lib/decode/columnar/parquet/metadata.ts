import { corrupt } from '../column-fault.ts'
import { type Leaf, leavesOf, physicalTypes } from './schema.ts'
import { bytesIn, countIn, numberIn, required, structIn, structsIn, type ThriftStruct } from './thrift.ts'

/** Codecs by their numbers (parquet.thrift, `CompressionCodec`). */
const codecs = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const

export type Codec = (typeof codecs)[number]

/** Where something stands in the file; `to` is absent where only its own header tells. */
export type Range = { readonly from: number; readonly to?: number }

/**
 * The values of one column in one row group. `problem`: why they are not read. `values` counts nulls as well, `nulls` them alone, where that is stated; `range` is
 * absent if they are in another file.
 */
export type Chunk = {
  readonly leaf: Leaf
  readonly problem?: 'encrypted' | 'elsewhere' | 'codec'
  readonly range?: Range
  readonly codec: Codec
  readonly values: number
  readonly nulls?: number
  readonly rows: number
  readonly columnIndex?: Range
  readonly offsetIndex?: Range
  readonly bloomFilter?: Range
}

/** `groups`: for each row group the columns in the schema's order. */
export type Metadata = {
  readonly leaves: readonly Leaf[]
  readonly groups: readonly (readonly Chunk[])[]
  /** A footer that is not encrypted but signed is followed by its signature. */
  readonly isSigned: boolean
}

/** What a footer says (parquet.thrift, `FileMetaData`), as far as it does not contradict itself. @throws ColumnFault */
export function metadataOf(footer: ThriftStruct): Metadata {
  const leaves = leavesOf(required(structsIn(footer, 2), 'a schema'))
  const rows = required(countIn(footer, 3), 'a number of rows')
  const groups = required(structsIn(footer, 4), 'row groups')
  const sum = groups.reduce((sum, group) => sum + rowsOf(group), 0)
  // A file of metadata alone (`_common_metadata`) may say how many rows the others have.
  if (groups.length > 0 && sum !== rows)
    throw corrupt('parquet: expected the rows of all row groups to add up to those of the file')
  return {
    leaves,
    groups: groups.map((group) => {
      const chunks = required(structsIn(group, 1), 'columns of a row group')
      if (chunks.length !== leaves.length)
        throw corrupt('parquet: expected the columns of the schema in each row group')
      return chunks.map((chunk, index) => chunkOf(chunk, leaves[index]!, rowsOf(group)))
    }),
    isSigned: footer.has(8),
  }
}

const rowsOf = (group: ThriftStruct) => required(countIn(group, 3), 'the rows of a row group')

function chunkOf(chunk: ThriftStruct, leaf: Leaf, rows: number): Chunk {
  const columnIndex = rangeIn(chunk, 6, 7)
  const offsetIndex = rangeIn(chunk, 4, 5)
  const indexes = { ...(columnIndex && { columnIndex }), ...(offsetIndex && { offsetIndex }) }
  const meta = structIn(chunk, 3)
  const isEncrypted = chunk.has(8) || chunk.has(9)
  if (meta === undefined) {
    if (!isEncrypted) throw corrupt('parquet: expected the metadata of a column')
    return { leaf, problem: 'encrypted', codec: 'UNCOMPRESSED', values: 0, rows, ...indexes }
  }
  if (physicalTypes[required(numberIn(meta, 1), 'a type')] !== leaf.physical)
    throw corrupt('parquet: expected a column of the type that the schema states')
  const codec = codecs[required(numberIn(meta, 4), 'a codec')]
  const isElsewhere = (bytesIn(chunk, 1)?.length ?? 0) > 0
  const problem = isEncrypted ? 'encrypted' : isElsewhere ? 'elsewhere' : codec === undefined ? 'codec' : undefined
  const bloomFilter = rangeIn(meta, 14, 15)
  const statistics = meta.get(12)
  const nulls = statistics instanceof Map ? statistics.get(3) : undefined
  return {
    leaf,
    ...(problem && { problem }),
    ...(!isElsewhere && { range: pagesOf(meta) }),
    codec: codec ?? 'UNCOMPRESSED',
    values: required(countIn(meta, 5), 'a number of values'),
    ...(typeof nulls === 'number' && nulls >= 0 && { nulls }),
    rows,
    ...(!isElsewhere && indexes),
    ...(!isElsewhere && bloomFilter && { bloomFilter }),
  }
}

/** All pages of a column; some writers state 0, where the magic number is, for a page that is not there. */
function pagesOf(meta: ThriftStruct): Range {
  const data = required(countIn(meta, 9), 'the place of the first page')
  const dictionary = countIn(meta, 11) ?? 0
  const index = countIn(meta, 10) ?? 0
  const there = [data, dictionary, index].filter((place) => place > 0)
  const from = there.length === 0 ? 0 : Math.min(...there)
  return { from, to: from + required(countIn(meta, 7), 'the size of a column') }
}

function rangeIn(struct: ThriftStruct, fromId: number, lengthId: number): Range | undefined {
  const from = countIn(struct, fromId)
  const length = countIn(struct, lengthId)
  if (from === undefined) return undefined
  return { from, ...(length !== undefined && { to: from + length }) }
}
