import { createHash, hash } from 'node:crypto'
import type { IndexInvalid } from '../errors.ts'
import type { IndexSink, IndexSource } from './index-source.ts'
import { createKeptShards, viewOf } from './kept-shards.ts'
import { digestBytes } from './keyed-digest.ts'

/**
 * A sorted set of digests as bytes, in shards that are read and checked one by one:
 *
 *     digests     16 bytes each, ascending; the place of one is its ordinal
 *     directory   36 bytes a shard: how many digests it has (little-endian), and the SHA-256 of them
 *
 * Shard s holds the digests that begin with the `shardBits` bits of s. `directorySha256` is of the directory.
 */
export type DigestTableHeader = { digests: number; shardBits: number; directorySha256: string }

const digestsPerShard = 256
export const mostShardBits = 20
const lineBytes = 36

/** Shards of so many digests have about 256 each at most: 4 KiB are read and digested for one lookup, which is most of what it takes. */
export function shardBitsFor(digests: number): number {
  return Math.min(mostShardBits, Math.max(0, Math.ceil(Math.log2(digests / digestsPerShard))))
}

export function tableBytesOf({ digests, shardBits }: DigestTableHeader): number {
  return digests * digestBytes + lineBytes * 2 ** shardBits
}

/** Writes a table into a sink. Memory: its directory. */
export function createTableWriter(
  shardBits: number,
  sink: IndexSink,
): {
  /** The next digests, in ascending order, behind those before. */
  write(bytes: Uint8Array): void
  finish(): DigestTableHeader
} {
  const shards = 2 ** shardBits
  const directory = Buffer.alloc(lineBytes * shards)
  let digests = 0
  let shard = 0
  let inShard = 0
  let sum = createHash('sha256')

  function close(): void {
    directory.writeUInt32LE(inShard, shard * lineBytes)
    sum.digest().copy(directory, shard * lineBytes + 4)
    sum = createHash('sha256')
    inShard = 0
    shard++
  }

  return {
    write(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let from = 0; from < bytes.length; ) {
        while (shard < shardOf(view.getUint32(from), shardBits)) close()
        let to = from + digestBytes
        while (to < bytes.length && shardOf(view.getUint32(to), shardBits) === shard) to += digestBytes
        sum.update(bytes.subarray(from, to))
        inShard += (to - from) / digestBytes
        from = to
      }
      digests += bytes.length / digestBytes
      sink(bytes)
    },
    finish() {
      while (shard < shards) close()
      sink(directory)
      return { digests, shardBits, directorySha256: hash('sha256', directory, 'hex') }
    },
  }
}

/** Looks digests up; reads and checks only the shards that they are in. @throws IndexInvalid when one is damaged */
export type DigestTable = {
  readonly digests: number
  /** The ordinal of the digest, or -1. */
  find(digest: Uint32Array): number
  /** Of a row that begins with the first three words of the digest the fourth one, or -1. */
  valueOf(digest: Uint32Array): number
  /** The same as `find` for digests that are asked for in ascending order: nothing is read or looked at twice, and nothing is kept. */
  walk(): (digest: Uint32Array) => number
  /** In hex. */
  at(ordinal: number): string
  /** The digests with `from <= ordinal < to`, four words each as `KeyedDigest` gives them. Not kept. */
  range(from: number, to: number): Uint32Array
  /** Reads and checks every shard. */
  check(): void
}

/** Bytes of checked shards that are kept, for each table, if nothing else is said. */
export const keptBytes = 64 << 20

