import type { ReadAt } from '../../format.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { type Chunk, type Metadata, metadataOf, type Range } from './metadata.ts'
import { readThrift, ThriftCut, type ThriftStruct } from './thrift.ts'

/** A part of a Parquet file; `group` and `column` count from 0. `to` is absent where its own header tells. */
export type Region = {
  readonly kind: 'pages' | 'column-index' | 'offset-index' | 'bloom-filter'
  readonly group: number
  readonly column: number
  readonly chunk: Chunk
} & Range

/**
 * What stands where in a Parquet file. `regions` in their order; between and behind them is what belongs to none. `footerFrom`: where the
 * footer begins, which ends with its length and the magic number at the end of the file.
 */
export type Layout = {
  readonly footer: ThriftStruct
  readonly metadata: Metadata
  readonly regions: readonly Region[]
  readonly size: number
  readonly footerFrom: number
  /** The footer as it was read, and the bytes in it that belong to no field. */
  readonly footerBytes: Uint8Array
  readonly footerRest: Uint8Array
  /** What is behind a footer that is signed. */
  readonly signature: Uint8Array
}

export const magic = Buffer.from('PAR1')
const encryptedMagic = Buffer.from('PARE')
const tailLength = 8
const maxFooter = 2 ** 28

/** Nonce and tag of the signature of a footer that is not encrypted. */
const signatureLength = 28

/** Reads the footer of a Parquet file and what it says about the rest. @throws ColumnFault */
export async function readLayout(at: ReadAt): Promise<Layout> {
  const { size } = at
  if (size < magic.length + tailLength) throw new ColumnFault('truncated', 'parquet: expected a footer')
  const tail = Buffer.from(await at.read(size - tailLength, size))
  if (encryptedMagic.equals(tail.subarray(4))) throw new ColumnFault('encrypted', 'parquet: expected a footer in clear')
  if (!magic.equals(tail.subarray(4)))
    throw new ColumnFault('truncated', 'parquet: expected its magic number at its end')
  const length = tail.readUInt32LE(0)
  const footerFrom = size - tailLength - length
  if (footerFrom < magic.length) throw corrupt('parquet: expected a footer within the file')
  if (length > maxFooter) throw new ColumnFault('limit', `parquet: expected a footer of at most ${maxFooter} bytes`)
  const footerBytes = Buffer.from(await at.read(footerFrom, size))
  const { struct: footer, end } = footerIn(footerBytes.subarray(0, length))
  const metadata = metadataOf(footer)
  const rest = footerBytes.subarray(end, length)
  const signed = metadata.isSigned && rest.length === signatureLength ? rest.length : 0
  const parts = { footerBytes, footerRest: rest.subarray(signed), signature: rest.subarray(0, signed) }
  return { footer, metadata, regions: regionsOf(metadata), size, footerFrom, ...parts }
}

function footerIn(bytes: Uint8Array): ReturnType<typeof readThrift> {
  try {
    return readThrift(bytes, 0)
  } catch (error) {
    if (error instanceof ThriftCut) throw corrupt('parquet: expected a footer of its stated size')
    throw error
  }
}

function regionsOf({ groups }: Metadata): Region[] {
  const regions = groups.flatMap((chunks, group) =>
    chunks.flatMap((chunk, column) => {
      const of = { group, column, chunk }
      const { range, columnIndex, offsetIndex, bloomFilter } = chunk
      const found: Region[] = []
      if (range) found.push({ kind: 'pages', ...of, ...range })
      if (columnIndex) found.push({ kind: 'column-index', ...of, ...columnIndex })
      if (offsetIndex) found.push({ kind: 'offset-index', ...of, ...offsetIndex })
      if (bloomFilter) found.push({ kind: 'bloom-filter', ...of, ...bloomFilter })
      return found
    }),
  )
  // Of two that begin at the same place, the empty one comes first.
  return regions.sort((x, y) => x.from - y.from || (x.to ?? Infinity) - (y.to ?? Infinity))
}

/** A range of the file that can be read by itself: the regions that begin in it, and what stands between them. */
export type Span = { readonly from: number; readonly to: number }

/** Where ranges begin that can be read by themselves: at the file's own beginning, and where a row group or an index begins. */
export function startsOf({ regions, footerFrom }: Layout): number[] {
  const starts = [0]
  let group = -1
  for (const [index, region] of regions.entries()) {
    const begins = region.kind !== 'pages' || region.group !== group
    group = region.kind === 'pages' ? region.group : -1
    if (index > 0 && begins && region.from > starts.at(-1)! && region.from < footerFrom) starts.push(region.from)
  }
  return starts
}
