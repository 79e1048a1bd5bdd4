import { hex } from './jpeg-writer.ts'

type Note = { tag: number; type: number; count: number; value: Uint8Array }

export const note = (tag: number, value: Uint8Array | string, type = 7): Note => {
  const bytes = Buffer.from(value as string, 'latin1')
  return { tag, type, count: bytes.length, value: bytes }
}

/** Notes as iPhones write them: a directory with its values behind it, from the beginning of the notes on. */
export function appleNotes(...notes: readonly Note[]): Buffer {
  const mark = Buffer.from('Apple iOS\0\0\x01MM', 'latin1')
  let at = mark.length + 6 + 12 * notes.length
  const entries = notes.map(({ tag, type, count, value }) => {
    const entry = Buffer.alloc(12)
    entry.writeUInt16BE(tag)
    entry.writeUInt16BE(type, 2)
    entry.writeUInt32BE(count, 4)
    if (value.length <= 4) entry.set(value, 8)
    else entry.writeUInt32BE(at, 8)
    at += value.length <= 4 ? 0 : value.length
    return entry
  })
  const values = notes.filter(({ value }) => value.length > 4).map(({ value }) => value)
  return Buffer.concat([mark, Buffer.from([0, notes.length]), ...entries, Buffer.alloc(4), ...values])
}

/** A binary property list of objects, each with its marker, of which the first is the one that holds the others. */
export function propertyList(...objects: readonly Uint8Array[]): Buffer {
  let at = 8
  const places = objects.map((object) => {
    at += object.length
    const place = Buffer.alloc(2)
    place.writeUInt16BE(at - object.length)
    return place
  })
  const trailer = Buffer.alloc(32)
  trailer.set([2, 1], 6)
  trailer.writeUInt32BE(objects.length, 12)
  trailer.writeUInt32BE(at, 28)
  return Buffer.concat([Buffer.from('bplist00'), ...objects, ...places, trailer])
}

const counted = (kind: number, count: number, bytes: Uint8Array) =>
  Buffer.concat([Buffer.from([(kind << 4) | 15, 0x11, count >> 8, count & 255]), bytes])

export const listText = (text: Uint8Array | string) => {
  const bytes = Buffer.from(text as string, 'latin1')
  return counted(5, bytes.length, bytes)
}
export const listUtf16 = (text: string) => counted(6, text.length, Buffer.from(text, 'utf16le').swap16())
export const listData = (bytes: Uint8Array) => counted(4, bytes.length, bytes)
export const listArray = (...references: number[]) => Buffer.from([0xa0 | references.length, ...references])
export const listNumber = (number: number) => Buffer.concat([hex('13'), hex(number.toString(16).padStart(16, '0'))])