/** @throws IndexInvalid when the directory is damaged, or does not account for every digest */
export function openTable(
  source: IndexSource,
  from: number,
  header: DigestTableHeader,
  damaged: (what: string) => IndexInvalid,
  mostKept = keptBytes,
): DigestTable {
  const { digests, shardBits, directorySha256 } = header
  const shards = 2 ** shardBits
  const directoryAt = from + digests * digestBytes
  const directory = Buffer.from(source.read(directoryAt, directoryAt + lineBytes * shards))
  if (hash('sha256', directory, 'hex') !== directorySha256) throw damaged('directory')
  /** Ordinals that the shards begin with, and the number of all. */
  const starts = new Uint32Array(shards + 1)
  for (let shard = 0; shard < shards; shard++)
    starts[shard + 1] = starts[shard]! + directory.readUInt32LE(shard * lineBytes)
  if (starts[shards] !== digests) throw damaged('directory')

  const kept = createKeptShards(starts, mostKept, readShard)

  /** `memory`: for the bytes, where they are not there already. */
  function readShard(shard: number, memory?: Uint8Array): Uint8Array {
    const bytes = source.read(from + starts[shard]! * digestBytes, from + starts[shard + 1]! * digestBytes, memory)
    const line = shard * lineBytes
    if (!hash('sha256', bytes, 'buffer').equals(directory.subarray(line + 4, line + lineBytes)))
      throw damaged(`digests, shard ${shard + 1} of ${shards}`)
    return bytes
  }

  /** The place in its shard of the row that begins with so many words of the digest, or -1. */
  function placeOf(shard: number, digest: Uint32Array, words: number): number {
    const count = starts[shard + 1]! - starts[shard]!
    if (count === 0) return -1
    const { view, at } = kept.get(shard)
    const compare = (place: number) => compareAt(view, at + place * digestBytes, digest, words)
    let low = 0
    let high = count - 1
    // Digests are spread evenly: one is near where it would be in order, so that of the memory around it little is read.
    const guess = Math.floor((((digest[0]! << shardBits) >>> 0) / 2 ** 32) * count)
    for (let step = firstStep; ; step *= 2) {
      const [below, above] = [guess - step, guess + step]
      if (below > low && compare(below) > 0) high = below - 1
      else if (above < high && compare(above) < 0) low = above + 1
      else {
        low = Math.max(low, below)
        high = Math.min(high, above)
        break
      }
    }
    while (low <= high) {
      const middle = (low + high) >>> 1
      const order = compare(middle)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  return {
    digests,

    find(digest) {
      const shard = shardOf(digest[0]!, shardBits)
      const place = placeOf(shard, digest, 4)
      return place === -1 ? -1 : starts[shard]! + place
    },

    valueOf(digest) {
      const shard = shardOf(digest[0]!, shardBits)
      const place = placeOf(shard, digest, 3)
      if (place === -1) return -1
      const { view, at } = kept.get(shard)
      return view.getUint32(at + place * digestBytes + 12)
    },

    walk() {
      let shard = -1
      let view: DataView | undefined
      let place = 0
      let last = 0
      return (digest) => {
        const first = digest[0]!
        if (first < last) throw new Error('digest table: walk: expected ascending digests')
        last = first
        if (shard !== shardOf(first, shardBits)) {
          shard = shardOf(first, shardBits)
          view = viewOf(readShard(shard))
          place = 0
        }
        for (; place < view!.byteLength; place += digestBytes) {
          const order = compareAt(view!, place, digest)
          if (order >= 0) return order === 0 ? starts[shard]! + place / digestBytes : -1
        }
        return -1
      }
    },

    at(ordinal) {
      let low = 0
      let high = shards - 1
      while (low < high) {
        const middle = (low + high + 1) >>> 1
        if (starts[middle]! <= ordinal) low = middle
        else high = middle - 1
      }
      const { view, at } = kept.get(low)
      const place = view.byteOffset + at + (ordinal - starts[low]!) * digestBytes
      return Buffer.from(view.buffer, place, digestBytes).toString('hex')
    },

    range(first, end) {
      const words = new Uint32Array((end - first) * 4)
      for (let shard = 0; shard < shards; shard++) {
        const [start, stop] = [Math.max(first, starts[shard]!), Math.min(end, starts[shard + 1]!)]
        if (start >= stop) continue
        const view = viewOf(readShard(shard))
        const before = start - starts[shard]!
        for (let word = 0; word < (stop - start) * 4; word++)
          words[(start - first) * 4 + word] = view.getUint32((before * 4 + word) * 4)
      }
      return words
    },

    check() {
      for (let shard = 0; shard < shards; shard++) readShard(shard)
    },
  }
}

/** Rows to either side of where a digest would be; in a shard it is hardly ever farther off than twice of it. */
const firstStep = 8

function shardOf(firstWord: number, shardBits: number): number {
  return shardBits === 0 ? 0 : firstWord >>> (32 - shardBits)
}

/** The first words of the digest at a place against those of the wanted one. */
function compareAt(view: DataView, place: number, wanted: Uint32Array, words = 4): number {
  for (let word = 0; word < words; word++) {
    const difference = view.getUint32(place + word * 4) - wanted[word]!
    if (difference !== 0) return difference
  }
  return 0
}
