import { byteSource } from '../../byte-source.ts'
import { decodeMember } from '../../decode-member.ts'
import { addGap, countProduced, type Decoding } from '../../decoding.ts'
import { inOne } from '../../next-bytes.ts'
import { writeDoubtful } from '../brotli-part.ts'
import { type ByteValues, fixedValues } from '../byte-values.ts'
import { ColumnFault, corrupt, isOfContent } from '../column-fault.ts'
import { columnLists, countWalked } from '../column-lists.ts'
import type { PlacedSource } from '../placed-source.ts'
import { type Lines, lineOf, textContent } from '../text-content.ts'
import type { Workspace } from '../workspace.ts'
import { pageHeader as pageHeaderFields, visitContent } from './known-fields.ts'
import type { Chunk } from './metadata.ts'
import { type PageHeader, pageHeaderOf } from './page-header.ts'
import { checkPage, compressedOf, dataPartsOf, pageBytes } from './page-parts.ts'
import { type Encoded, type PageValues, pageValuesOf } from './page-values.ts'
import { takeThrift } from './read-thrift.ts'
import type { Leaf } from './schema.ts'
import { printerOf } from './value-printers.ts'

/**
 * Reads the pages of one column in one row group, which begin at the source's position and end before `to`. Values are lines of
 * `path`, in the order of the rows, without nulls. Of a column with a dictionary its entries are the lines of `[...path, 'dictionary']`, each once,
 * used or not, and pages of indices add nothing to them. Other contents: `lists` (see `columnLists`), `statistics` in the headers of pages, `slack` behind
 * the values of a page and in fields that are not known, `stored` for pages of brotli that may hold more than they decode to, `value-7` for a value that is a container.
 * @throws ColumnFault when it cannot go on; everything before was delivered
 */
