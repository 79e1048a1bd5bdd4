import { EvidenceConflict } from '../errors.ts'

/**
 * In how many object versions each subject was found: pairs of an ordinal and a number of versions, at least one, by ordinal
 * and each ordinal once. Only who was found is there. Little-endian 32-bit words.
 */
export type SubjectCounts = Uint32Array

/** Counts in how many object versions each subject was found, from the ordinals of one version after the other, ascending and each once. */
export function createSubjectCounts(): { add(ordinals: Uint32Array): void; finish(): SubjectCounts } {
  /** Each longer than the next one, so that none is copied often. */
  const lists: SubjectCounts[] = []
  const joinLast = () => {
    const [last, before] = [lists.pop()!, lists.pop()!]
    lists.push(joined(before, last))
  }
  return {
    add(ordinals) {
      if (ordinals.length === 0) return
      const pairs = new Uint32Array(2 * ordinals.length).fill(1)
      for (let at = 0; at < ordinals.length; at++) pairs[2 * at] = ordinals[at]!
      lists.push(pairs)
      while (lists.length > 1 && lists.at(-2)!.length <= lists.at(-1)!.length) joinLast()
    },
    finish() {
      while (lists.length > 1) joinLast()
      return lists[0] ?? new Uint32Array(0)
    },
  }
}

/** The sums of two lists of pairs. */
function joined(one: SubjectCounts, other: SubjectCounts): SubjectCounts {
  const sums = new Uint32Array(one.length + other.length)
  let [at, next, length] = [0, 0, 0]
  while (at < one.length || next < other.length) {
    const [first, second] = [one[at] ?? Infinity, other[next] ?? Infinity]
    sums[length] = Math.min(first, second)
    if (first <= second) sums[length + 1]! += one[at + 1]!
    if (second <= first) sums[length + 1]! += other[next + 1]!
    if (first <= second) at += 2
    if (second <= first) next += 2
    length += 2
  }
  return sums.slice(0, length)
}

export function bytesOfCounts(pairs: SubjectCounts): Uint8Array {
  const bytes = new Uint8Array(pairs.length * 4)
  const view = new DataView(bytes.buffer)
  for (let word = 0; word < pairs.length; word++) view.setUint32(word * 4, pairs[word]!, true)
  return bytes
}

/** @throws EvidenceConflict unless these are such pairs */
export function countsOfBytes(bytes: Uint8Array): SubjectCounts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length % 8 !== 0) throw conflict()
  const pairs = new Uint32Array(bytes.length / 4)
  for (let word = 0; word < pairs.length; word++) pairs[word] = view.getUint32(word * 4, true)
  for (let at = 0; at < pairs.length; at += 2)
    if (pairs[at + 1] === 0 || (at > 0 && pairs[at]! <= pairs[at - 2]!)) throw conflict()
  return pairs
}

/**
 * The text of pairs that are added by ordinal (otherwise an EvidenceConflict): base64 of numbers in seven bits a byte, the lowest first and the upper bit set in all but the last (LEB128). Each is twice
 * how many ordinals are left out before a subject's, plus 1 where a number follows of how many versions there are beside two. Where every subject of a list is found, that
 * is a byte each, so that 10^8 of them are not longer than a text may be.
 */
export function createCountsText(): { add(ordinal: number, versions: number): void; finish(): string } {
  let bytes = Buffer.alloc(1024)
  let length = 0
  let next = 0
  const write = (number: number) => {
    let rest = number
    for (; rest >= more; rest = Math.floor(rest / more)) bytes[length++] = (rest % more) + more
    bytes[length++] = rest
  }
  return {
    add(ordinal, versions) {
      if (ordinal < next || versions < 1) throw conflict()
      if (length + 2 * longestNumber > bytes.length) bytes = Buffer.concat([bytes], 2 * bytes.length)
      write(2 * (ordinal - next) + (versions > 1 ? 1 : 0))
      if (versions > 1) write(versions - 2)
      next = ordinal + 1
    },
    finish: () => bytes.toString('base64', 0, length),
  }
}

