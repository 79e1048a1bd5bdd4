import type { RowText } from '../row-text.ts'
import { type ProtoValue, packedIn, visitFields, wire } from './protobuf.ts'

/**
 * What the fields of a message hold, by their ids. `number`: a size, a count, a place, a flag, which are the format's own; `numbers`: several,
 * one by one or packed. `signed` and `double`: values of a column. `text`: bytes that are text. `hidden`: bytes that are read elsewhere, or
 * bits of a Bloom filter; `words`: such bits by 64. A field that is not listed is content, whatever it holds, and so is one that is
 * written in another way, and a number beyond any size.
 */
export type Fields = {
  readonly [id: number]: 'number' | 'numbers' | 'signed' | 'double' | 'text' | 'hidden' | 'words' | Fields
}

const integers: Fields = { 1: 'signed', 2: 'signed', 3: 'signed' }
const doubles: Fields = { 1: 'double', 2: 'double', 3: 'double' }
const texts: Fields = { 1: 'text', 2: 'text', 3: 'signed', 4: 'text', 5: 'text' }
const decimals: Fields = { 1: 'text', 2: 'text', 3: 'text' }
const times: Fields = { 1: 'signed', 2: 'signed', 3: 'signed', 4: 'signed', 5: 'number', 6: 'number' }
const collections: Fields = { 1: 'number', 2: 'number', 3: 'number' }

/** orc_proto.proto, `ColumnStatistics`. */
export const columnStatistics: Fields = {
  1: 'number',
  2: integers,
  3: doubles,
  4: texts,
  5: { 1: 'numbers' },
  6: decimals,
  7: integers,
  8: { 1: 'signed' },
  9: times,
  10: 'number',
  11: 'number',
  12: collections,
}

/** `RowIndex`, `BloomFilterIndex`, `StripeStatistics`. */
export const rowIndex: Fields = { 1: { 1: 'numbers', 2: columnStatistics } }
export const bloomFilters: Fields = { 1: { 1: 'number', 2: 'words', 3: 'hidden' } }
export const stripeStatistics: Fields = { 1: columnStatistics }

const pair: Fields = { 1: 'text', 2: 'text' }
const type: Fields = { 1: 'number', 2: 'numbers', 3: 'text', 4: 'number', 5: 'number', 6: 'number', 7: pair }
const stripe: Fields = { 1: 'number', 2: 'number', 3: 'number', 4: 'number', 5: 'number', 6: 'number' }

/** `PostScript`, whose field 8000 is the magic text. */
export const postScript: Fields = {
  1: 'number',
  2: 'number',
  3: 'number',
  4: 'numbers',
  5: 'number',
  6: 'number',
  7: 'number',
  8000: 'hidden',
}

/** `Footer`, without statistics. Encrypted columns are a gap in any case. */
export const footer: Fields = {
  1: 'number',
  2: 'number',
  3: stripe,
  4: type,
  5: pair,
  6: 'number',
  7: 'hidden',
  8: 'number',
  9: 'number',
  10: 'hidden',
  11: 'number',
  12: 'text',
}

/** `StripeFooter`. */
export const stripeFooter: Fields = {
  1: { 1: 'number', 2: 'number', 3: 'number' },
  2: { 1: 'number', 2: 'number', 3: 'number' },
  3: 'text',
}

/** Writes everything in a message that is content, a line each. @throws ColumnFault */
export function writeContent(bytes: Uint8Array, fields: Fields, rows: RowText): void {
  visitFields(bytes, (id, value, type) => {
    const known = fields[id]
    if (typeof known === 'object' && type === wire.bytes) {
      writeContent(value as Uint8Array, known, rows)
      return
    }
    if (isOfFormat(value, type, known)) return
    const line = textOf(value, type, known)
    if (typeof line === 'string') rows.asciiCell(line)
    else rows.bytesCell(line, 0, line.length)
    rows.endRow()
  })
}

/** @throws ColumnFault */
function isOfFormat(value: ProtoValue, type: number, known: Fields[number] | undefined): boolean {
  switch (known) {
    case 'number':
      return typeof value === 'number'
    case 'numbers':
      if (type === wire.bytes) packedIn(value as Uint8Array)
      return type === wire.bytes || typeof value === 'number'
    case 'hidden':
      return type === wire.bytes
    case 'words':
      return type === wire.fixed64
    default:
      return false
  }
}

function textOf(value: ProtoValue, type: number, known: Fields[number] | undefined): string | Uint8Array {
  if (typeof value === 'number' || typeof value === 'bigint')
    return known === 'signed' ? String(unzigzag(BigInt(value))) : String(value)
  if (type === wire.bytes) return value
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  if (type === wire.fixed32) return String(view.getUint32(0, true))
  if (known !== 'double') return String(view.getBigUint64(0, true))
  const double = view.getFloat64(0, true)
  return Number.isInteger(double) ? String(BigInt(double)) : String(double)
}

const unzigzag = (value: bigint) => (value >> 1n) ^ -(value & 1n)
