import { type ByteSource, byteSource, inMemory } from '../byte-source.ts'
import { type Framing, framingOf, zstdFrames } from '../compression/framing.ts'
import { isSkippable } from '../compression/zstd/zstd-frame.ts'
import {
  endsLikeTable,
  maxTable,
  parseSeekTable,
  type SeekTable,
  skippableHeader,
  tableLength,
  tableMagic,
} from '../compression/zstd/zstd-seek-table.ts'
import type { ByteRange } from '../format.ts'
import { littleEndian } from '../little-endian.ts'
import type { ObjectBytes } from './decode-parts.ts'

/** In what frames an object is written. `table`: where it ends with one that names them. */
export type Framed = { readonly framing: Framing; readonly table?: FrameTable }

/** A table of frames that begins at `from`, where the last of them ends. */
export type FrameTable = {
  readonly from: number
  /** Whether it names a frame that begins at a byte of the object and is so long, stored and decoded. */
  isFrame(at: number, stored: number, decoded: number): boolean
  /** Where the first one begins that does not begin before a byte. */
  firstFrom(at: number): number | undefined
}

/** How much is asked for at a time, where it is not known how much is needed. */
export const step = 2 ** 20

/** A first frame that is longer, where none says how long it is, is as good as the only one: all would search for others in vain. */
const longestFirst = 2 ** 24

/**
 * So many places that look like a frame are looked at in a slice, and so many bytes behind them, an eighth of what a slice has: where more
 * look like one somebody put them there.
 */
const [mostTried, mostWalked] = [1000, 2 ** 27]

/** The frames of an object that begins like this; every reader of it gets the same answer. @throws ReadFailed */
export async function framedOf(object: ObjectBytes, head: Uint8Array): Promise<Framed | undefined> {
  const framing = framingOf(head)
  if (framing !== undefined) return { framing }
  if (!zstdFrames.isHead(head)) return undefined
  const table = await readTable(object)
  if (table !== undefined) return { framing: zstdFrames, table }
  const length = await zstdFrames.lengthOf(sourceFrom(object, 0, Math.min(longestFirst, object.size)))
  const behind = length === undefined || length === object.size ? undefined : await headAt(object, zstdFrames, length)
  return behind !== undefined && zstdFrames.isHead(behind) ? { framing: zstdFrames } : undefined
}

/** The table that an object ends with, if it names frames that fill what is before it. */
async function readTable(object: ObjectBytes): Promise<FrameTable | undefined> {
  const { size } = object
  const end = await bytesOf(object, Math.max(0, size - 16), size)
  const length = endsLikeTable(end) ? tableLength(end) : maxTable + 1
  const from = size - length - skippableHeader
  if (length > maxTable || from < 0) return undefined
  const frame = await bytesOf(object, from, size)
  if (!isSkippable(frame) || frame[0] !== tableMagic || littleEndian(frame, 4, 4) !== length) return undefined
  const table = parseSeekTable(frame.subarray(skippableHeader))
  return table && frameTable(table, from)
}

function frameTable({ stored, decoded }: SeekTable, from: number): FrameTable | undefined {
  const starts = new Float64Array(stored.length)
  let at = 0
  for (const [index, length] of stored.entries()) {
    if (length === 0) return undefined
    starts[index] = at
    at += length
  }
  if (at !== from) return undefined
  /** The first frame that does not begin before a byte, by number. */
  function indexFrom(place: number): number {
    let [low, high] = [0, starts.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (starts[middle]! < place) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    from,
    isFrame(place, storedBytes, decodedBytes) {
      const index = indexFrom(place)
      return starts[index] === place && stored[index] === storedBytes && decoded[index] === decodedBytes
    },
    firstFrom: (place) => starts[indexFrom(place)],
  }
}

/**
 * Where the first frame begins in a slice; absent: none does. A table says it; otherwise it looks like one, and another one or the object's end is right behind
 * it. That it is one is known when the slice before ends there.
 */
export async function findFrame(
  object: ObjectBytes,
  { framing, table }: Framed,
  slice: ByteRange,
): Promise<number | undefined> {
  if (slice.from === 0) return 0
  if (table !== undefined) {
    const at = table.firstFrom(slice.from)
    return at !== undefined && at < slice.to ? at : undefined
  }
  let tried = 0
  let walked = 0
  const counted: ObjectBytes = {
    ...object,
    read(range) {
      walked += range.to - range.from
      return object.read(range)
    },
  }
  for (let at = slice.from; at < slice.to; at += step) {
    const end = Math.min(at + step, slice.to)
    const bytes = await bytesOf(object, at, Math.min(end + framing.headLength, object.size))
    for (let place = 0; ; place++) {
      place = bytes.indexOf(framing.signature, place)
      if (place < 0 || place >= end - at) break
      if (!framing.isHead(bytes.subarray(place, place + framing.headLength))) continue
      if (await isFollowed(counted, framing, at + place)) return at + place
      tried += 1
      if (tried === mostTried || walked > mostWalked) return undefined
    }
  }
  return undefined
}

/** Whether what looks like a frame ends, and there is another one or the object's end. */
async function isFollowed(object: ObjectBytes, framing: Framing, at: number): Promise<boolean> {
  const length = await framing.lengthOf(sourceFrom(object, at, object.size))
  if (length === undefined) return false
  const end = at + length
  if (end >= object.size) return end === object.size
  return framing.isHead(await headAt(object, framing, end))
}

const headAt = (object: ObjectBytes, { headLength }: Framing, at: number) =>
  bytesOf(object, at, Math.min(at + headLength, object.size))

/** The bytes of an object from one to another, of which no more is asked for than is taken: a little at first. */
function sourceFrom(object: ObjectBytes, from: number, to: number): ByteSource {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let [at, wanted] = [from, 2 ** 14]; at < to; wanted = Math.min(4 * wanted, step)) {
      const end = Math.min(at + wanted, to)
      yield await bytesOf(object, at, end)
      at = end
    }
  }
  return byteSource(chunks())
}

export const bytesOf = (object: ObjectBytes, from: number, to: number): Promise<Buffer> =>
  inMemory(object.read({ from, to }))
