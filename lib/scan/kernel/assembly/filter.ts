/** The filter of `lib/subject-index/filter.ts`; what it does is said there. */
let first: usize = 0
let second: usize = 0
let seeds: usize = 0
let shards: u32 = 0
let segments: u32 = 0
let segmentBits: u32 = 0

export function setFilter(list: usize): void {
  first = load<u32>(list)
  second = load<u32>(list, 4)
  seeds = load<u32>(list, 8)
  shards = load<u32>(list, 12)
  segments = load<u32>(list, 16)
  segmentBits = load<u32>(list, 20)
}

/** For each that the first plane passes: its number with the second fingerprint, and the places. */
const passedBytes: usize = 16

/**
 * Writes the numbers of the hashes that the filter passes to `passed`, a word each, and returns how many. There must be
 * room for four words a hash.
 */
export function filterHashes(firsts: usize, seconds: usize, count: i32, passed: usize): usize {
  const bits = segmentBits
  const width: u32 = 1 << bits
  const mask: u32 = width - 1
  const high: u32 = 32 - bits
  const plane = first
  const parts = segments
  let to = passed
  for (let index = 0; index < count; index++) {
    const a = load<u32>(firsts + (<usize>index << 2))
    const b = load<u32>(seconds + (<usize>index << 2))
    const shard = ((a >> 16) * shards) >> 16
    const seed = load<u32>(seeds + (<usize>shard << 2))
    let u = (a ^ seed) * 0x9e3779b1
    u ^= u >> 15
    let v = (b ^ seed) * 0x85ebca6b
    v ^= v >> 13
    const w: u32 = (u ^ v) * 0xc2b2ae35
    const from = (shard * (parts + 2) + (((u >> 16) * parts) >> 16)) << bits
    const p0 = from + (u & mask)
    const p1 = from + width + (v & mask)
    const p2 = from + 2 * width + (v >> high)
    const print = load<u8>(plane + p0) ^ load<u8>(plane + p1) ^ load<u8>(plane + p2)
    // Without a branch: the next one overwrites it unless it passed.
    store<u32>(to, index | (((w >> 16) & 0xff) << 16))
    store<u32>(to, p0, 4)
    store<u32>(to, p1, 8)
    store<u32>(to, p2, 12)
    to += <usize>(<u32>print == w >> 24) * passedBytes
  }
  let some: usize = 0
  for (let at = passed; at < to; at += passedBytes) {
    const entry = load<u32>(at)
    const print =
      load<u8>(second + load<u32>(at, 4)) ^ load<u8>(second + load<u32>(at, 8)) ^ load<u8>(second + load<u32>(at, 12))
    if (<u32>print != entry >> 16) continue
    // Never behind what is read next: a word where there were four.
    store<u32>(passed + (some << 2), entry & 0xffff)
    some++
  }
  return some
}
