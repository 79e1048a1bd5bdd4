import { type Printer, printerOf } from './field-values.ts'

/** `at`: where its bytes begin in a record. `print`: absent for text. */
export type DbfField = {
  readonly at: number
  readonly length: number
  readonly print?: Printer
}

/** `texts`: names, and what else can be written into the header. `unread`: a type of which values are not read. */
export type DbfHeader = {
  readonly recordLength: number
  readonly records: number
  readonly fields: readonly DbfField[]
  readonly texts: readonly Buffer[]
  readonly isEncrypted: boolean
  readonly unread: boolean
}

const fixedLength = 32
const fieldLength = 32
const endOfFields = 0x0d
/** dBASE III to IV, FoxPro, and Visual FoxPro, whose numbers may be binary. */
const versions = new Set([0x03, 0x83, 0x8b, 0xf5, 0x30, 0x31, 0x32])
const visual = (version: number) => version >= 0x30 && version <= 0x32

/** A name, a zero byte behind it, and a type. */
const descriptor = /^[A-Za-z_\x80-\xff][\w$#\x80-\xff]{0,9}\0/
const types = /[A-Z@+0]/

/** Whether a content begins with the header of a table, as far as its first bytes show it. */
export function isDbfHead(head: Uint8Array): boolean {
  if (!versions.has(head[0] ?? 0) || head.length < fixedLength + fieldLength) return false
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  const isDate = bytes[2]! <= 12 && bytes[3]! <= 31
  const end = bytes.readUInt16LE(8)
  if (!isDate || end <= fixedLength + fieldLength || bytes.readUInt16LE(10) < 2) return false
  for (let at = fixedLength; at + fieldLength <= bytes.length && at < end; at += fieldLength) {
    if (bytes[at] === endOfFields) return at > fixedLength
    if (!isDescriptor(bytes, at)) return false
  }
  return true
}

const isDescriptor = (bytes: Buffer, at: number) =>
  descriptor.test(bytes.toString('latin1', at, at + 11)) && types.test(String.fromCharCode(bytes[at + 11]!))

/** Bytes of the whole header. */
export const headerLengthOf = (head: Buffer): number => head.readUInt16LE(8)

/** A header of which all bytes are there; absent: its fields are not as long as a record. */
export function parseDbfHeader(bytes: Buffer): DbfHeader | undefined {
  const isVisual = visual(bytes[0]!)
  const recordLength = bytes.readUInt16LE(10)
  const texts = [bytes.subarray(16, 28)]
  const described: Buffer[] = []
  let at = fixedLength
  for (; at + fieldLength <= bytes.length && bytes[at] !== endOfFields; at += fieldLength) {
    if (!isDescriptor(bytes, at)) return undefined
    described.push(bytes.subarray(at, at + fieldLength))
    texts.push(bytes.subarray(at, at + 11), bytes.subarray(at + 24, at + 31))
  }
  if (bytes[at] !== endOfFields) return undefined
  texts.push(bytes.subarray(at + 1))
  const typeOf = (field: Buffer) => String.fromCharCode(field[11]!)
  // Texts of more than 255 bytes have the rest of their length where others have digits (Clipper, FoxPro).
  const short = described.map((field) => field[16]!)
  const long = described.map((field) => field[16]! + (typeOf(field) === 'C' ? field[17]! * 256 : 0))
  const lengths = [short, long].find((each) => each.reduce((sum, length) => sum + length, 1) === recordLength)
  if (lengths === undefined) return undefined
  let next = 1
  let unread = false
  const fields: DbfField[] = []
  for (const [index, field] of described.entries()) {
    const length = lengths[index]!
    const printer = printerOf(typeOf(field), length, isVisual)
    unread ||= printer === undefined
    fields.push({ at: next, length, ...(typeof printer === 'function' && { print: printer }) })
    next += length
  }
  const isEncrypted = bytes[15] !== 0
  return { recordLength, records: bytes.readUInt32LE(4), fields, texts, isEncrypted, unread }
}
