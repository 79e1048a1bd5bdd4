import { constants } from './memory'

/** The filters of an index's parts, each as `lib/subject-index/filter.ts` has it; what one does is said there. */
let records: usize = 0
export let filterCount: i32 = 0
/** A record's words, and what they are of the filter that is used. */
const recordBytes: usize = 32
let first: usize = 0
let second: usize = 0
let seeds: usize = 0
let shards: u32 = 0
let segments: u32 = 0
let segmentBits: u32 = 0

export function setFilters(list: usize, count: i32): void {
  records = list
  filterCount = count
  if (count > 0) useFilter(0)
}

/** From now on hashes are looked up in this one. */
export function useFilter(filter: i32): void {
  const record = records + <usize>filter * recordBytes
  first = load<u32>(record)
  second = load<u32>(record, 4)
  seeds = load<u32>(record, 8)
  shards = load<u32>(record, 12)
  segments = load<u32>(record, 16)
  segmentBits = load<u32>(record, 20)
}

/** Four hashes' places in the first segment, the second, the third, and both fingerprints: 16 bytes each. */
const groupBytes: usize = 64

/**
 * Writes the numbers of the hashes that the filter passes to `passed`, a word each, and returns how many; `count` is
 * rounded up to a multiple of four. Behind `groups` there is room for 64 bytes for every four of them.
 */
export function filterHashes(firsts: usize, seconds: usize, count: usize, groups: usize, passed: usize): usize {
  locate(firsts, seconds, count, groups)
  const plane = first
  let some: usize = 0
  for (let index: usize = 0; index < count; index += 4) {
    const group = groups + index * 16
    const passes =
      isPassed(group, plane) |
      (isPassed(group + 4, plane) << 1) |
      (isPassed(group + 8, plane) << 2) |
      (isPassed(group + 12, plane) << 3)
    for (let rest = passes; rest != 0; rest &= rest - 1) {
      store<usize>(passed + (some << 2), index + <usize>ctz(rest))
      some++
    }
  }
  let left: usize = 0
  for (let at: usize = 0; at < some; at++) {
    const index = load<usize>(passed + (at << 2))
    const entry = groups + (index >> 2) * groupBytes + ((index & 3) << 2)
    const print =
      load<u8>(second + load<usize>(entry)) ^
      load<u8>(second + load<usize>(entry, 16)) ^
      load<u8>(second + load<usize>(entry, 32))
    if (print != load<u8>(entry, 50) || index >= count) continue
    store<usize>(passed + (left << 2), index)
    left++
  }
  return left
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isPassed(entry: usize, plane: usize): u32 {
  const print =
    load<u8>(plane + load<usize>(entry)) ^
    load<u8>(plane + load<usize>(entry, 16)) ^
    load<u8>(plane + load<usize>(entry, 32))
  return <u32>(print == load<u8>(entry, 51))
}

/** Where to look for each hash, four at a time, so that the loads that follow do not wait for one another. */
function locate(firsts: usize, seconds: usize, count: usize, groups: usize): void {
  const c1 = v128.load(constants, 272)
  const c2 = v128.load(constants, 128)
  const c3 = v128.load(constants, 144)
  const bits = segmentBits
  const high = 32 - bits
  const width = i32x4.splat(1 << bits)
  const mask = i32x4.sub(width, i32x4.splat(1))
  const parts = i32x4.splat(segments)
  const allParts = i32x4.splat(segments + 2)
  const allShards = i32x4.splat(shards)
  let seed = i32x4.splat(load<i32>(seeds))
  for (let index: usize = 0; index < count; index += 4) {
    const a = v128.load(firsts + (index << 2))
    const b = v128.load(seconds + (index << 2))
    const group = groups + index * 16
    let base = i32x4.splat(0)
    if (shards > 1) {
      const shard = i32x4.shr_u(i32x4.mul(i32x4.shr_u(a, 16), allShards), 16)
      v128.store(group, shard)
      seed = v128.load32_zero(seeds + (load<usize>(group) << 2))
      seed = v128.load_lane<i32>(seeds + (load<usize>(group, 4) << 2), seed, 1)
      seed = v128.load_lane<i32>(seeds + (load<usize>(group, 8) << 2), seed, 2)
      seed = v128.load_lane<i32>(seeds + (load<usize>(group, 12) << 2), seed, 3)
      base = i32x4.mul(shard, allParts)
    }
    let u = i32x4.mul(v128.xor(a, seed), c1)
    u = v128.xor(u, i32x4.shr_u(u, 15))
    let v = i32x4.mul(v128.xor(b, seed), c2)
    v = v128.xor(v, i32x4.shr_u(v, 13))
    const w = i32x4.mul(v128.xor(u, v), c3)
    const segment = i32x4.shr_u(i32x4.mul(i32x4.shr_u(u, 16), parts), 16)
    const at = i32x4.shl(i32x4.add(base, segment), bits)
    const next = i32x4.add(at, width)
    v128.store(group, i32x4.add(at, v128.and(u, mask)))
    v128.store(group, i32x4.add(next, v128.and(v, mask)), 16)
    v128.store(group, i32x4.add(i32x4.add(next, width), i32x4.shr_u(v, high)), 32)
    v128.store(group, w, 48)
  }
}
