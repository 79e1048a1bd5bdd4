import { isUtf8 } from 'node:buffer'
import { defaultLimits } from '../../limits.ts'
import type { ByteValues } from '../byte-values.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { createOut, type Lines, type Out } from '../text-content.ts'
import type { Chunk } from './metadata.ts'
import { pageHeaderOf } from './page-header.ts'
import { checkPage, dataPartsOf, pageBytes } from './page-parts.ts'
import { type Encoded, pageValuesOf } from './page-values.ts'
import type { Leaf } from './schema.ts'
import { readThrift, ThriftCut } from './thrift.ts'
import { type Printer, printerOf } from './value-printers.ts'

/** The next value as text; null where there is none; undefined behind the last row. */
export type NextValue = () => string | null | undefined

/** A page and a dictionary are held whole, the latter as strings. */
const { heldBytes } = defaultLimits
const mostEntries = 2 ** 24

/** Whether a column has one value in each row at most, and is in no other. */
export const isFlat = ({ repetition, steps }: Leaf): boolean => repetition === 0 && steps.length === 1

/** Whether its values are text, whole numbers or UUIDs, of which `rowsOfChunk` makes what people write. */
export function hasTexts(leaf: Leaf): boolean {
  const { physical, print } = leaf
  if (!isFlat(leaf) || leaf.isDoubtful) return false
  if (print.as === 'text' || print.as === 'bytes') return physical === 'BYTE_ARRAY'
  return (
    print.as === 'signed' ||
    print.as === 'unsigned' ||
    print.as === 'uuid' ||
    (print.as === 'decimal' && print.scale === 0)
  )
}

/**
 * The values of one column in one row group, in the order of its rows, from `bytes`, which are all of its pages. Each `next` throws a
 * ColumnFault where it cannot go on; the last one only if there were as many rows as the footer states. `onPage` is told how many bytes and values are in each page, before it is
 * decompressed.
 */
export function rowsOfChunk(chunk: Chunk, bytes: Uint8Array, onPage: (count: number) => void): NextValue {
  const { leaf, codec } = chunk
  const printer = printerOf(leaf, () => {})
  let at = 0
  let rows = 0
  let nulls = 0
  let dictionary: string[] | undefined
  let left = 0
  let isThere = () => false
  let value = (): string => ''
  let endPage = (): void => {}

  function nextPage(): void {
    endPage()
    const { struct, end } = thriftAt(bytes, at)
    const header = pageHeaderOf(struct)
    if (header.stored > bytes.length - end) throw corrupt('parquet: expected a page within its column')
    if (header.size > heldBytes)
      throw new ColumnFault('limit', `parquet: expected pages of at most ${heldBytes} bytes: write smaller ones`)
    if (header.kind === 'dictionary' && header.values > mostEntries)
      throw new ColumnFault('limit', `parquet: expected dictionaries of at most ${mostEntries} entries`)
    onPage(header.size + (header.kind === 'unknown' ? 0 : header.values))
    const stored = bytes.subarray(end, end + header.stored)
    at = end + header.stored
    checkPage(header, stored)
    if (header.kind === 'unknown') throw corrupt('parquet: expected a known kind of page')
    if (header.kind === 'dictionary') {
      if (dictionary !== undefined || rows > 0)
        throw corrupt('parquet: expected one dictionary, before all other pages')
      const bytes = pageBytes(codec, stored, header.size)
      begin({ bytes, count: header.values, encoding: 'PLAIN', dictionary: undefined })
      dictionary = Array.from({ length: header.values }, value)
      return
    }
    const parts = dataPartsOf(header, codec, stored, leaf)
    if (parts.rows > chunk.rows - rows) throw otherRows()
    begin({ bytes: parts.bytes, count: parts.count, encoding: header.encoding, dictionary: dictionary?.length })
    isThere = parts.areThere()
    left = parts.rows
  }

  function begin(page: Encoded): void {
    const { next, end } = textsOf(page, leaf, printer, dictionary)
    value = next
    // A value that no row has would be that of a row which has another one now.
    endPage = () => {
      if (page.bytes.subarray(end()).some((byte) => byte !== 0))
        throw corrupt('parquet: expected nothing behind the values of a page')
    }
  }

  return () => {
    while (left === 0 && at < bytes.length) nextPage()
    if (left === 0) {
      endPage()
      if (rows === chunk.rows && rows === chunk.values && nulls === (chunk.nulls ?? nulls)) return undefined
      throw otherRows()
    }
    left -= 1
    rows += 1
    if (isThere()) return value()
    nulls += 1
    return null
  }
}

const otherRows = () => corrupt('parquet: expected as many values, nulls and rows as the footer states')

function thriftAt(bytes: Uint8Array, at: number): ReturnType<typeof readThrift> {
  try {
    return readThrift(bytes, at)
  } catch (error) {
    if (error instanceof ThriftCut) throw corrupt('parquet: expected a page within its column')
    throw error
  }
}

/** The values of a page one by one, which is asked for as many as there are; `end` is behind them, once all were read. */
type Texts = { next(): string; end(): number }

function textsOf(encoded: Encoded, leaf: Leaf, printer: Printer, dictionary: readonly string[] | undefined): Texts {
  const page = pageValuesOf(encoded, leaf, printer)
  switch (page.kind) {
    case 'entries': {
      const next = page.next()
      return { next: () => dictionary![next()]!, end: page.end }
    }
    case 'bytes': {
      const { values, end } = page.values()
      const isText = leaf.print.as === 'text' || leaf.print.as === 'bytes'
      return { next: isText ? () => textOf(values) : lineByLine(printer.bytes(values)), end }
    }
    case 'lines':
      return { next: lineByLine(page.lines), end: page.end }
    case 'flags':
      throw corrupt('parquet: expected no truth values')
    default:
      return page satisfies never
  }
}

function textOf(values: ByteValues): string {
  values.next()
  const { bytes, from, length } = values
  const text = bytes.subarray(from, from + length)
  if (!isUtf8(text)) throw new ColumnFault('invalid-utf8', 'parquet: expected text in UTF-8')
  return Buffer.from(text.buffer, text.byteOffset, length).toString('utf8')
}

/** Lines of numbers and UUIDs, which are ASCII. */
function lineByLine(lines: Lines): () => string {
  const out: Out = createOut(0)
  let texts: string[] = []
  let index = 0
  return () => {
    while (index === texts.length) {
      out.at = 0
      lines.fill(out)
      if (out.at === 0) throw corrupt('parquet: expected as many values as the page states')
      texts = out.buffer.toString('latin1', 0, out.at - 1).split('\n')
      index = 0
    }
    return texts[index++]!
  }
}
