import { hash } from 'node:crypto'
import { type Decoding, DecodingStopped } from '../../decoding.ts'
import { type CentralEntry, flag, type ZipEntry } from './zip-records.ts'

/**
 * The entries that were read, for holding the central directory against them: 24 bytes for each, counted as held, so that
 * millions fit in memory. What both say of an entry is kept as a digest.
 */
export type ReadEntries = {
  /** Notes an entry in the order of offsets. @throws DecodingStopped beyond the memory */
  add(offset: number, entry: ZipEntry): void
  /** Whether the directory's entry is one of them, and seen for the first time. */
  match(entry: CentralEntry): boolean
  count(): number
  /** How many of them the directory has named. */
  matched(): number
  /** Gives the memory back. */
  release(): void
}

const digestLength = 16

export function readEntries(path: readonly string[], decoding: Decoding): ReadEntries {
  let capacity = 0
  let offsets = new Float64Array(0)
  let digests = Buffer.alloc(0)
  let seen = new Uint8Array(0)
  let count = 0
  let matched = 0
  let next = 0

  function grow(): void {
    const larger = Math.max(64, capacity * 2)
    const added = (larger - capacity) * (digestLength + 9)
    if (decoding.heldBytes + added > decoding.limits.heldBytes)
      throw new DecodingStopped('limit', path, count, 'zip: expected entries that fit in the memory that is granted')
    decoding.heldBytes += added
    capacity = larger
    const before = { offsets, digests, seen }
    offsets = new Float64Array(capacity)
    digests = Buffer.alloc(capacity * digestLength)
    seen = new Uint8Array(capacity)
    offsets.set(before.offsets)
    digests.set(before.digests)
    seen.set(before.seen)
  }

  /** The place of the entry with this offset; -1: there is none. Directories mostly have the order of the entries. */
  function find(offset: number): number {
    if (next < count && offsets[next] === offset) return next
    let [from, to] = [0, count - 1]
    while (from <= to) {
      const middle = (from + to) >>> 1
      if (offsets[middle] === offset) return middle
      if (offsets[middle]! < offset) from = middle + 1
      else to = middle - 1
    }
    return -1
  }

  return {
    add(offset, entry) {
      if (count === capacity) grow()
      offsets[count] = offset
      digests.set(digestOf(entry), count * digestLength)
      count += 1
    },
    match(entry) {
      const at = find(entry.offset)
      if (at < 0 || seen[at] === 1) return false
      if (digestOf(entry).compare(digests, at * digestLength, (at + 1) * digestLength) !== 0) return false
      seen[at] = 1
      matched += 1
      next = at + 1
      return true
    },
    count: () => count,
    matched: () => matched,
    release() {
      decoding.heldBytes -= capacity * (digestLength + 9)
    },
  }
}

function digestOf({ flags, method, crc, storedSize, size, name }: ZipEntry): Buffer {
  const isEncrypted = (flags & flag.encrypted) !== 0
  const numbers = `${isEncrypted} ${method} ${crc} ${storedSize} ${size} `
  return hash('sha256', Buffer.concat([Buffer.from(numbers), name]), 'buffer').subarray(0, digestLength)
}
