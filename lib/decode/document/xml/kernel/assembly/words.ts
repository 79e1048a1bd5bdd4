import { words } from './memory'

/**
 * Words that are known, names of tags and of references, 64 bytes each: its hash (4), what kind of word it is and how long (1 each; 0: nothing is here), what it means
 * (1), and from the eighth on itself (32) and what stands for it (24).
 */
const slots: u32 = 2048
const inWord: usize = 8
const inValue: usize = 40
const mostTried: u32 = 8
const mostWords: i32 = 1024
let count: i32 = 0

// @ts-ignore: a decorator of AssemblyScript
@inline
export function hashOf(hash: u32, byte: u32): u32 {
  return (hash ^ byte) * 0x01000193
}

/** The hash of a word of a kind before its first byte. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function hashBefore(kind: u32): u32 {
  return 0x811c9dc5 ^ kind
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function placeOf(hash: u32, kind: u32, tried: u32): usize {
  return words + <usize>((((hash ^ (hash >>> 15)) + kind * 97 + tried) & (slots - 1)) << 6)
}

/** Where a word stands of which the hash is known, or 0. It has at most 32 bytes. */
export function find(at: usize, length: u32, kind: u32, hash: u32): usize {
  for (let tried: u32 = 0; tried < mostTried; tried++) {
    const place = placeOf(hash, kind, tried)
    const found = load<u8>(place, 4)
    if (found == 0) return 0
    if (found != kind || load<u32>(place) != hash || load<u8>(place, 5) != length) continue
    let same: u32 = 0
    while (same < length && load<u8>(place + inWord + same) == load<u8>(at + same)) same++
    if (same == length) return place
  }
  return 0
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function meaningOf(place: usize): u32 {
  return load<u8>(place, 6)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function valueOf(place: usize): usize {
  return place + inValue
}

/** Keeps a word in mind with what it means, and, at `value`, the 16 bytes that begin with what stands for it. Those that are in its way are forgotten, and all where there are too many. */
export function learn(at: usize, length: u32, kind: u32, hash: u32, meaning: u32, value: usize): void {
  if (count == mostWords) {
    memory.fill(words, 0, <usize>slots << 6)
    count = 0
  }
  let place: usize = 0
  for (let tried: u32 = 0; tried < mostTried; tried++) {
    place = placeOf(hash, kind, tried)
    if (load<u8>(place, 4) == 0) break
  }
  if (load<u8>(place, 4) == 0) count += 1
  store<u32>(place, hash)
  store<u8>(place, kind, 4)
  store<u8>(place, length, 5)
  store<u8>(place, meaning, 6)
  memory.copy(place + inWord, at, <usize>length)
  v128.store(place + inValue, v128.load(value))
}