const more = 0x80
/** Bytes of one, which has 33 bits at most. */
const longestNumber = 5

export function formatCounts(pairs: SubjectCounts): string {
  const text = createCountsText()
  for (let at = 0; at < pairs.length; at += 2) text.add(pairs[at]!, pairs[at + 1]!)
  return text.finish()
}

/** Pairs that are read of a text together. */
const pairsAtOnce = 2 ** 14

/** The pairs of a text, by ordinal, some at a time. @throws EvidenceConflict */
export function* parseCounts(text: string): Generator<SubjectCounts> {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw conflict()
  let at = 0
  const read = (): number => {
    let number = 0
    for (let unit = 1; ; unit *= more) {
      const byte = bytes[at++]
      if (byte === undefined || number > 2 ** 33 || (byte === 0 && unit > 1)) throw conflict()
      number += (byte % more) * unit
      if (byte < more) return number
    }
  }
  let next = 0
  while (at < bytes.length) {
    const pairs = new Uint32Array(2 * Math.min(pairsAtOnce, bytes.length - at))
    let length = 0
    while (length < pairs.length && at < bytes.length) {
      const number = read()
      const ordinal = next + Math.floor(number / 2)
      const versions = number % 2 === 0 ? 1 : read() + 2
      if (ordinal > mostWord || versions > mostWord) throw conflict()
      pairs[length++] = ordinal
      pairs[length++] = versions
      next = ordinal + 1
    }
    yield pairs.subarray(0, length)
  }
}

const mostWord = 0xffffffff

const conflict = () =>
  new EvidenceConflict('subject counts: expected each subject once, in order, with at least one object version')

/** Pairs that are held before they are written: 16 MiB with what sorting them takes. */
const mostPairs = 2 ** 19

/**
 * Adds up counts in parts of bounded size, each by ordinal: a subject may be in several parts, and belongs to their sum.
 * `onPart` gets a part when so many pairs are held that no more fit, and the last one at the end.
 */
export function createCountParts(onPart: (pairs: SubjectCounts) => Promise<void>, most = mostPairs) {
  let held = new Uint32Array(2 * Math.min(most, 1024))
  let length = 0
  const flush = async () => {
    if (length > 0) await onPart(held.slice(0, length))
    length = 0
  }
  return {
    async add(pairs: SubjectCounts): Promise<void> {
      for (let from = 0; from < pairs.length; ) {
        if (length === 2 * most) {
          length = addUp(held)
          if (length > most) await flush()
        }
        const taken = Math.min(pairs.length - from, 2 * most - length)
        if (length + taken > held.length)
          held = grown(held, Math.min(2 * most, Math.max(held.length * 2, length + taken)))
        held.set(pairs.subarray(from, from + taken), length)
        length += taken
        from += taken
      }
    },
    async finish(): Promise<void> {
      length = addUp(held.subarray(0, length))
      await flush()
    },
  }
}

function grown(words: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length)
  larger.set(words)
  return larger
}

/** Sorts pairs in place and joins those of one subject; returns the length that is left. @throws EvidenceConflict */
function addUp(pairs: Uint32Array): number {
  const rows = pairs.length / 2
  // An ordinal of 31 bits and a row of 22 are one exact number.
  const order = Float64Array.from({ length: rows }, (_, row) => pairs[row * 2]! * 2 ** 22 + row).sort()
  const sorted = new Uint32Array(pairs.length)
  let at = -2
  for (const each of order) {
    const row = each % 2 ** 22
    const [ordinal, versions] = [pairs[row * 2]!, pairs[row * 2 + 1]!]
    if (at >= 0 && sorted[at] === ordinal) {
      const sum = sorted[at + 1]! + versions
      if (sum > mostWord) throw conflict()
      sorted[at + 1] = sum
    } else {
      at += 2
      sorted[at] = ordinal
      sorted[at + 1] = versions
    }
  }
  pairs.set(sorted.subarray(0, at + 2))
  return at + 2
}
