import { ReadFailed } from '../../../errors.ts'
import { byteSource } from '../../byte-source.ts'
import { decodeMember } from '../../decode-member.ts'
import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import { inOne } from '../../next-bytes.ts'
import { type ByteValues, byteLines } from '../byte-values.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { columnLists, countWalked } from '../column-lists.ts'
import { uuid } from '../fixed-lines.ts'
import { watchItems } from '../listed-items.ts'
import { printedValues } from '../printed-values.ts'
import { type Lines, lineOf, textContent } from '../text-content.ts'
import type { Workspace } from '../workspace.ts'
import type { Part } from './batch-parts.ts'
import type { Body, Buffered } from './body.ts'
import { fixedValuesOf } from './fixed-values.ts'
import { firstsAt, type Offsets, offsetsOf, placesOf, valuesBetween } from './offsets.ts'
import type { Index, Kind } from './schema.ts'
import { viewsOf } from './views.ts'

/** So much of a buffer is looked at at once. */
const pieceBytes = 2 ** 20

/** What is known of a dictionary so far. `items`: its entries as items of lists, where a column of such has it (see `watchItems`). */
export type Dictionary = { entries: number; readonly items: number[] }

/** What reading a part takes beside its buffers. `length`: values that the column in it has. `ofEntries`: its values are entries of this dictionary. */
export type PartReading = {
  readonly part: Part
  readonly body: Body
  readonly path: readonly string[]
  readonly decoding: Decoding
  readonly workspace: Workspace
  readonly firsts: (() => boolean) | undefined
  childLength(child: number): number
  dictionary(id: number): Dictionary | undefined
  readonly ofEntries?: Dictionary | undefined
}

/**
 * Reads the buffers of one column in a batch; returns what says of each value of the column in it whether it is the first one of a list. Values are lines of `path`, one for each
 * row or item, so also for those that are null, of whatever stands there. Truth values are told once each, and indices of a dictionary not at all, unless they are of no entry:
 * these are lines of `[...path, 'indices']`. Other contents: `lists` (see `columnLists`), `uuids` for bytes that may be such, `slack` for what is in a buffer beside its values,
 * `value-7` for a value that is a container.
 * @throws ColumnFault when it cannot go on; everything before was delivered
 */
