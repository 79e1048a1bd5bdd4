import { addGap } from '../../decoding.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { countWalked } from '../column-lists.ts'
import { type Buffered, hold, piecewise } from './body.ts'
import { fixedValuesOf } from './fixed-values.ts'
import { firstsAt, type Offsets, offsetsOf, placesOf } from './offsets.ts'
import type { OpenPart } from './read-part.ts'
import type { Index, Kind } from './types.ts'

const linesOfNumbers = ({ width, isSigned }: Index) =>
  fixedValuesOf({ as: 'fixed', width, print: { as: isSigned ? 'signed' : 'unsigned' } }, () => {})

const endNumbers = ({ contents }: OpenPart, buffer: Buffered, width: Index['width']): Promise<void> =>
  contents.endValues(buffer, width, linesOfNumbers({ width, isSigned: true }))

/** Where values end, in the first buffer. Without values there may be none. */
export async function readOffsets(opened: OpenPart, width: 4 | 8): Promise<Offsets> {
  const { node } = opened.part
  const buffer = await opened.open(0)
  const isEmpty = node.length === 0 && buffer.left() === 0
  const bytes = await hold(buffer, isEmpty ? 0 : (node.length + 1) * width)
  await endNumbers(opened, buffer, width)
  return offsetsOf(bytes, width, node.length)
}

const outside = () => corrupt('arrow: expected lists of items that are there')

/** What says of items whether they are the first of a list is made for those that are values. */
const hasItem = ({ part }: OpenPart) => part.column.children[0]!.item !== undefined

export async function readLists(opened: OpenPart, width: 4 | 8): Promise<(() => boolean) | undefined> {
  const offsets = await readOffsets(opened, width)
  if (offsets.at(offsets.count) > opened.childLength(0)) throw outside()
  if (!hasItem(opened)) return undefined
  countWalked(opened.decoding, offsets.count, opened.path)
  return firstsAt(offsets.count + 1, offsets.at)
}

export async function readListViews(opened: OpenPart, width: 4 | 8): Promise<(() => boolean) | undefined> {
  const { node } = opened.part
  const read = async (index: number) => {
    const buffer = await opened.open(index)
    const bytes = await hold(buffer, node.length * width)
    await endNumbers(opened, buffer, width)
    return placesOf(bytes, width, node.length)
  }
  const offset = await read(0)
  const size = await read(1)
  const length = opened.childLength(0)
  const { heldBytes } = opened.decoding.limits
  const isWanted = hasItem(opened)
  if (isWanted && node.length * 32 > heldBytes)
    throw new ColumnFault('limit', `arrow: expected views of lists of at most ${heldBytes} bytes`)
  const found = new Float64Array(isWanted ? 2 * node.length : 0)
  let count = 0
  for (let index = 0; index < node.length; index++) {
    const from = offset(index)
    const to = from + size(index)
    if (from < 0 || to < from || to > length) throw outside()
    if (to === from) continue
    found[count++] = from
    found[count++] = to
  }
  if (!isWanted) return undefined
  countWalked(opened.decoding, node.length, opened.path)
  const edges = found.slice(0, count).sort()
  if (isAnyCut(found.subarray(0, count), edges)) {
    const detail = 'arrow: expected views of lists that do not overlap'
    addGap(opened.decoding, { reason: 'unsupported-format', path: opened.path, offset: 0, detail })
  }
  return firstsAt(edges.length, (index) => edges[index]!)
}

/** Whether another list begins or ends in one of `lists`, each where it begins and where it ends. `edges`: the same in ascending order. */
function isAnyCut(lists: Float64Array, edges: Float64Array): boolean {
  for (let list = 0; list < lists.length; list += 2) {
    let [low, high] = [0, edges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (edges[middle]! > lists[list]!) high = middle
      else low = middle + 1
    }
    if (edges[low] !== lists[list + 1]) return true
  }
  return false
}

/** Which column each value of a union is of, and in a dense one where it is there. */
export async function readUnion(opened: OpenPart, { ids, isDense }: Extract<Kind, { as: 'union' }>): Promise<void> {
  const { part, contents, open, childLength } = opened
  const { column, node } = part
  const numbers = ids.length > 0 ? ids : column.children.map((_, index) => index)
  // By the byte that a number is.
  const lengths = new Map(numbers.map((id, child) => [id & 0xff, childLength(child)]))
  const buffer = await open(0)
  const types = await hold(buffer, node.length)
  if (types.some((id) => !lengths.has(id))) throw corrupt('arrow: expected a column of the union')
  await contents.endFlags(buffer, 'types')
  if (!isDense) return
  const places = await open(1)
  await piecewise(places, node.length, 4, (bytes, count, first) => {
    const at = placesOf(bytes, 4, count)
    for (let index = 0; index < count; index++)
      if (at(index) < 0 || at(index) >= lengths.get(types[first + index]!)!)
        throw corrupt('arrow: expected a value of the union that is there')
  })
  await endNumbers(opened, places, 4)
}

/** Which entries of a dictionary values are. Where nothing is there, anything may stand. */
export async function readIndices(opened: OpenPart, index: Index): Promise<void> {
  const { part, contents, known, decoding, path, firsts = () => false } = opened
  const { lists, indices } = contents
  const awaited = known === undefined ? opened.awaited : undefined
  const entries = awaited === undefined ? (known?.entries ?? 0) : Number.POSITIVE_INFINITY
  let most = 0
  const buffer = await opened.open(0)
  const { width } = index
  const linesOf = linesOfNumbers(index)
  let others = 0
  if (lists !== undefined) countWalked(decoding, part.node.length, path)
  await piecewise(buffer, part.node.length, width, async (bytes, count) => {
    const at = numbersOf(bytes, index)
    for (let value = 0; value < count; value++) {
      const entry = at(value)
      if (entry >= most) most = entry + 1
      if (entry >= 0 && entry < entries) continue
      others += 1
      if (entry !== -1 && entry !== 0) await indices.write(linesOf(bytes.subarray(value * width), 1))
    }
    let value = 0
    if (lists?.hasItems() === true) await lists.indices(() => at(value++), count, firsts)
  })
  if (others > part.node.nulls) throw corrupt('arrow: expected entries that the dictionary has')
  const { id } = part.column.dictionary!
  const before = awaited?.get(id)
  const isItem = lists !== undefined || before?.isItem === true
  if (before === undefined || before.entries < most) awaited?.set(id, { entries: most, isItem, path })
  else awaited?.set(id, { ...before, isItem })
  await endNumbers(opened, buffer, width)
}

function numbersOf(bytes: Uint8Array, { width, isSigned }: Index): (index: number) => number {
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
