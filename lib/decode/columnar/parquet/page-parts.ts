import { crc32 } from 'node:zlib'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { decompress } from '../decompress.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'
import type { Codec } from './metadata.ts'
import type { PageHeader } from './page-header.ts'
import { prefixedEnd } from './page-values.ts'
import { type Packed, type Tally, tallyOldLevels, tallyRuns } from './run-length.ts'
import type { Leaf } from './schema.ts'

type DataHeader = Extract<PageHeader, { kind: 'data' | 'data-2' }>

/** A data page without its levels: the bytes of its values, how many there are that are not null, and how many rows begin in it. */
export type DataParts = { bytes: Uint8Array; count: number; rows: number }

export function checkPage(header: PageHeader, stored: Uint8Array): void {
  if (header.checksum !== undefined && crc32(stored) !== header.checksum)
    throw corrupt('parquet: expected the checksum of a page to match')
}

/** What of a page is compressed. */
export function compressedOf(header: PageHeader, stored: Uint8Array): Uint8Array {
  if (header.kind !== 'data-2') return stored
  return stored.subarray(header.isCompressed ? header.definitionBytes + header.repetitionBytes : stored.length)
}

export function pageBytes(codec: Codec, stored: Uint8Array, size: number, kernel?: PageKernel): Uint8Array {
  if (codec === 'UNCOMPRESSED') {
    if (stored.length !== size) throw corrupt('parquet: expected a page of its stated size')
    return stored
  }
  if (codec === 'LZO') throw new ColumnFault('unsupported-format', 'parquet: expected a codec that is read, got LZO')
  if (size === 0 && stored.length === 0) return stored
  return quickly(codec, stored, size, kernel) ?? decompress(codec, stored, size)
}

function quickly(codec: Codec, stored: Uint8Array, size: number, kernel?: PageKernel): Uint8Array | undefined {
  if (codec === 'SNAPPY') return kernel?.unsnap(stored, size)
  return codec === 'ZSTD' ? kernel?.unzstd(stored, size) : undefined
}

/** @throws ColumnFault */
export function dataPartsOf(
  header: DataHeader,
  codec: Codec,
  stored: Uint8Array,
  leaf: Leaf,
  kernel?: PageKernel,
): DataParts {
  const decompressed = (isCompressed: boolean, bytes: Uint8Array, size: number) =>
    pageBytes(isCompressed ? codec : 'UNCOMPRESSED', bytes, size, kernel)
  return header.kind === 'data'
    ? firstVersion(header, decompressed(true, stored, header.size), leaf)
    : secondVersion(header, stored, decompressed, leaf)
}

function firstVersion(header: Extract<DataHeader, { kind: 'data' }>, bytes: Uint8Array, leaf: Leaf): DataParts {
  const levels = (at: number, highest: number, encoding: string, wanted: number): Tally => {
    if (highest === 0) return { wanted: header.values, end: at }
    const packed = { bytes, width: widthOf(highest), count: header.values }
    if (encoding === 'BIT_PACKED') return tallyOldLevels({ ...packed, at, to: bytes.length }, wanted, highest + 1)
    const to = prefixedEnd(bytes, at)
    return { ...tallyExactly({ ...packed, at: at + 4, to }, wanted, highest + 1), end: to }
  }
  const rows = levels(0, leaf.repetition, header.repetitions, 0)
  const there = levels(rows.end, leaf.definition, header.definitions, leaf.definition)
  return { bytes: bytes.subarray(there.end), count: there.wanted, rows: rows.wanted }
}

function secondVersion(
  header: Extract<DataHeader, { kind: 'data-2' }>,
  stored: Uint8Array,
  decompressed: (isCompressed: boolean, bytes: Uint8Array, size: number) => Uint8Array,
  leaf: Leaf,
): DataParts {
  const { definitionBytes, repetitionBytes, values } = header
  const before = definitionBytes + repetitionBytes
  if (before > stored.length || before > header.size) throw corrupt('parquet: expected levels within their page')
  const levels = (at: number, length: number, highest: number, wanted: number): number => {
    if (highest === 0 && length > 0) throw corrupt('parquet: expected no levels where there is only one')
    if (highest === 0) return values
    const packed = { bytes: stored, at, to: at + length, width: widthOf(highest), count: values }
    return tallyExactly(packed, wanted, highest + 1).wanted
  }
  const rows = levels(0, repetitionBytes, leaf.repetition, 0)
  const count = levels(repetitionBytes, definitionBytes, leaf.definition, leaf.definition)
  if (rows !== header.rows || values - count !== header.nulls)
    throw corrupt('parquet: expected as many rows and nulls as the page states')
  const rest = stored.subarray(before)
  const bytes = decompressed(header.isCompressed, rest, header.size - before)
  return { bytes, count, rows }
}

const widthOf = (highest: number) => 32 - Math.clz32(highest)

/** Levels fill their part of the page; only zeros may be behind them. */
function tallyExactly(packed: Packed, wanted: number, bound: number): Tally {
  const tally = tallyRuns(packed, wanted, bound)
  if (packed.bytes.subarray(tally.end, packed.to).some((byte) => byte !== 0))
    throw corrupt('parquet: expected nothing behind the levels of a page')
  return tally
}
