import type { Filter } from '../../subject-index/filter.ts'
import { longestTail } from '../finders/finder.ts'

/**
 * Where things are in the kernel's memory, by their first byte. `block` has `blockBytes` for the bytes that are looked at
 * and `readAhead` behind them that may be read and mean nothing.
 */
export type MemoryLayout = {
  lists: number
  tables: number
  shapes: number
  masks: number
  tokens: number
  starts: number
  ends: number
  stops: number
  plainDigits: number
  constants: number
  sieve: number
  runMasks: number
  digitMasks: number
  exponentMasks: number
  signWords: number
  spots: number
  spotCounts: number
  queues: number
  knownNumbers: number
  block: number
  blockBytes: number
  /** A record of each filter, and where its planes and seeds are. */
  filterRecords: number
  filters: readonly { first: number; second: number; seeds: number }[]
  /** Of 64 KiB. */
  pages: number
}

const pageBytes = 64 * 1024
/** A memory has at most 4 GiB. */
const mostPages = 65_536
const alignment = 64
/** 64 bytes are looked at at a time, and texts are hashed four at a time, as far as the longest one goes. */
const readAhead = 512
/** Bytes of new content that are looked at in one go. */
export const newBytes = 64 * 1024

/** A description of a shape is its numbers, then a classification of 16 bytes, then a table of lengths. Behind them all is one that has no lengths. */
export const shapeRecord = { columnsAt: 32, allowedAt: 48, bytes: 320 }
const tableBytes = 16 * 256
/** What the sieve is made from, and of each of its lists how many places it has at most. */
export const sieveBytes = 2576
export const spotLists = 25
export const mostSpots = 8192
const listBytes = 256
/** Tokens that are looked up at once: twelve words each, and a bit. */
const batch = 512
const tokenBytes = batch * 4 * 12 + batch / 8
/** Of each number of digits up to 20, 128 numbers of four words, and how many there are; then digits of 128 in five words. */
const queueBytes = 21 * 128 * 16 + 128 + 128 * 20
/** Numbers that were looked up in vain, 64 bits each. */
const knownBytes = 1024 * 8
export const filterRecordBytes = 32

/** Undefined: the filters are too large for one memory. */
export function layOutMemory(
  shapes: readonly { lengths: readonly number[] }[],
  filters: readonly Filter[],
): MemoryLayout | undefined {
  let next = alignment
  const take = (bytes: number) => {
    const at = next
    next = Math.ceil((at + bytes) / alignment) * alignment
    return at
  }
  const blockBytes = newBytes + longestTail(shapes)
  const lists = take(listBytes)
  const tables = take(tableBytes)
  const shapeRecords = take((shapes.length + 1) * shapeRecord.bytes)
  // In front of the first word there are zeros.
  const takeMasks = () => take(alignment + (Math.floor(blockBytes / 64) + 4) * 8) + alignment
  const masks = takeMasks()
  const tokens = take(tokenBytes)
  // A run has at least 3 bytes, and one that ends it; an address at least one on either side of its `@`.
  const mostRuns = (Math.floor(blockBytes / 4) + 2) * 4
  const mostPlaces = (Math.floor(blockBytes / 2) + 2) * 4
  const layout = {
    lists,
    tables,
    shapes: shapeRecords,
    masks,
    tokens,
    starts: take(mostPlaces),
    ends: take(mostPlaces),
    stops: take(mostRuns + 32),
    plainDigits: take(batch * 32),
    constants: take(1024),
    sieve: take(sieveBytes),
    runMasks: takeMasks(),
    digitMasks: takeMasks(),
    exponentMasks: takeMasks(),
    signWords: take((Math.floor(blockBytes / 64) + 4) * 4),
    spots: take(spotLists * mostSpots * 4),
    spotCounts: take(spotLists * 4),
    queues: take(queueBytes),
    knownNumbers: take(knownBytes),
    // Something is in front of the first byte: it may be read and means nothing.
    block: take(alignment + blockBytes + readAhead) + alignment,
    blockBytes,
    filterRecords: take(filters.length * filterRecordBytes),
    filters: filters.map(({ first, second, seeds }) => ({
      first: take(first.length),
      second: take(second.length),
      seeds: take(seeds.byteLength),
    })),
    pages: Math.ceil(next / pageBytes),
  }
  return layout.pages <= mostPages ? layout : undefined
}
