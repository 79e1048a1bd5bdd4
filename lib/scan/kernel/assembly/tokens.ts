import { filterCount, filterHashes, useFilter } from './filter'
import { hashTexts } from './hash'
import { block, ends, starts, tokens } from './memory'
import { addSpot, List } from './spots'

/**
 * Tokens are collected, hashed and looked up many at a time, so that their misses of the cache overlap. A token is a text
 * and the place that is to be looked at again if the filter passes it. Arrays of words, one behind the other: the texts'
 * addresses and lengths, where the places start and end, the halves of the hashes, which of them passed, where to look, and a bit for each
 * that any filter passes.
 */
const batch: usize = 512
export const batchBytes: usize = 4 * batch
const column: usize = batchBytes

let count: usize = 0
/** Places that are to be looked at again: in `starts` and `ends`, ascending, each once. */
export let candidates: i32 = 0

let allowed: usize = 0
let shapeCode: i32 = 0
let foldBits: i32 = 0

export function setShape(shape: usize): void {
  shapeCode = load<i32>(shape, 12)
  foldBits = load<i32>(shape, 16)
  allowed = shape + 48
  count = 0
  candidates = 0
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function isAllowed(length: i32): bool {
  // No identifier is as long as the last length of the table.
  return load<u8>(allowed + <usize>min(length, 255)) != 0
}

/** The text from `from` to before `to`, which stands for the place from `start` to before `end`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function addText(from: i32, to: i32, start: i32, end: i32): void {
  addBytes(block + <usize>from, to - from, start, end)
}

/** The same for a text of the block that is somewhere else. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function addBytes(address: usize, length: i32, start: i32, end: i32): void {
  writeToken(nextToken(), address, length, start, end)
  count++
  if (count == batch) lookUp()
}

/** Where the next token goes; fewer than a batch are waiting. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function nextToken(): usize {
  return tokens + (count << 2)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function writeToken(at: usize, address: usize, length: i32, start: i32, end: i32): void {
  store<usize>(at, address)
  store<i32>(at, length, 2048)
  store<i32>(at, start, 4096)
  store<i32>(at, end, 6144)
}

/** All tokens before this place were written. */
export function endTokens(at: usize): void {
  count = (at - tokens) >> 2
}

/** The same, and looks them up; returns where the next one goes. */
export function lookUpUntil(at: usize): usize {
  endTokens(at)
  lookUp()
  return tokens
}

/** The table of lengths: 1 for those that occur. */
export function allowedLengths(): usize {
  return allowed
}

/** A place that is to be looked at again, whatever the filter says. */
export function addCandidate(start: i32, end: i32): void {
  lookUp()
  keep(start, end)
}

/** Looks up what was collected. */
export function lookUp(): void {
  if (count == 0) return
  // Four at a time: what is behind the last one may be anything that can be read.
  for (let more = count; (more & 3) != 0; more++) {
    store<usize>(tokens + (more << 2), block)
    store<i32>(tokens + (more << 2), 4, 2048)
  }
  hashTexts(tokens, tokens + column, count, firstHashes(), secondHashes(), shapeCode, foldBits)
  lookUpHashes(count)
  count = 0
}

export function shape(): i32 {
  return shapeCode
}

/** Where the halves of the hashes are. */
export function firstHashes(): usize {
  return tokens + 4 * column
}

export function secondHashes(): usize {
  return tokens + 5 * column
}

/** Looks up the first `some` hashes, at most a batch, of which the places are with the tokens. */
export function lookUpHashes(some: usize): void {
  const firsts = firstHashes()
  const seconds = secondHashes()
  const passed = tokens + 6 * column
  if (filterCount > 1) return lookUpInAll(some, firsts, seconds, passed)
  const left = filterHashes(firsts, seconds, some, tokens + 8 * column, passed)
  for (let index: usize = 0; index < left; index++) keepToken(load<usize>(passed + (index << 2)))
}

/** What any of the filters passes, ascending and each once. */
function lookUpInAll(all: usize, firsts: usize, seconds: usize, passed: usize): void {
  const bits = tokens + 12 * column
  for (let word: usize = 0; word < batch / 8; word += 8) store<u64>(bits + word, 0)
  for (let filter = 0; filter < filterCount; filter++) {
    useFilter(filter)
    const some = filterHashes(firsts, seconds, all, tokens + 8 * column, passed)
    for (let index: usize = 0; index < some; index++) {
      const token = load<usize>(passed + (index << 2))
      const word = bits + ((token >> 6) << 3)
      store<u64>(word, load<u64>(word) | (<u64>1 << (token & 63)))
    }
  }
  for (let word: usize = 0; word < batch / 8; word += 8)
    for (let rest = load<u64>(bits + word); rest != 0; rest &= rest - 1) keepToken((word << 3) + <usize>ctz(rest))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function keepToken(index: usize): void {
  const token = tokens + (index << 2)
  keep(load<i32>(token, 4096), load<i32>(token, 6144))
}

/** They are listed as places before there is no more room for them: each batch may have as many more as it has tokens. */
export const mostCandidates: i32 = 4096

/** All candidates so far are places of a list instead. */
export function listCandidates(list: List): void {
  for (let index = 0; index < candidates; index++) addSpot(list, load<i32>(starts + (<usize>index << 2)))
  candidates = 0
}

function keep(start: i32, end: i32): void {
  const at = <usize>candidates << 2
  if (candidates > 0 && load<i32>(starts + at - 4) == start && load<i32>(ends + at - 4) == end) return
  store<i32>(starts + at, start)
  store<i32>(ends + at, end)
  candidates++
}