export async function readColumnChunk(
  source: PlacedSource,
  to: number,
  chunk: Chunk,
  path: readonly string[],
  decoding: Decoding,
  { out, kernel }: Workspace,
): Promise<void> {
  const { leaf } = chunk
  let isLossy = false
  const onLossy = () => {
    isLossy = true
  }
  const printer = printerOf(leaf, onLossy, kernel)
  const told = { field: leaf.steps }
  const data = textContent(path, decoding, printer.kind, out, told)
  const statistics = textContent([...path, 'statistics'], decoding, 'numbers', undefined, told)
  const slack = textContent([...path, 'slack'], decoding, 'text', undefined, told)
  const doubtful = textContent([...path, 'stored'], decoding, 'bytes', undefined, told)
  const lists = leaf.item && columnLists(leaf.item, path, decoding, told)
  const contents = [data, statistics, slack, doubtful, ...(lists === undefined ? [] : [lists])]
  let dictionary: number | undefined
  let values = 0
  let rows = 0
  let written = 0
  const seen = { isTrue: false, isFalse: false }

  async function readPage(): Promise<void> {
    const struct = await takeThrift(source, to)
    const values: Lines[] = []
    const others: Lines[] = []
    visitContent(
      struct,
      pageHeaderFields,
      (bytes) => others.push(lineOf(bytes)),
      (bytes) => values.push(valueLine(bytes, leaf)),
    )
    for (const lines of values) await statistics.write(lines)
    for (const lines of others) await slack.write(lines)
    const header = pageHeaderOf(struct)
    const { heldBytes } = decoding.limits
    if (header.stored > to - source.position()) throw corrupt('parquet: expected a page within its column')
    if (header.stored > heldBytes || header.size > heldBytes)
      throw new ColumnFault('limit', `parquet: expected pages of at most ${heldBytes} bytes`)
    const stored = (await source.peek(header.stored)).subarray(0, header.stored)
    try {
      checkPage(header, stored)
      countProduced(decoding, header.size, path, 0)
      if (chunk.codec === 'BROTLI') await writeDoubtful(compressedOf(header, stored), doubtful)
      if (header.kind === 'dictionary')
        await readDictionary(header.values, pageBytes(chunk.codec, stored, header.size, kernel))
      else if (header.kind === 'unknown') await readUnknown(stored)
      else await readData(header, stored)
    } finally {
      source.skip(header.stored)
    }
  }

  async function readDictionary(count: number, bytes: Uint8Array): Promise<void> {
    if (dictionary !== undefined || values > 0)
      throw corrupt('parquet: expected one dictionary, before all other pages')
    dictionary = count
    if (leaf.physical === 'BOOLEAN') throw corrupt('parquet: expected no dictionary of truth values')
    const content = textContent([...path, 'dictionary'], decoding, printer.kind, out, told)
    try {
      const write = (lines: Lines) => content.write(lists === undefined ? lines : lists.entries(lines))
      await readValues({ bytes, count, encoding: 'PLAIN', dictionary: undefined }, write, 'dictionary-')
      await content.end()
    } catch (error) {
      if (isOfContent(error)) await content.abandon()
      throw error
    }
  }

  async function readUnknown(stored: Uint8Array): Promise<void> {
    addGap(decoding, {
      reason: 'unsupported-format',
      path,
      offset: 0,
      detail: 'parquet: expected a known kind of page',
    })
    await slack.write(lineOf(stored))
  }

  async function readData(header: Extract<PageHeader, { kind: 'data' | 'data-2' }>, stored: Uint8Array): Promise<void> {
    const parts = dataPartsOf(header, chunk.codec, stored, leaf, kernel)
    values += header.values
    rows += parts.rows
    const { encoding } = header
    const { isFirst, bytes, count } = parts
    if (isFirst && count > 0) countWalked(decoding, header.values, path)
    const write = (lines: Lines) => (lists && isFirst ? lists.write(lines, data, isFirst) : data.write(lines))
    const page = await readValues({ bytes, count, encoding, dictionary }, write, '')
    written += count
    if (page.kind === 'entries' && lists?.hasItems() && isFirst) await lists.indices(page.next(), count, isFirst)
  }

  async function readValues(
    encoded: Encoded,
    write: (lines: Lines) => Promise<void>,
    prefix: string,
  ): Promise<PageValues> {
    const page = pageValuesOf(encoded, leaf, printer, kernel)
    let end = page.kind === 'bytes' ? 0 : page.end
    if (page.kind === 'lines') await write(page.lines)
    if (page.kind === 'flags') {
      seen.isTrue ||= page.isTrue
      seen.isFalse ||= page.isFalse
    }
    if (page.kind === 'bytes') {
      const containers = leaf.print.as === 'bytes' ? containersIn(page.values().values, decoding) : new Map()
      end = await writeBytes(page, encoded, write, containers)
      for (const [index, bytes] of containers) {
        const source = byteSource(inOne(bytes))
        await decodeMember({ source, path: [...path, `${prefix}value-${written + index + 1}`] }, decoding)
      }
    }
    const rest = encoded.bytes.subarray(typeof end === 'function' ? end() : end)
    if (rest.every((byte) => byte === 0)) return page
    await slack.write(lineOf(rest))
    // Values that the page does not count, if one that it has is taken for a null.
    const more = encoded.encoding === 'PLAIN' && leaf.width > 0 ? Math.floor(rest.length / leaf.width) : 0
    if (more > 0) await slack.write(linesWithoutKernel(rest, more, leaf))
    return page
  }

  /** Returns where the values end. */
  async function writeBytes(
    page: Extract<PageValues, { kind: 'bytes' }>,
    { bytes, count }: Encoded,
    write: (lines: Lines) => Promise<void>,
    containers: ReadonlyMap<number, Uint8Array>,
  ): Promise<number> {
    const isPlain = page.isPlain && containers.size === 0 && printer.kind === 'text'
    let end = 0
    const lines = isPlain
      ? kernel?.stringLines(bytes, count, (found) => {
          end = found
        })
      : undefined
    if (lines !== undefined) {
      await write(lines)
      return end
    }
    const { values, end: endOfValues } = page.values()
    await write(printer.bytes(values, containers.size > 0 ? (index) => containers.has(index) : undefined))
    return endOfValues()
  }

  try {
    while (source.position() < to) await readPage()
    if (values !== chunk.values || rows !== chunk.rows)
      throw corrupt('parquet: expected as many values and rows as the footer states')
    for (const text of [...(seen.isFalse ? ['false'] : []), ...(seen.isTrue ? ['true'] : [])])
      await data.write(lineOf(Buffer.from(text)))
    for (const content of contents) await content.end()
  } catch (error) {
    if (isOfContent(error)) for (const content of contents) await content.abandon()
    throw error
  } finally {
    if (leaf.isDoubtful)
      addGap(decoding, {
        reason: 'unsupported-format',
        path,
        offset: 0,
        detail: 'parquet: expected a column of which the schema says only what is known',
      })
    if (isLossy)
      addGap(decoding, {
        reason: 'lossy-number',
        path,
        offset: 0,
        detail: 'expected whole numbers that a binary fraction holds exactly',
      })
  }
}

/** One value of a column's type, as statistics hold it: a byte array without its length. It is always written as a line. */
export function valueLine(bytes: Uint8Array, leaf: Leaf): Lines {
  const isWhole = leaf.width > 0 && leaf.width === bytes.length
  if (isWhole) return linesWithoutKernel(bytes, 1, leaf)
  if (leaf.print.as === 'decimal' && leaf.width === 0 && bytes.length <= 64)
    return printerOf(leaf, () => {}).bytes(fixedValues(bytes, bytes.length, 1))
  return lineOf(bytes)
}

/** Lines for any buffer, of values of one width. */
const linesWithoutKernel = (bytes: Uint8Array, count: number, leaf: Leaf): Lines => ({
  fill: printerOf(leaf, () => {}).fixed(bytes, count).fill,
})

/** Values that begin like a format of their own. */
function containersIn(values: ByteValues, decoding: Decoding): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>()
  for (let index = 0; index < values.count; index++) {
    values.next()
    const { bytes, from, length } = values
    if (length === 0) continue
    if (decoding.isContainer(bytes.subarray(from, from + Math.min(length, 512))))
      found.set(index, Buffer.from(bytes.subarray(from, from + length)))
  }
  return found
}
