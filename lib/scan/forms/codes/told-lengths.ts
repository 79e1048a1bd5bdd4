import type { Shape } from '../../../manifest/identifier.ts'
import type { SubjectIndex } from '../../../subject-index/open-subject-index.ts'
import { asIs, lengthTable, lowerCased } from '../../finders/alphabets.ts'
import { createProbe } from '../../finders/probe.ts'
import { type SoughtShapes, soughtShapes } from '../../finders/sought-shapes.ts'
import { alphabetOf } from '../alphabet-of.ts'
import type { FormTools } from '../form.ts'
import { leastByChance } from './met-by-chance.ts'

/** The byte that is decoded at an index; -1 where what it is decoded from does not go on. */
export type ByteAt = (index: number) => number

/** So many bytes to either side there has to be one of no text: a record whose lengths are bytes is binary. */
const reach = 256
/** Bytes in front of an identifier that may say how long it is: eight of a number. */
export const leadBytes = 8
/** So far behind a run its text may end. */
const longestText = 1024
const atSign = 0x40

/**
 * What identifiers of one shape look like: `sign` is in each of them. `mayBe` says whether these bytes are one; without it they
 * have to be searched.
 */
type Kind = {
  readonly alphabet: Uint8Array
  readonly allowed: Uint8Array
  readonly shortest: number
  readonly sign: number | undefined
  readonly mayBe: ((bytes: Uint8Array, start: number, end: number) => boolean) | undefined
}

/**
 * Finds identifiers in text of a binary record that a letter or digit stands right beside, since lengths and types of what is
 * around look like those: the bytes in front of it say where it ends.
 */
export type ToldLengths = {
  /** What follows is decoded anew. */
  begin(byteAt: ByteAt): void
  /** Room for a piece of text, which is written from `leadBytes` on. */
  reserve(length: number): Uint8Array
  /** Looks at the piece [start, end) of what is decoded, and then takes where what is worth searching begins and ends. */
  look(start: number, end: number, take: (start: number, end: number) => void): void
}

export function createToldLengths({ index }: Pick<FormTools, 'index'>): ToldLengths {
  const kinds = soughtShapes(index).map((sought): Kind => kindOf(index, sought))
  const said = new Uint8Array(16)
  let bytes = new Uint8Array(1024)
  let byteAt: ByteAt = () => -1
  /** Where the bytes are from that stand in front of the piece, as far as there are any; -1: they are not read yet. */
  let lead = -1
  /** The nearest bytes of no text before and behind the piece, where any are near; undefined: nobody asked. */
  let binary: { before: number; behind: number } | undefined
  /** No text ends in the bytes [from, to): each is asked once, not for each length that may be told. */
  const unended = { from: 0, to: -1 }
  /** Beginnings and ends, decoded. */
  let found: number[] = []

  function readLead(start: number): void {
    lead = leadBytes
    while (lead > 0) {
      const byte = byteAt(start + lead - 1 - leadBytes)
      if (byte === -1) return
      bytes[--lead] = byte
    }
  }

  return {
    begin(decoded) {
      byteAt = decoded
      unended.to = -1
    },
    reserve(length) {
      if (leadBytes + length > bytes.length) bytes = new Uint8Array(2 * (leadBytes + length))
      return bytes
    },
    look(start, end, take) {
      // All that is decoded together is text.
      if (byteAt(start - 1) === -1 && byteAt(end) === -1) return
      lead = -1
      binary = undefined
      const shift = start - leadBytes
      const to = end - shift
      for (const kind of kinds) {
        const { alphabet, shortest } = kind
        // A run is longer than the shortest, so that it covers one of every so many places.
        for (let at = leadBytes + shortest; at < to; at += shortest + 1) {
          if (alphabet[bytes[at]!] === 0) continue
          let first = at
          while (first > leadBytes && alphabet[bytes[first - 1]!] === 1) first--
          while (at < to && alphabet[bytes[at]!] === 1) at++
          if (at - first > shortest) lookAtRun(kind, first, at, shift, end)
        }
      }
      for (let at = 0; at < found.length; at += 2) take(found[at]!, found[at + 1]!)
      if (found.length > 0) found = []
    },
  }

  function lookAtRun(kind: Kind, first: number, to: number, shift: number, pieceEnd: number): void {
    const { allowed, shortest, sign, mayBe } = kind
    let last = to - shortest
    let signAt = first - 1
    if (sign !== undefined) {
      let lastSign = to - 1
      while (lastSign >= first && bytes[lastSign] !== sign) lastSign--
      last = Math.min(last, lastSign)
    }
    if (last < first) return
    if (lead === -1) readLead(shift + leadBytes)
    const takeIfBinary = (start: number, end: number) => {
      // What nothing stands beside is found all the same.
      if (allowed[end - start] === 0 || end > to || end <= signAt || (start === first && end === to)) return
      if (mayBe !== undefined && !mayBe(bytes, start, end)) return
      binary ??= nearestBinary(byteAt, shift + leadBytes, pieceEnd)
      const isNear = start + shift - binary.before <= reach || binary.behind - end - shift < reach
      if (isNear) found.push(start + shift, end + shift)
    }
    for (let start = Math.max(first, lead + 1); start <= last; start++) {
      if (sign !== undefined) while (signAt < start || bytes[signAt] !== sign) signAt++
      const count = lengthsBefore(bytes, start, lead, said)
      for (let one = 0; one < count; one++) takeIfBinary(start, start + said[one]!)
      // The length may be that of a text which begins with what the run is.
      if (start === first || allowed[to - start] === 0 || to <= signAt) continue
      let isWhole = endsAt(to + shift, start + shift + 256 * bytes[start - 2]! + bytes[start - 1]!)
      for (let one = 0; one < count; one++) isWhole ||= endsAt(to + shift, start + shift + said[one]!)
      if (isWhole) takeIfBinary(start, to)
    }
  }

  /** Whether text goes on from `from` to `end` and ends there: at a zero, at what is no text, or with the record. */
  function endsAt(from: number, end: number): boolean {
    if (end <= from || end - from > longestText || !isEndAt(byteAt, end)) return false
    if (from < unended.from || from > unended.to) unended.from = unended.to = from
    while (unended.to < end && !isEndAt(byteAt, unended.to)) unended.to++
    return unended.to === end
  }
}

