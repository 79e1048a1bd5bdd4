import { byteSource } from '../../byte-source.ts'
import { decodeMember } from '../../decode-member.ts'
import { addGap, countProduced, type Decoding } from '../../decoding.ts'
import { inOne } from '../../next-bytes.ts'
import { once, readRaw } from '../../raw-content.ts'
import { type ByteValues, byteLines } from '../byte-values.ts'
import { ColumnFault } from '../column-fault.ts'
import { type ColumnLists, columnLists } from '../column-lists.ts'
import { watchItems } from '../listed-items.ts'
import { type Lines, lineOf, type TextContent, textContent } from '../text-content.ts'
import type { Workspace } from '../workspace.ts'
import type { Part } from './batch-parts.ts'
import { type Buffered, piecewise } from './body.ts'

/** What is known of a dictionary so far. `items`: its entries as items of lists, where a column of such has it (see `watchItems`); `all`: how many those of all dictionaries have. */
export type Dictionary = { entries: number; readonly items: number[]; readonly all: { items: number } }

/** What is asked of a dictionary that comes later, in a file: that its entries are more than this; `isItem`: some are items of lists. */
export type Awaited = {
  readonly entries: number
  readonly isItem: boolean
  readonly path: readonly string[]
}

/**
 * Bytes behind the texts of a column. Arrow's own writers fill buffers of a part of a table up to 64 bytes with what comes next in it. If that is what the next batch begins with, it is read
 * there; if not, nobody knows where one text in it ends.
 */
export type Behind = { readonly bytes: Buffer; tell(): Promise<void> }

/** Bytes that a writer may leave behind values. */
export const mostBehind = 63

/** Of all dictionaries whose entries are items of lists so much is kept in mind. */
const mostItems = 2 ** 24

/** The contents that one column in a batch becomes (see `readPart`). */
export type PartContents = {
  readonly lists: ColumnLists | undefined
  readonly uuids: TextContent
  readonly indices: TextContent
  /** Lines of values; `isFirst`: see `columnLists`. */
  write(lines: Lines): Promise<void>
  /** The same of bytes. `mayBeContainers`: those that are contents of their own are read as such, and their lines stay empty. */
  writeBytes(values: () => ByteValues, mayBeContainers: boolean, linesOf?: BytesToLines): Promise<void>
  /** Ends a buffer: what is behind its values has to be padding, or as little as some more, which are lines of `slack`. */
  endValues(buffer: Buffered, width: number, linesOf: (bytes: Uint8Array, count: number) => Lines): Promise<void>
  /** The same of truth values and of numbers of types. */
  endFlags(buffer: Buffered, name: string): Promise<void>
  /** The same of texts, which nothing tells apart: absent unless they may be what the next batch begins with. */
  endTexts(buffer: Buffered, hasNext: boolean): Promise<Behind | undefined>
  /** Passes over bytes that are of no value, and a gap unless they are zero. */
  leave(buffer: Buffered, length: number): Promise<void>
  /** Bytes that are of no value. */
  tellUnnamed(parts: Iterable<Uint8Array>): Promise<void>
  end(): Promise<void>
  abandon(): Promise<void>
}

export type BytesToLines = (isLeftOut: ((index: number) => boolean) | undefined) => Lines

