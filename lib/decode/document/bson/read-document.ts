import { doubleText, int64Text, uuidText } from '../../database/number-text.ts'
import type { ValueWriter } from '../../database/value-writer.ts'
import type { DecodingStopped } from '../../decoding.ts'
import type { Step } from '../../format-place.ts'
import { type GrowingBytes, growingBytes } from '../../growing-bytes.ts'
import { appendByte, appendCharacter, cellsOfBytes } from '../../listed-bytes.ts'
import { decimal128Text } from './decimal128.ts'
import { type BsonElement, bsonElements, bsonType } from './elements.ts'
import { isLaterPiece } from './file-piece.ts'

/** Documents inside of each other; servers allow 100. */
const mostDepth = 200

/** Takes the values of a document, a cell each. `trail`: the way to the value that is taken, which is kept there. */
export type DocumentReading = {
  readonly values: Pick<ValueWriter, 'ascii' | 'text' | 'binary' | 'lossy'>
  readonly trail?: Step[]
  stop(reason: 'corrupt' | 'limit', expected: string): DecodingStopped
  /** A field's name, a character for each byte. */
  onName?(name: string): void
  onEncrypted?(): void
  /** The document goes on with what the one before it may have cut. */
  onPiece?(): void
}

/** @throws DecodingStopped where `bytes` are not exactly one document */
export function readDocument(
  bytes: Buffer,
  { values, trail, stop, onName, onEncrypted, onPiece }: DocumentReading,
): void {
  writeDocument(bytes, false, 1)

  function writeDocument(bytes: Buffer, isArray: boolean, depth: number): void {
    if (depth > mostDepth) throw stop('limit', `at most ${mostDepth} documents inside each other`)
    const parsed = bsonElements(bytes)
    if (parsed === undefined || !parsed.isWhole || parsed.end !== bytes.length) throw stop('corrupt', 'a document')
    if (depth === 1 && onPiece !== undefined && isLaterPiece(bytes, parsed.elements)) onPiece()
    for (const [index, element] of parsed.elements.entries()) {
      const { nameAt, nameEnd } = element
      if (onName !== undefined) {
        const name = bytes.toString('latin1', nameAt, nameEnd)
        if (!isArray || name !== String(index)) onName(name)
      }
      trail?.push(isArray ? { item: index } : { member: index + 1, name: bytes.toString('utf8', nameAt, nameEnd) })
      writeValue(bytes, element, depth)
      trail?.pop()
    }
    if (isArray) writeItemsOf(bytes, parsed.elements)
  }

  /** What the items of a list are together. */
  function writeItemsOf(bytes: Buffer, elements: readonly BsonElement[]): void {
    const list = growingBytes()
    if (elements.every((each) => appendByte(list, numberOf(bytes, each))))
      for (const cell of cellsOfBytes(list)) values.ascii(cell)
    list.length = 0
    if (elements.length > 1 && elements.every((each) => isCharacterOf(bytes, each, list)))
      values.text(list.bytes.subarray(0, list.length))
  }

  function writeValue(bytes: Buffer, { type, at, size }: BsonElement, depth: number): void {
    switch (type) {
      case bsonType.document:
      case bsonType.array:
        writeDocument(bytes.subarray(at, at + size), type === bsonType.array, depth + 1)
        break
      case bsonType.string:
      case bsonType.code:
      case bsonType.symbol:
        values.text(terminated(bytes, at + 4, at + size))
        break
      case bsonType.objectId:
        values.ascii(bytes.toString('hex', at, at + size))
        break
      case bsonType.int32:
        values.ascii(String(bytes.readInt32LE(at)))
        break
      case bsonType.int64:
      case bsonType.date:
        values.ascii(int64Text(bytes.readInt32LE(at + 4), bytes.readInt32LE(at)))
        break
      case bsonType.double:
        writeDouble(bytes.readDoubleLE(at))
        break
      case bsonType.boolean:
        if (bytes[at]! > 1) throw stop('corrupt', 'true or false')
        break
      case bsonType.timestamp:
        values.ascii(String(bytes.readUInt32LE(at)))
        values.ascii(String(bytes.readUInt32LE(at + 4)))
        break
      case bsonType.decimal:
        writeDecimal(bytes.subarray(at, at + size))
        break
      case bsonType.binary:
        writeBinary(bytes[at + 4]!, bytes.subarray(at + 5, at + size))
        break
      case bsonType.regex: {
        const middle = bytes.indexOf(0, at)
        values.text(bytes.subarray(at, middle))
        values.text(bytes.subarray(middle + 1, at + size - 1))
        break
      }
      case bsonType.pointer:
        values.text(terminated(bytes, at + 4, at + size - 12))
        values.ascii(bytes.toString('hex', at + size - 12, at + size))
        break
      case bsonType.codeWithScope: {
        const codeEnd = 8 + bytes.readInt32LE(at + 4)
        if (codeEnd < 9 || codeEnd > size - 5) throw stop('corrupt', 'code within its value')
        values.text(terminated(bytes, at + 8, at + codeEnd))
        writeDocument(bytes.subarray(at + codeEnd, at + size), false, depth + 1)
        break
      }
      default:
        // Nothing, and the least and the greatest key.
        break
    }
  }

  function writeDouble(value: number): void {
    const { text, isLossy } = doubleText(value)
    if (isLossy) values.lossy()
    values.ascii(text)
  }

  function writeDecimal(value: Buffer): void {
    const text = decimal128Text(value)
    if (text === undefined) throw stop('corrupt', 'a decimal number')
    values.ascii(text)
  }

  /** UUIDs of the old subtype are in the order of bytes of whoever wrote them; ClickHouse writes those of the new one as Java those of the old. */
  function writeBinary(subtype: number, value: Buffer): void {
    if ((subtype === 3 || subtype === 4) && value.length === 16) {
      values.ascii(uuidText(value))
      for (const order of subtype === 3 ? [orderOfCSharp, orderOfJava] : [orderOfJava])
        values.ascii(uuidText(Buffer.from(order.map((at) => value[at]!))))
      return
    }
    if (subtype === 6) onEncrypted?.()
    values.binary(value)
  }

  function terminated(bytes: Buffer, from: number, to: number): Buffer {
    if (to <= from || bytes[to - 1] !== 0) throw stop('corrupt', 'a text that ends with a zero byte')
    return bytes.subarray(from, to - 1)
  }
}

/** What a number is, or not a number. */
function numberOf(bytes: Buffer, { type, at }: BsonElement): number {
  if (type === bsonType.int32) return bytes.readInt32LE(at)
  if (type === bsonType.int64) return Number(bytes.readBigInt64LE(at))
  return type === bsonType.double ? bytes.readDoubleLE(at) : Number.NaN
}

/** Appends a text of one character. */
const isCharacterOf = (bytes: Buffer, { type, at, size }: BsonElement, list: GrowingBytes): boolean =>
  type === bsonType.string && appendCharacter(list, bytes, at + 4, size - 5)

/** Places of a UUID's bytes as drivers for C# and for Java stored them. */
const orderOfCSharp = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
const orderOfJava = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]
