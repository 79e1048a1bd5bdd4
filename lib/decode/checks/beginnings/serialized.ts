import { isUtf8 } from 'node:buffer'
import { firstControlByte } from '../control-bytes.ts'
import { isAt } from './goes-on.ts'

/** Whether bytes are characters in UTF-8, of which the last one may be cut. */
export const areCharacters = (bytes: Buffer): boolean =>
  [0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, Math.max(0, bytes.length - cut))))

/** The same of characters that text has. */
export const isText = (bytes: Buffer): boolean => firstControlByte(bytes) === -1 && areCharacters(bytes)

const isPrintable = (bytes: Buffer): boolean => bytes.every((byte) => byte > 0x20 && byte < 0x7f)

/**
 * Apache Parquet: the header of the first page, or the metadata of no pages, which begin with a number in the first field of a structure (compact protocol of
 * Thrift); or the length of a header that is encrypted, which is short.
 */
export const isParquet = (bytes: Buffer): boolean =>
  (isAt(bytes, 4, (field) => field === 0x15) &&
    isAt(bytes, 5, (value) => value <= 6 && value % 2 === 0) &&
    isAt(bytes, 6, (next) => next === 0x15 || next === 0x19)) ||
  (isAt(bytes, 6, (byte) => byte === 0) && isAt(bytes, 7, (byte) => byte === 0))

/** Avro 1.12, "Object container files": a map of metadata, each behind its length: a name, and a value, which is text in those that are known. */
export function isAvro(bytes: Buffer): boolean {
  const count = longAt(bytes, 4)
  // A number below zero is that of the entries, and behind it is how many bytes they are.
  const size = count.value < 0 ? longAt(bytes, count.end) : count
  if (count.value === 0 || Math.abs(count.value) > 100 || size.value < 0) return false
  let at = size.end
  for (let entry = 0; entry < Math.abs(count.value) && at < bytes.length; entry++) {
    const name = longAt(bytes, at)
    if (name.value < 1 || name.value > 200 || !isPrintable(bytes.subarray(name.end, name.end + name.value)))
      return false
    const value = longAt(bytes, name.end + name.value)
    if (value.value < 0 || value.value > 2 ** 24) return false
    at = value.end + value.value
  }
  return true
}

/** A number of Avro: seven bits a byte, the lowest ones first, the sign in the first one. */
function longAt(bytes: Buffer, from: number): { value: number; end: number } {
  let [bits, power, at] = [0, 1, from]
  let byte = 0x80
  while ((byte & 0x80) !== 0 && at < from + 5) {
    // Bytes that are not there are none of a larger number.
    byte = bytes[at++] ?? 0x02
    bits += (byte & 0x7f) * power
    power *= 128
  }
  return { value: bits % 2 === 0 ? bits / 2 : -(bits + 1) / 2, end: at }
}

const java = {
  null: 0x70,
  reference: 0x71,
  description: 0x72,
  text: 0x74,
  block: 0x77,
  reset: 0x79,
  longBlock: 0x7a,
  longText: 0x7c,
}
/** Behind them a description of a class follows. */
const described = new Set([0x73, 0x75, 0x76, 0x7e])

/** Java Object Serialization, 6.4: what is written down has a type, a class has a name, and texts and blocks of bytes have a length. */
export function isJavaStream(bytes: Buffer, from = 4): boolean {
  const type = bytes[from]
  if (type === undefined) return true
  if (type === java.null || type === java.reset) return isJavaStream(bytes, from + 1)
  if (described.has(type)) return isDescription(bytes, from + 1)
  if (type === java.description) return isDescription(bytes, from)
  if (from + 9 > bytes.length) return [java.text, java.block, java.longBlock, java.longText].includes(type)
  if (type === java.text) return isText(bytes.subarray(from + 3, from + 3 + bytes.readUInt16BE(from + 1)))
  if (type === java.longText) return bytes.readUInt32BE(from + 1) === 0
  if (type === java.longBlock) return bytes.readUInt32BE(from + 1) < 2 ** 16
  if (type !== java.block) return false
  return isAt(bytes, from + 2 + bytes[from + 1]!, (next) => next >= java.null && next <= 0x7e)
}

/** References are numbers from 0x7e0000 on. */
function isDescription(bytes: Buffer, at: number): boolean {
  if (at + 3 > bytes.length) return true
  if (bytes[at] === java.reference) return bytes[at + 1] === 0 && bytes[at + 2] === 0x7e
  const length = bytes.readUInt16BE(at + 1)
  // A class of a proxy has a number of interfaces.
  if (bytes[at] === 0x7d) return length === 0
  return (
    bytes[at] === java.description &&
    length > 0 &&
    length < 1024 &&
    isPrintable(bytes.subarray(at + 3, at + 3 + length))
  )
}