/** `ofEntries`: its values are entries of this dictionary; `dictionary`: those of this one are its values. */
export function partContents(
  { column, isIndices }: Part,
  { ofEntries, dictionary }: { ofEntries: Dictionary | undefined; dictionary: Dictionary | undefined },
  isFirst: () => boolean,
  path: readonly string[],
  decoding: Decoding,
  { out }: Workspace,
): PartContents {
  const { kind, item, steps } = column
  const told = { field: steps }
  const contentOf = (name: string, kind: 'text' | 'numbers') =>
    textContent([...path, name], decoding, kind, undefined, told)
  const isText = !isIndices && (kind.as !== 'fixed' || kind.print.as === 'bytes')
  const data = textContent(path, decoding, isText ? 'text' : 'numbers', out, told)
  const slack = contentOf('slack', 'text')
  const uuids = contentOf('uuids', 'numbers')
  const indices = contentOf('indices', 'numbers')
  const isItem = item !== undefined && ofEntries === undefined
  const lists = isItem ? columnLists(item, path, decoding, told, dictionary?.items) : undefined
  const contents = [data, slack, uuids, indices, ...(lists === undefined ? [] : [lists])]
  let containers = 0
  let isTold = false

  async function write(lines: Lines): Promise<void> {
    if (lists !== undefined) await lists.write(lines, data, isFirst)
    else if (ofEntries === undefined || item === undefined) await data.write(lines)
    else await data.write(watchItems(item === 'text' ? 'text' : 'numbers', lines, addItem))
  }

  function addItem(each: number): void {
    ofEntries!.items.push(each)
    ofEntries!.all.items += 1
    if (ofEntries!.all.items > mostItems)
      throw new ColumnFault('limit', `arrow: expected at most ${mostItems} entries of lists`)
  }

  function containersIn(values: ByteValues): Map<number, Uint8Array> {
    const found = new Map<number, Uint8Array>()
    for (let index = 0; index < values.count; index++) {
      values.next()
      const { bytes, from, length } = values
      if (length > 0 && decoding.isContainer(bytes.subarray(from, from + Math.min(length, 512))))
        found.set(index, Buffer.from(bytes.subarray(from, from + length)))
    }
    return found
  }

  async function tellUnnamed(parts: Iterable<Uint8Array>): Promise<void> {
    for (const part of parts) {
      if (!isTold) tellSlack()
      isTold = true
      await slack.write(lineOf(part))
    }
  }

  async function leave(buffer: Buffered, length: number): Promise<void> {
    await piecewise(buffer, length, 1, async (bytes) => {
      if (bytes.some((byte) => byte !== 0)) await tellUnnamed([bytes])
    })
  }

  function tellSlack(): void {
    const detail = 'arrow: expected only values in a buffer'
    addGap(decoding, { reason: 'unsupported-format', path, offset: 0, detail })
  }

  async function writeBehind(bytes: Uint8Array): Promise<void> {
    tellSlack()
    const content = contentOf('behind', 'text')
    await content.write(lineOf(bytes))
    await content.end()
  }

  return {
    lists,
    uuids,
    indices,
    write,
    leave,
    tellUnnamed,
    async writeBytes(values, mayBeContainers, linesOf = (isLeftOut) => byteLines(values(), isLeftOut)) {
      const found = mayBeContainers ? containersIn(values()) : new Map<number, Uint8Array>()
      await write(linesOf(found.size > 0 ? (index) => found.has(index) : undefined))
      for (const bytes of found.values()) {
        countProduced(decoding, bytes.length, path, 0)
        const source = byteSource(inOne(bytes))
        await decodeMember({ source, path: [...path, `value-${++containers}`] }, decoding)
      }
    },
    async endValues(buffer, width, linesOf) {
      const count = Math.floor(Math.min(buffer.left(), mostBehind) / width)
      const more = await buffer.next(count * width)
      if (more.some((byte) => byte !== 0)) await slack.write(linesOf(more, count))
      await leave(buffer, buffer.left())
    },
    async endFlags(buffer, name) {
      const more = await buffer.next(Math.min(buffer.left(), mostBehind))
      if (more.some((byte) => byte !== 0))
        await readRaw(once(Buffer.from(more)), [...path, name], decoding, { kind: 'structure' })
      await leave(buffer, buffer.left())
    },
    async endTexts(buffer, hasNext) {
      const bytes = Buffer.from(await buffer.next(Math.min(buffer.left(), mostBehind)))
      const isFilled = bytes.some((byte) => byte !== 0)
      const mayBeNext = isFilled && hasNext && buffer.left() === 0
      if (isFilled && !mayBeNext) await writeBehind(bytes)
      await leave(buffer, buffer.left())
      return mayBeNext ? { bytes, tell: () => writeBehind(bytes) } : undefined
    },
    async end() {
      for (const content of contents) await content.end()
    },
    async abandon() {
      for (const content of contents) await content.abandon()
    },
  }
}
