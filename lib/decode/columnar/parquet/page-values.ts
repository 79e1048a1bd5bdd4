import { type ByteValues, prefixedValues } from '../byte-values.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'
import type { Lines } from '../text-content.ts'
import { deltaNumbers } from './delta.ts'
import { deltaLines, lengthsFirst, prefixesFirst } from './delta-values.ts'
import type { Encoding } from './page-header.ts'
import { countOnes, numbersOfRuns, tallyRuns } from './run-length.ts'
import type { Leaf } from './schema.ts'
import type { Printer } from './value-printers.ts'

/**
 * The values of a page, as its encoding holds them. `fixed` and `bytes` become lines; `entries`: all are in the dictionary, whose text
 * was written before, `next` being the index of each; `flags`: truth values. `end` is behind the last byte, known once all lines were written.
 */
export type PageValues =
  | { kind: 'lines'; lines: Lines; end(): number }
  | { kind: 'bytes'; isPlain: boolean; values: () => { values: ByteValues; end(): number } }
  | { kind: 'entries'; next: () => () => number; end(): number }
  | { kind: 'flags'; isTrue: boolean; isFalse: boolean; end(): number }

/** Where values stand: `count` of them in `bytes`, from its beginning. `dictionary`: entries of the chunk's. */
export type Encoded = { bytes: Uint8Array; count: number; encoding: Encoding; dictionary: number | undefined }

/** @throws ColumnFault */
export function pageValuesOf(encoded: Encoded, leaf: Leaf, printer: Printer, kernel?: PageKernel): PageValues {
  const { bytes, count, encoding, dictionary } = encoded
  if (encoding === 'DICTIONARY') return entries(bytes, count, dictionary, kernel)
  if (leaf.physical === 'BOOLEAN') return flags(bytes, count, encoding)
  const { width } = leaf
  const isBytes = leaf.physical === 'BYTE_ARRAY'
  const isFixedBytes = leaf.physical === 'FIXED_LEN_BYTE_ARRAY'
  if (encoding === 'PLAIN' && isBytes)
    return { kind: 'bytes', isPlain: true, values: () => withEnd(prefixedValues(bytes, bytes.length, count)) }
  if (encoding === 'PLAIN') {
    const length = lengthOf(bytes, count, width)
    return { kind: 'lines', lines: printer.fixed(bytes, count), end: () => length }
  }
  if (encoding === 'BYTE_STREAM_SPLIT' && !isBytes) {
    const length = lengthOf(bytes, count, width)
    return { kind: 'lines', lines: printer.fixed(joined(bytes, count, width), count), end: () => length }
  }
  if (encoding === 'DELTA_BINARY_PACKED' && (leaf.physical === 'INT32' || leaf.physical === 'INT64')) {
    const numbers = deltaNumbers(bytes, 0)
    if (numbers.count !== count) throw corrupt('parquet: expected as many numbers as the page states')
    const lines = deltaLines(numbers, leaf.physical === 'INT32' ? 4 : 8, printer)
    return { kind: 'lines', lines, end: numbers.end }
  }
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY' && isBytes)
    return { kind: 'bytes', isPlain: false, values: () => lengthsFirst(bytes, 0, count) }
  if (encoding === 'DELTA_BYTE_ARRAY' && (isBytes || isFixedBytes))
    return {
      kind: 'bytes',
      isPlain: false,
      values: () => ofWidth(prefixesFirst(bytes, 0, count), isBytes ? undefined : width),
    }
  throw new ColumnFault('unsupported-format', 'parquet: expected an encoding of the type of the column')
}

function lengthOf(bytes: Uint8Array, count: number, width: number): number {
  if (count * width > bytes.length) throw corrupt('parquet: expected as many values as the page states')
  return count * width
}

function entries(
  bytes: Uint8Array,
  count: number,
  dictionary: number | undefined,
  kernel: PageKernel | undefined,
): PageValues {
  if (count === 0) return { kind: 'entries', next: () => () => 0, end: () => Math.min(1, bytes.length) }
  if (dictionary === undefined) throw corrupt('parquet: expected a dictionary before its entries are used')
  const width = bytes[0]
  if (width === undefined || width > 32) throw corrupt('parquet: expected indices of at most 32 bits')
  const packed = { bytes, at: 1, to: bytes.length, width, count }
  const { end } = tallyRuns(packed, -1, dictionary, kernel)
  return { kind: 'entries', next: () => numbersOfRuns(packed), end: () => end }
}

function flags(bytes: Uint8Array, count: number, encoding: Encoding): PageValues {
  if (encoding === 'PLAIN') {
    const end = Math.ceil(count / 8)
    if (end > bytes.length) throw corrupt('parquet: expected as many values as the page states')
    return flagsOf(countOnes(bytes, 0, count), count, end)
  }
  if (encoding !== 'RLE')
    throw new ColumnFault('unsupported-format', 'parquet: expected an encoding of the type of the column')
  if (count === 0 && bytes.length === 0) return flagsOf(0, 0, 0)
  const { wanted, end } = tallyRuns({ bytes, at: 4, to: prefixedEnd(bytes, 0), width: 1, count }, 1, 2)
  return flagsOf(wanted, count, end)
}

const flagsOf = (ones: number, count: number, end: number): PageValues => ({
  kind: 'flags',
  isTrue: ones > 0,
  isFalse: ones < count,
  end: () => end,
})

/** Where a part ends that has its length in four bytes before it. */
export function prefixedEnd(bytes: Uint8Array, at: number): number {
  if (bytes.length - at < 4) throw corrupt('parquet: expected the length of a part of a page')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)
  if (length > bytes.length - at - 4) throw corrupt('parquet: expected a part within its page')
  return at + 4 + length
}

function withEnd(values: ByteValues): { values: ByteValues; end(): number } {
  return { values, end: () => (values.from === 0 ? 0 : values.from + values.length) }
}

/** Bytes of values that stand apart, all first ones, all second ones and so on, put together. */
function joined(bytes: Uint8Array, count: number, width: number): Uint8Array {
  const whole = new Uint8Array(count * width)
  for (let part = 0; part < width; part++)
    for (let index = 0, from = part * count, to = part; index < count; index++, to += width)
      whole[to] = bytes[from + index]!
  return whole
}

function ofWidth(delta: { values: ByteValues; end(): number }, width: number | undefined) {
  if (width === undefined) return delta
  const { values } = delta
  const { next } = values
  values.next = () => {
    next()
    if (values.length !== width) throw corrupt('parquet: expected values of the length that the schema states')
  }
  return delta
}
