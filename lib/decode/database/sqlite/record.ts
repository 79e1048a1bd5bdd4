import { doubleText, int64Text } from '../number-text.ts'
import { toUtf8 } from '../utf16.ts'
import type { ValueWriter } from '../value-writer.ts'
import type { TextEncoding } from './header.ts'
import { readVarint, sizeOf, type Varint } from './varint.ts'

/** A value of a record: its serial type (file format, 2.1), where it is and how long. */
export type Field = { type: number; at: number; size: number }

const varint: Varint = { high: 0, low: 0, end: 0 }
/** Bytes of the values of the first serial types. */
const sizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

/**
 * The values of a record; absent unless header and values fill `size` bytes exactly. Of the values `payload` may hold only
 * the first ones.
 */
export function parseRecord(payload: Uint8Array, size = payload.length): Field[] | undefined {
  if (!readVarint(payload, 0, varint)) return undefined
  const headerEnd = sizeOf(varint)
  if (headerEnd > payload.length) return undefined
  const fields: Field[] = []
  let at = headerEnd
  let next = varint.end
  while (next < headerEnd) {
    if (!readVarint(payload, next, varint)) return undefined
    const type = sizeOf(varint)
    const length = type >= 12 ? (type - 12) >>> 1 : sizes[type]
    // A type of 10 or 11 is never stored.
    if (length === undefined || type === Number.POSITIVE_INFINITY) return undefined
    fields.push({ type, at, size: length })
    at += length
    next = varint.end
  }
  return next === headerEnd && at === size ? fields : undefined
}

/** Writes the values of a record as cells of one row. */
export function writeRecord(payload: Uint8Array, fields: Field[], encoding: TextEncoding, out: ValueWriter): void {
  for (const { type, at, size } of fields) {
    const bytes = payload.subarray(at, at + size)
    if (type >= 12) {
      if ((type & 1) === 0) out.binary(bytes)
      else out.text(encoding === 'utf-8' ? bytes : toUtf8(bytes, encoding))
    } else if (type === 7) {
      const { text, isLossy } = doubleText(new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0))
      if (isLossy) out.lossy()
      out.ascii(text)
    } else out.ascii(type === 0 ? '' : integerText(type, bytes))
  }
}

/** An integer of one of the first six serial types, or 8 or 9. */
function integerText(type: number, bytes: Uint8Array): string {
  if (type >= 8) return type === 8 ? '0' : '1'
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return type === 6 ? int64Text(view.readInt32BE(0), view.readInt32BE(4)) : String(view.readIntBE(0, bytes.length))
}

/** The value of a field that is a whole number of up to 48 bits; absent where it is something else. */
export function integerOf(payload: Uint8Array, field: Field | undefined): number | undefined {
  if (field === undefined || field.type === 0 || (field.type > 5 && field.type !== 8 && field.type !== 9))
    return undefined
  return Number(integerText(field.type, payload.subarray(field.at, field.at + field.size)))
}
