import { isName, isWhite } from './memory'
import { find, hashBefore, hashOf, learn, meaningOf, valueOf } from './words'

/** The kind of a word that is a reference; those of tags are below. */
const reference: u32 = 5
/** A reference with this meaning stays as it is written; others mean so many bytes. */
const stays: u32 = 255
const longest: usize = 32

/** A reference that is not known, which everything stops at. */
export let unknownFrom: usize = 0
export let unknownTo: usize = 0

/** Puts what references stand for in their place, of bytes `at` to before `end`, to `to`. Returns where it ends; 0: one of them is not known. */
export function resolve(at: usize, end: usize, to: usize): usize {
  while (at < end) {
    const byte = <u32>load<u8>(at)
    if (byte == 0x26) {
      const stop = endOfReference(at + 1, end)
      if (stop != 0 && stop - at - 1 <= longest) {
        const made = load<u8>(at, 1) == 0x23 ? numberAt(at + 2, stop, to) : namedAt(at + 1, stop, to)
        if (made == unknown) return 0
        if (made != none) {
          to = made
          at = stop + 1
          continue
        }
      }
    }
    store<u8>(to++, byte)
    at++
  }
  return to
}

const none: usize = 0
const unknown: usize = 1

/** Where the semicolon of a reference is that may be one; 0: it is none. */
function endOfReference(from: usize, end: usize): usize {
  let at = from
  if (at < end && load<u8>(at) == 0x23) at++
  while (at < end && isName(load<u8>(at))) at++
  return at < end && at > from && load<u8>(at) == 0x3b ? at : 0
}

/** Writes what a name stands for. */
function namedAt(at: usize, end: usize, to: usize): usize {
  let hash = hashBefore(reference)
  for (let each = at; each < end; each++) hash = hashOf(hash, load<u8>(each))
  const place = find(at, <u32>(end - at), reference, hash)
  if (place == 0) {
    unknownFrom = at
    unknownTo = end
    return unknown
  }
  const meaning = meaningOf(place)
  if (meaning == stays) return none
  memory.copy(to, valueOf(place), meaning)
  return to + meaning
}

export function learnReference(from: usize, end: usize, meaning: u32, value: usize): void {
  let hash = hashBefore(reference)
  for (let each = from; each < end; each++) hash = hashOf(hash, load<u8>(each))
  learn(from, <u32>(end - from), reference, hash, meaning, value)
}

/** Writes the character with a number in UTF-8; `at`: behind `#`. */
function numberAt(at: usize, end: usize, to: usize): usize {
  const isHex = (<u32>load<u8>(at) | 0x20) == 0x78
  if (isHex) at++
  const length = end - at
  if (length == 0 || length > <usize>(isHex ? 8 : 10)) return none
  let code: u64 = 0
  for (; at < end; at++) {
    const byte = <u32>load<u8>(at)
    const letter = byte | 0x20
    if (byte - 0x30 < 10) code = code * (isHex ? 16 : 10) + (byte - 0x30)
    else if (isHex && letter - 0x61 < 6) code = code * 16 + (letter - 0x57)
    else return none
  }
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return none
  return writeCharacter(<u32>code, to)
}

function writeCharacter(code: u32, to: usize): usize {
  if (code < 0x80) {
    store<u8>(to, code)
    return to + 1
  }
  if (code < 0x800) {
    store<u8>(to, 0xc0 | (code >> 6))
    store<u8>(to, 0x80 | (code & 0x3f), 1)
    return to + 2
  }
  if (code < 0x10000) {
    store<u8>(to, 0xe0 | (code >> 12))
    store<u8>(to, 0x80 | ((code >> 6) & 0x3f), 1)
    store<u8>(to, 0x80 | (code & 0x3f), 2)
    return to + 3
  }
  store<u8>(to, 0xf0 | (code >> 18))
  store<u8>(to, 0x80 | ((code >> 12) & 0x3f), 1)
  store<u8>(to, 0x80 | ((code >> 6) & 0x3f), 2)
  store<u8>(to, 0x80 | (code & 0x3f), 3)
  return to + 4
}

/** Where the next value of an attribute ends that holds a reference, from `at` on in a tag; 0: there is none. See `valueFrom`. */
export function nextValue(at: usize, to: usize): usize {
  while (at < to) {
    if (load<u8>(at++) != 0x3d) continue
    while (at < to && isWhite(load<u8>(at))) at++
    if (at == to) return 0
    const quote = <u32>load<u8>(at)
    const isQuoted = quote == 0x22 || quote == 0x27
    const begin = isQuoted ? at + 1 : at
    let end = begin
    let has = false
    for (; end < to; end++) {
      const byte = <u32>load<u8>(end)
      if (isQuoted ? byte == quote : isWhite(byte)) break
      has = has || byte == 0x26
    }
    // What is not a value is looked at byte by byte.
    if (isQuoted ? end == to : end == begin) continue
    at = end
    if (!has) continue
    valueFrom = begin
    return end
  }
  return 0
}

export let valueFrom: usize = 0
