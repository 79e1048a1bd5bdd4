import { isUtf8 } from 'node:buffer'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { createOut, type Lines, type Out } from '../text-content.ts'
import type { Chunk } from './metadata.ts'
import { pageHeaderOf } from './page-header.ts'
import { checkPage, dataPartsOf, pageBytes } from './page-parts.ts'
import { pageValuesOf } from './page-values.ts'
import type { Leaf } from './schema.ts'
import { readThrift, ThriftCut } from './thrift.ts'
import { type Printer, printerOf } from './value-printers.ts'

/** The next value as text; null where there is none; undefined behind the last row. */
export type NextValue = () => string | null | undefined

/** Whether a column has one value in each row at most, and is in no other. */
export const isFlat = ({ repetition, steps }: Leaf): boolean => repetition === 0 && steps.length === 1

/** Whether its values are text, whole numbers or UUIDs, of which `rowsOfChunk` makes what people write. */
export function hasTexts(leaf: Leaf): boolean {
  const { physical, print } = leaf
  if (!isFlat(leaf)) return false
  if (print.as === 'bytes') return physical === 'BYTE_ARRAY'
  return (
    print.as === 'text' ||
    print.as === 'signed' ||
    print.as === 'unsigned' ||
    print.as === 'uuid' ||
    (print.as === 'decimal' && print.scale === 0)
  )
}

/**
 * The values of one column in one row group, in the order of its rows, from `bytes`, which are all of its pages. Each `next` throws a
 * ColumnFault where it cannot go on; the last one only if there were as many rows as the footer states.
 */
export function rowsOfChunk(chunk: Chunk, bytes: Uint8Array): NextValue {
  const { leaf, codec } = chunk
  const printer = printerOf(leaf, () => {})
  let at = 0
  let rows = 0
  let dictionary: string[] | undefined
  let left = 0
  let isThere = () => false
  let value = (): string => ''

  function nextPage(): void {
    const { struct, end } = thriftAt(bytes, at)
    const header = pageHeaderOf(struct)
    if (header.stored > bytes.length - end) throw corrupt('parquet: expected a page within its column')
    const stored = bytes.subarray(end, end + header.stored)
    at = end + header.stored
    checkPage(header, stored)
    if (header.kind === 'unknown') throw corrupt('parquet: expected a known kind of page')
    if (header.kind === 'dictionary') {
      if (dictionary !== undefined || rows > 0)
        throw corrupt('parquet: expected one dictionary, before all other pages')
      const page = { bytes: pageBytes(codec, stored, header.size), count: header.values }
      const next = textsOf({ ...page, encoding: 'PLAIN', dictionary: undefined }, leaf, printer, undefined)
      dictionary = Array.from({ length: header.values }, next)
      return
    }
    const parts = dataPartsOf(header, codec, stored, leaf)
    const encoded = { bytes: parts.bytes, count: parts.count, encoding: header.encoding }
    value = textsOf({ ...encoded, dictionary: dictionary?.length }, leaf, printer, dictionary)
    isThere = parts.areThere()
    left = parts.rows
  }

  return () => {
    while (left === 0 && at < bytes.length) nextPage()
    if (left === 0) {
      if (rows === chunk.rows && rows === chunk.values) return undefined
      throw corrupt('parquet: expected as many values and rows as the footer states')
    }
    left -= 1
    rows += 1
    return isThere() ? value() : null
  }
}

function thriftAt(bytes: Uint8Array, at: number): ReturnType<typeof readThrift> {
  try {
    return readThrift(bytes, at)
  } catch (error) {
    if (error instanceof ThriftCut) throw corrupt('parquet: expected a page within its column')
    throw error
  }
}

/** The values of a page one by one, which is asked for as many as there are. */
function textsOf(
  encoded: Parameters<typeof pageValuesOf>[0],
  leaf: Leaf,
  printer: Printer,
  dictionary: readonly string[] | undefined,
): () => string {
  const page = pageValuesOf(encoded, leaf, printer)
  switch (page.kind) {
    case 'entries': {
      const next = page.next()
      return () => dictionary![next()]!
    }
    case 'bytes': {
      const { values } = page.values()
      if (leaf.print.as === 'text' || leaf.print.as === 'bytes')
        return () => {
          values.next()
          const { bytes, from, length } = values
          const text = bytes.subarray(from, from + length)
          if (!isUtf8(text)) throw new ColumnFault('invalid-utf8', 'parquet: expected text in UTF-8')
          return Buffer.from(text.buffer, text.byteOffset, length).toString('utf8')
        }
      return lineByLine(printer.bytes(values))
    }
    case 'lines':
      return lineByLine(page.lines)
    case 'flags':
      throw corrupt('parquet: expected no truth values')
    default:
      return page satisfies never
  }
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
