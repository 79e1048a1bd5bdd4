import {
  type Alphabet,
  domainCharacters,
  localCharacters,
  localEscapeSigns,
  localSpecials,
  localTrimmed,
  suffixes,
  trimmedCharacters,
} from '../finders/alphabets.ts'
import { mayGlue } from '../finders/escapes.ts'
import type { MemoryLayout } from './lay-out-memory.ts'

/** Tables in the order of `assembly/memory.ts`. */
const tables: readonly Alphabet[] = [
  mayGlue,
  trimmedCharacters,
  localCharacters,
  domainCharacters,
  localSpecials,
  localEscapeSigns,
  localTrimmed,
  suffixTable(),
]

/** Characters of a local part behind which no other one may begin. */
const plainLocal = localCharacters.map((belongs, byte) =>
  localSpecials[byte] === 0 && localEscapeSigns[byte] === 0 ? belongs : 0,
)
/** What the kernel computes with, 16 bytes each: the order is the kernel's. */
const constants: readonly Uint8Array[] = [
  ...[Uint8Array.of(1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0), sixteen(0x0f), sixteen(0)],
  ...[sixteen(0x30 + 128), sixteen(10 + 128), sixteen(0x40)],
  ...[fourOf(0xcc9e2d51), fourOf(0x1b873593), fourOf(0x85ebca6b), fourOf(0xc2b2ae35)],
  ...[sixteen(0x80 - 0x41), sixteen(0x80 - 0x5b), fourOf(1), fourOf(3)],
  ...[columnsOf(localCharacters), columnsOf(plainLocal), columnsOf(domainCharacters)],
  ...[fourOf(0x9e3779b1), sixteen(0xff)],
  Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128),
  // What digits are made with: factors for quotients, powers of ten, the first four numbers, and sixteen bits in words of four digits.
  ...[fourOf(0xd1b71759), fourOf(10_000), eightOf(3), eightOf(5243), eightOf(100), eightOf(103), eightOf(10)],
  ...[sixteen(0x30), ...powersOfTen(), new Uint8Array(Uint32Array.of(0, 1, 2, 3).buffer), ...sixteenBits()],
  sixteen(0x0a),
  Uint8Array.from(Buffer.from('0123456789abcdef')),
]

/** Writes what is the same for every index: tables, constants, and for `setUp` where everything is. */
export function writeConstants(buffer: ArrayBuffer, layout: MemoryLayout): void {
  const bytes = new Uint8Array(buffer)
  bytes.set(Buffer.concat(tables), layout.tables)
  constants.forEach((constant, at) => {
    bytes.set(constant, layout.constants + at * 16)
  })
  const words = (at: number, ...values: number[]) => new Uint32Array(buffer, at, values.length).set(values)
  words(layout.lists, layout.block, layout.tables, layout.masks, layout.tokens)
  words(layout.lists + 16, layout.starts, layout.ends, layout.stops, layout.plainDigits)
  words(layout.lists + 32, layout.constants, layout.sieve, layout.runMasks, layout.digitMasks)
  words(layout.lists + 48, layout.exponentMasks, layout.signWords, layout.spots, layout.spotCounts)
  words(layout.lists + 64, layout.queues, layout.knownNumbers)
}

/** Endings of names of files, in small letters, by the upper ten bits of what their bytes, little-endian, are multiplied to. */
function suffixTable(): Uint8Array {
  const table = new Uint8Array(1024)
  for (const suffix of suffixes) {
    const text = Buffer.alloc(8)
    text.write(suffix, 'latin1')
    table[Number(BigInt.asUintN(64, text.readBigUInt64LE() * 0x9e3779b97f4a7c15n) >> 54n)] = 1
  }
  return table
}

/** An alphabet of ASCII characters by the low halves of their codes: a bit for each high half. */
export function columnsOf(alphabet: Alphabet): Uint8Array {
  const columns = allColumnsOf(alphabet)
  if (columns.subarray(16).some((column) => column !== 0))
    throw new Error('kernel: alphabet: expected ASCII characters only')
  return columns.subarray(0, 16)
}

/** Any alphabet: 16 columns of bytes below 0x80, then 16 of the others. */
export function allColumnsOf(alphabet: Alphabet): Uint8Array {
  const columns = new Uint8Array(32)
  alphabet.forEach((belongs, byte) => {
    if (belongs !== 0) columns[(byte >> 7) * 16 + (byte & 15)]! |= 1 << ((byte >> 4) & 7)
  })
  return columns
}

function sixteen(byte: number): Uint8Array {
  return new Uint8Array(16).fill(byte)
}

/** A sign bit for each, then for the last word of four digits and those before it what is multiplied by the parts of a number, two by two, and what signs take away. */
function sixteenBits(): Uint8Array[] {
  const pair = (low: number, high: number) => fourOf(low + high * 0x10000)
  const rest = (sum: number) => fourOf(sum * 0x8000)
  return [
    ...[fourOf(0x80008000), pair(1, 5536), pair(7296, 656), rest(1 + 5536 + 7296 + 656)],
    ...[pair(0, 6), pair(9496, 7671), rest(6 + 9496 + 7671), pair(42, 4749), rest(42 + 4749)],
    ...[pair(0, 281), rest(281)],
  ]
}

function powersOfTen(): Uint8Array[] {
  const powers = BigUint64Array.from({ length: 20 }, (_, exponent) => 10n ** BigInt(exponent))
  return Array.from({ length: 10 }, (_, pair) => new Uint8Array(powers.buffer, pair * 16, 16))
}

function eightOf(word: number): Uint8Array {
  return new Uint8Array(Uint16Array.from({ length: 8 }, () => word).buffer)
}

function fourOf(word: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(word, word, word, word).buffer)
}
