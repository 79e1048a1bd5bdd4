import { crc32 } from 'node:zlib'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { decompress } from '../decompress.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'
import type { Codec } from './metadata.ts'
import type { PageHeader } from './page-header.ts'
import { prefixedEnd } from './page-values.ts'
import { numbersOfOldLevels, numbersOfRuns, type Packed, type Tally, tallyOldLevels, tallyRuns } from './run-length.ts'
import type { Leaf } from './schema.ts'

type DataHeader = Extract<PageHeader, { kind: 'data' | 'data-2' }>

/**
 * A data page without its levels: the bytes of its values, how many there are that are not null, and how many rows begin in it. `areThere`: whether each of its
 * values, nulls as well, is one of these, in order. `isFirst`: whether the next of them is the first one of a list, in order; absent where values are no items.
 */
export type DataParts = {
  bytes: Uint8Array
  count: number
  rows: number
  areThere(): () => boolean
  isFirst?: () => boolean
}

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
    ? firstVersion(header, decompressed(true, stored, header.size), leaf, kernel)
    : secondVersion(header, stored, decompressed, leaf, kernel)
}

function firstVersion(
  header: Extract<DataHeader, { kind: 'data' }>,
  bytes: Uint8Array,
  leaf: Leaf,
  kernel?: PageKernel,
): DataParts {
  const levels = (at: number, highest: number, encoding: string, wanted: number): Tally & { each: Levels } => {
    if (highest === 0) return { wanted: header.values, end: at, each: () => () => 0 }
    const packed = { bytes, width: widthOf(highest), count: header.values }
    if (encoding === 'BIT_PACKED') {
      const whole = { ...packed, at, to: bytes.length }
      return { ...tallyOldLevels(whole, wanted, highest + 1), each: () => numbersOfOldLevels(whole) }
    }
    const to = prefixedEnd(bytes, at)
    const part = { ...packed, at: at + 4, to }
    return { ...tallyExactly(part, wanted, highest + 1, kernel), end: to, each: () => numbersOfRuns(part) }
  }
  const rows = levels(0, leaf.repetition, header.repetitions, 0)
  const there = levels(rows.end, leaf.definition, header.definitions, leaf.definition)
  const parts = { bytes: bytes.subarray(there.end), count: there.wanted, rows: rows.wanted }
  return withLevels(parts, leaf, rows.each, there.each)
}

/** Levels one by one. */
type Levels = () => () => number

/** Lists begin where the repetition is less than that of their items, which may be where there is no item. */
function withLevels(
  values: Pick<DataParts, 'bytes' | 'count' | 'rows'>,
  leaf: Leaf,
  repetitions: Levels,
  definitions: Levels,
): DataParts {
  const areThere = () => {
    const definition = definitions()
    return () => definition() === leaf.definition
  }
  const parts = { ...values, areThere }
  if (leaf.item === undefined) return parts
  const repetition = repetitions()
  const definition = definitions()
  const isFirst = () => {
    for (let isFirst = false; ; ) {
      isFirst = repetition() < leaf.repetition || isFirst
      if (definition() === leaf.definition) return isFirst
    }
  }
  return { ...parts, isFirst }
}

function secondVersion(
  header: Extract<DataHeader, { kind: 'data-2' }>,
  stored: Uint8Array,
  decompressed: (isCompressed: boolean, bytes: Uint8Array, size: number) => Uint8Array,
  leaf: Leaf,
  kernel?: PageKernel,
): DataParts {
  const { definitionBytes, repetitionBytes, values } = header
  const before = definitionBytes + repetitionBytes
  if (before > stored.length || before > header.size) throw corrupt('parquet: expected levels within their page')
  const packed = (at: number, length: number, highest: number): Packed => {
    if (highest === 0 && length > 0) throw corrupt('parquet: expected no levels where there is only one')
    return { bytes: stored, at, to: at + length, width: widthOf(highest), count: values }
  }
  const levels = (part: Packed, highest: number, wanted: number): number =>
    highest === 0 ? values : tallyExactly(part, wanted, highest + 1, kernel).wanted
  const repetitions = packed(0, repetitionBytes, leaf.repetition)
  const definitions = packed(repetitionBytes, definitionBytes, leaf.definition)
  const rows = levels(repetitions, leaf.repetition, 0)
  const count = levels(definitions, leaf.definition, leaf.definition)
  // parquetjs states the values of repeated columns as their rows.
  if ((rows !== header.rows && values !== header.rows) || values - count !== header.nulls)
    throw corrupt('parquet: expected as many rows and nulls as the page states')
  const rest = stored.subarray(before)
  const bytes = decompressed(header.isCompressed, rest, header.size - before)
  const each = (part: Packed, highest: number) => () => (highest === 0 ? () => 0 : numbersOfRuns(part))
  return withLevels(
    { bytes, count, rows },
    leaf,
    each(repetitions, leaf.repetition),
    each(definitions, leaf.definition),
  )
}

const widthOf = (highest: number) => 32 - Math.clz32(highest)

/** Levels fill their part of the page; only zeros may be behind them. */
function tallyExactly(packed: Packed, wanted: number, bound: number, kernel?: PageKernel): Tally {
  const tally = tallyRuns(packed, wanted, bound, kernel)
  if (packed.bytes.subarray(tally.end, packed.to).some((byte) => byte !== 0))
    throw corrupt('parquet: expected nothing behind the levels of a page')
  return tally
}