/** Of UUIDs, written plainly and in groups. */
const uuidLengths = [32, 36]

function kindOf(index: SubjectIndex, { shape, lengths }: SoughtShapes[number]): Kind {
  const own = shape === 'uuid' ? uuidLengths : lengths.filter((length) => length >= leastByChance)
  return {
    alphabet: alphabetOf([{ shape, lengths }]),
    allowed: lengthTable(own),
    shortest: Math.min(...own),
    sign: shape === 'email' ? atSign : undefined,
    mayBe: shape === 'uuid' || shape === 'digest' ? undefined : lookUpOf(index, shape),
  }
}

function lookUpOf(index: SubjectIndex, shape: Shape): NonNullable<Kind['mayBe']> {
  const fold = index.caseRule === 'fold' ? lowerCased : asIs
  const folded = new Uint8Array(256)
  const probe = createProbe(index, shape, { bytes: folded, view: new DataView(folded.buffer) })
  return (bytes, start, end) => {
    for (let at = start; at < end; at++) folded[at - start] = fold[bytes[at]!]!
    return probe(0, end - start) !== -1
  }
}

/**
 * How long what begins at `start` is by what stands in front: a byte or the last one of several (DER, Java, protobuf, MessagePack, CBOR), the same as a
 * zigzag (Avro), with a type in its upper bits (CBOR, RFC 8949, 3.1; fixstr of MessagePack, strings of property lists of Apple), five more (Marshal of Ruby), two bytes of a varint, or
 * a number from its end (pickle). Returns how many lengths it wrote; nothing is known before `lead`.
 */
function lengthsBefore(bytes: Uint8Array, start: number, lead: number, said: Uint8Array): number {
  const last = bytes[start - 1]!
  let count = 0
  said[count++] = last
  if ((last & 1) === 0) said[count++] = last >> 1
  if (last > 0x60 && last < 0x78) said[count++] = last - 0x60
  if (last > 0x40 && last < 0x58) said[count++] = last - 0x40
  if (last > 0xa0 && last < 0xc0) said[count++] = last - 0xa0
  if (last > 0x50 && last < 0x5f) said[count++] = last - 0x50
  if (last > 5) said[count++] = last - 5
  if (start > lead + 1 && last > 0 && last < 4 && bytes[start - 2]! >= 0x80) {
    const varint = (bytes[start - 2]! & 0x7f) | (last << 7)
    if (varint < 256) said[count++] = varint
    if ((varint & 1) === 0) said[count++] = varint >> 1
  }
  if (last === 0) {
    const least = Math.max(lead, start - leadBytes)
    let at = start - 2
    while (at > least && bytes[at] === 0) at--
    if (at >= least) said[count++] = bytes[at]!
  }
  return count
}

/**
 * Where the nearest byte of no text is on either side of a piece of text, in what is decoded together: a control byte, or one that is no part of a character in UTF-8.
 */
function nearestBinary(byteAt: ByteAt, start: number, end: number): { before: number; behind: number } {
  let before = start - 1
  while (before >= start - reach && byteAt(before) !== -1 && !isBinaryAt(byteAt, before)) before--
  let behind = end
  while (behind < end + reach && byteAt(behind) !== -1 && !isBinaryAt(byteAt, behind)) behind++
  return {
    before: before >= start - reach && byteAt(before) !== -1 ? before : -Infinity,
    behind: behind < end + reach && byteAt(behind) !== -1 ? behind : Infinity,
  }
}

const isEndAt = (byteAt: ByteAt, index: number) => byteAt(index) <= 0 || isBinaryAt(byteAt, index)

function isBinaryAt(byteAt: ByteAt, index: number): boolean {
  const byte = byteAt(index)
  if (byte < 0x80) return (byte < 0x20 || byte === 0x7f) && byte !== 0 && !isSpace(byte)
  let lead = index
  while (index - lead < 3 && isContinuation(byteAt(lead))) lead--
  const length = lengthOf(byteAt(lead))
  if (index - lead >= length) return true
  for (let at = lead + 1; at < lead + length; at++) if (!isContinuation(byteAt(at))) return true
  return false
}

const isContinuation = (byte: number) => byte >= 0x80 && byte < 0xc0
const isSpace = (byte: number) => byte === 9 || byte === 10 || byte === 13

/** Bytes of a character in UTF-8 that begins with this one; 0 for what begins none. */
function lengthOf(lead: number): number {
  if (lead >= 0xc2 && lead < 0xe0) return 2
  if (lead >= 0xe0 && lead < 0xf0) return 3
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0
}