export async function readPart(reading: PartReading): Promise<(() => boolean) | undefined> {
  const { part, body, path, decoding, workspace, firsts, ofEntries } = reading
  const { column, node, buffers, validity } = part
  const { kind, item } = column
  const told = { field: column.steps }
  const contentOf = (name: string, kind: 'text' | 'numbers') =>
    textContent([...path, name], decoding, kind, undefined, told)
  const isText = !part.isIndices && (kind.as !== 'fixed' || kind.print.as === 'bytes')
  const data = textContent(path, decoding, isText ? 'text' : 'numbers', workspace.out, told)
  const slack = contentOf('slack', 'text')
  const uuids = contentOf('uuids', 'numbers')
  const indices = contentOf('indices', 'numbers')
  const isItem = item !== undefined && ofEntries === undefined
  const dictionary = part.isIndices ? reading.dictionary(column.dictionary!.id) : undefined
  const lists = isItem ? columnLists(item, path, decoding, told, dictionary?.items) : undefined
  const contents = [data, slack, uuids, indices, ...(lists === undefined ? [] : [lists])]
  const isFirst = firsts ?? (() => false)
  let containers = 0
  let isLossy = false

  async function write(lines: Lines): Promise<void> {
    if (lists !== undefined) return lists.write(lines, data, isFirst)
    if (ofEntries === undefined || item === undefined) return data.write(lines)
    return data.write(watchItems(item === 'text' ? 'text' : 'numbers', lines, (each) => ofEntries.items.push(each)))
  }

  const open = (index: number): Promise<Buffered> => body.open(buffers[index]!, path)

  /** All of a buffer that is looked at at any place. */
  async function hold(buffer: Buffered, length: number): Promise<Uint8Array> {
    return Buffer.from(await buffer.next(length))
  }

  async function piecewise(
    buffer: Buffered,
    count: number,
    width: number,
    read: (bytes: Uint8Array, count: number, first: number) => void | Promise<void>,
  ): Promise<void> {
    const most = Math.max(1, Math.floor(pieceBytes / width))
    for (let first = 0; first < count; first += most) {
      const some = Math.min(most, count - first)
      await read(await buffer.next(some * width), some, first)
    }
  }

  /** What is behind the values of a buffer has to be padding. */
  async function endBuffer(buffer: Buffered): Promise<void> {
    await leaveIn(buffer, buffer.left())
  }

  /** Texts in it may stand right beside each other, so that nobody can tell them apart. */
  async function leaveIn(buffer: Buffered, length: number): Promise<void> {
    let isTold = false
    await piecewise(buffer, length, 1, async (bytes) => {
      if (bytes.every((byte) => byte === 0)) return
      await writeSlack(bytes, isTold)
      isTold = true
    })
  }

  async function writeSlack(bytes: Uint8Array, isTold: boolean): Promise<void> {
    if (!isTold)
      addGap(decoding, {
        reason: 'unsupported-format',
        path,
        offset: 0,
        detail: 'arrow: expected only values in a buffer',
      })
    await slack.write(lineOf(bytes))
  }

  async function readValidity(): Promise<void> {
    const buffer = await open(0)
    if (buffer.left() === 0 && node.nulls === 0) return
    let isThere = 0
    const bytes = Math.ceil(node.length / 8)
    await piecewise(buffer, bytes, 1, (piece, count, first) => {
      for (let at = 0; at < count; at++)
        isThere += bitsIn(
          first + at < bytes - 1 || node.length % 8 === 0 ? piece[at]! : piece[at]! & (0xff >> (8 - (node.length % 8))),
        )
    })
    if (isThere !== node.length - node.nulls) throw corrupt('arrow: expected as many nulls as the batch states')
    await endBuffer(buffer)
  }

  async function readFlags(): Promise<void> {
    const buffer = await open(validity)
    let isTrue = false
    let isFalse = false
    await piecewise(buffer, Math.ceil(node.length / 8), 1, (piece) => {
      isTrue ||= piece.some((byte) => byte !== 0)
      isFalse ||= piece.some((byte) => byte !== 0xff)
    })
    for (const text of [...(isFalse ? ['false'] : []), ...(isTrue ? ['true'] : [])])
      await data.write(lineOf(Buffer.from(text)))
    await endBuffer(buffer)
  }

  async function readFixed(kind: Extract<Kind, { as: 'fixed' }>): Promise<void> {
    const buffer = await open(validity)
    const linesOf = fixedValuesOf(
      kind,
      () => {
        isLossy = true
      },
      workspace.kernel,
    )
    const { width, print } = kind
    if (width > 0)
      await piecewise(buffer, node.length, width, async (bytes, count) => {
        if (print.as !== 'bytes') return write(linesOf(bytes, count))
        if (width === 16 && bytes.some((byte) => byte < 0x20 || byte > 0x7e))
          await uuids.write(printedValues(bytes, count, width, uuid))
        const held = new Map<number, Uint8Array>()
        for (let index = 0; index < count; index++)
          keepContainer(bytes.subarray(index * width, (index + 1) * width), index, held)
        await write(linesOf(bytes, count, held.size > 0 ? (index) => held.has(index) : undefined))
        await readContainers(held)
      })
    await endBuffer(buffer)
  }

  function keepContainer(value: Uint8Array, index: number, held: Map<number, Uint8Array>): void {
    if (value.length > 0 && decoding.isContainer(value.subarray(0, 512))) held.set(index, Buffer.from(value))
  }

  /** Values that are contents of their own. */
  function containersIn(values: ByteValues): Map<number, Uint8Array> {
    const held = new Map<number, Uint8Array>()
    for (let index = 0; index < values.count; index++) {
      values.next()
      keepContainer(values.bytes.subarray(values.from, values.from + values.length), index, held)
    }
    return held
  }

  async function readContainers(held: ReadonlyMap<number, Uint8Array>): Promise<void> {
    for (const bytes of held.values())
      await decodeMember({ source: byteSource(inOne(bytes)), path: [...path, `value-${++containers}`] }, decoding)
  }

  async function readTexts(width: 4 | 8, mayBeContainers: boolean): Promise<void> {
    const offsets = await readOffsets(width)
    const buffer = await open(validity + 1)
    await leaveIn(buffer, offsets.at(0))
    for (let from = 0; from < offsets.count; ) {
      const start = offsets.at(from)
      let to = from + 1
      while (to < offsets.count && to - from < pieceBytes && offsets.at(to + 1) - start <= pieceBytes) to += 1
      const bytes = await buffer.next(offsets.at(to) - start)
      const held = mayBeContainers ? containersIn(valuesBetween(offsets, from, to, bytes)) : new Map()
      await write(
        byteLines(valuesBetween(offsets, from, to, bytes), held.size > 0 ? (index) => held.has(index) : undefined),
      )
      await readContainers(held)
      from = to
    }
    await endBuffer(buffer)
  }

  async function readOffsets(width: 4 | 8): Promise<Offsets> {
    const buffer = await open(validity)
    const isEmpty = node.length === 0 && buffer.left() === 0
    const bytes = await hold(buffer, isEmpty ? 0 : (node.length + 1) * width)
    await endBuffer(buffer)
    return offsetsOf(bytes, width, node.length)
  }

  async function readViews(mayBeContainers: boolean): Promise<void> {
    const [first, ...others] = buffers.slice(validity)
    const opened = await body.open(first!, path)
    const bytes = await hold(opened, node.length * 16)
    await endBuffer(opened)
    const held: Uint8Array[] = []
    let left = decoding.limits.heldBytes - bytes.length
    for (const extent of others) {
      const buffer = await body.open(extent, path)
      left -= buffer.left()
      if (left < 0)
        throw new ColumnFault('limit', `arrow: expected views of at most ${decoding.limits.heldBytes} bytes`)
      held.push(await hold(buffer, buffer.left()))
    }
    const found = mayBeContainers ? containersIn(viewsOf(bytes, node.length, held).values) : new Map()
    const views = viewsOf(bytes, node.length, held)
    await write(byteLines(views.values, found.size > 0 ? (index) => found.has(index) : undefined))
    await readContainers(found)
    let isTold = false
    for (const [index, buffer] of held.entries())
      for (const { from, to } of views.unnamed(index)) {
        await writeSlack(buffer.subarray(from, to), isTold)
        isTold = true
      }
  }

  async function readLists(width: 4 | 8): Promise<() => boolean> {
    const offsets = await readOffsets(width)
    if (offsets.at(offsets.count) > reading.childLength(0))
      throw corrupt('arrow: expected lists of items that are there')
    countWalked(decoding, offsets.count, path)
    return firstsAt(Array.from({ length: offsets.count + 1 }, (_, index) => offsets.at(index)))
  }

  async function readListViews(width: 4 | 8): Promise<() => boolean> {
    const read = async (index: number) => {
      const buffer = await open(validity + index)
      const bytes = await hold(buffer, node.length * width)
      await endBuffer(buffer)
      return placesOf(bytes, width, node.length)
    }
    const offset = await read(0)
    const size = await read(1)
    const length = reading.childLength(0)
    const edges = new Float64Array(2 * node.length)
    for (let index = 0; index < node.length; index++) {
      const from = offset(index)
      const to = from + size(index)
      if (from < 0 || to < from || to > length) throw corrupt('arrow: expected lists of items that are there')
      edges[2 * index] = from
      edges[2 * index + 1] = to
    }
    return firstsAt(edges)
  }

  async function readUnion({ ids, isDense }: Extract<Kind, { as: 'union' }>): Promise<void> {
    const children = new Map(
      (ids.length > 0 ? ids : column.children.map((_, index) => index)).map((id, child) => [id, child]),
    )
    const buffer = await open(validity)
    const types = await hold(buffer, node.length)
    await endBuffer(buffer)
    if (types.some((id) => !children.has((id << 24) >> 24))) throw corrupt('arrow: expected a column of the union')
    if (!isDense) return
    const lengths = new Map([...children].map(([id, child]) => [id & 0xff, reading.childLength(child)]))
    const places = await open(validity + 1)
    await piecewise(places, node.length, 4, (bytes, count, first) => {
      const at = placesOf(bytes, 4, count)
      for (let index = 0; index < count; index++)
        if (!(at(index) >= 0 && at(index) < lengths.get(types[first + index]!)!))
          throw corrupt('arrow: expected a value of the union that is there')
    })
    await endBuffer(places)
  }

  async function readIndices({ width, isSigned }: Index): Promise<void> {
    const entries = dictionary?.entries ?? 0
    const buffer = await open(validity)
    let others = 0
    if (isItem) countWalked(decoding, node.length, path)
    const linesOf = fixedValuesOf({ as: 'fixed', width, print: { as: isSigned ? 'signed' : 'unsigned' } }, () => {})
    await piecewise(buffer, node.length, width, async (bytes, count) => {
      const at = indexReader(bytes, width, isSigned)
      for (let index = 0; index < count; index++) {
        const entry = at(index)
        if (entry >= 0 && entry < entries) continue
        others += 1
        // Where nothing is there, writers have -1 or 0.
        if (entry !== -1 && entry !== 0) await indices.write(linesOf(bytes.subarray(index * width), 1))
      }
      if (lists?.hasItems() !== true) return
      let index = 0
      await lists.indices(() => at(index++), count, isFirst)
    })
    if (others > node.nulls) throw corrupt('arrow: expected entries that the dictionary has')
    await endBuffer(buffer)
  }

  async function readValues(): Promise<(() => boolean) | undefined> {
    if (part.isIndices) await readIndices(column.dictionary!.index)
    else
      switch (kind.as) {
        case 'null':
        case 'struct':
        case 'run-ends':
          break
        case 'boolean':
          await readFlags()
          break
        case 'fixed':
          await readFixed(kind)
          break
        case 'text':
        case 'bytes':
          await readTexts(kind.offset, kind.as === 'bytes')
          break
        case 'text-view':
        case 'bytes-view':
          await readViews(kind.as === 'bytes-view')
          break
        case 'list':
          return readLists(kind.offset)
        case 'list-view':
          return readListViews(kind.offset)
        case 'fixed-list': {
          let item = -1
          return () => ++item % kind.size === 0
        }
        case 'union':
          await readUnion(kind)
          break
        default:
          return kind satisfies never
      }
    return undefined
  }

  try {
    if (validity === 1) await readValidity()
    const found = await readValues()
    if (ofEntries !== undefined) ofEntries.entries += node.length
    for (const content of contents) await content.end()
    return found
  } catch (error) {
    if (isOfContent(error)) for (const content of contents) await content.abandon()
    throw error
  } finally {
    if (isLossy)
      addGap(decoding, {
        reason: 'lossy-number',
        path,
        offset: 0,
        detail: 'expected whole numbers that a binary fraction holds exactly',
      })
  }
}

/** Errors that end the reading of a content, as opposed to those of whoever takes it. */
const isOfContent = (error: unknown) =>
  error instanceof ColumnFault || error instanceof DecodingStopped || error instanceof ReadFailed

function bitsIn(byte: number): number {
  let count = 0
  for (let left = byte; left > 0; left &= left - 1) count += 1
  return count
}

function indexReader(bytes: Uint8Array, width: Index['width'], isSigned: boolean): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (width) {
    case 1:
      return isSigned ? (index) => view.getInt8(index) : (index) => view.getUint8(index)
    case 2:
      return isSigned ? (index) => view.getInt16(index * 2, true) : (index) => view.getUint16(index * 2, true)
    case 4:
      return isSigned ? (index) => view.getInt32(index * 4, true) : (index) => view.getUint32(index * 4, true)
    case 8:
      // What a double does not hold exactly is far beyond any dictionary.
      return (index) => view.getInt32(index * 8 + 4, true) * 2 ** 32 + view.getUint32(index * 8, true)
    default:
      return width satisfies never
  }
}
