import { doubleText, int64Text, uuidText } from '../../database/number-text.ts'
import type { ValueWriter } from '../../database/value-writer.ts'
import type { DecodingStopped } from '../../decoding.ts'
import type { Step } from '../../format-place.ts'
import { decimal128Text } from './decimal128.ts'
import { type BsonElement, bsonElements, bsonType } from './elements.ts'

/** Documents inside of each other; servers allow 100. */
const mostDepth = 200

/** Takes the values of a document, a cell each. `trail`: the way to the value that is taken, which is kept there. */
export type DocumentReading = {
  readonly values: Pick<ValueWriter, 'ascii' | 'text' | 'binary' | 'lossy'>
  readonly trail?: Step[]
  stop(reason: 'corrupt' | 'limit', expected: string): DecodingStopped
  onName?(name: Buffer): void
  onEncrypted?(): void
}

/** @throws DecodingStopped where `bytes` are not exactly one document */
export function readDocument(bytes: Buffer, { values, trail, stop, onName, onEncrypted }: DocumentReading): void {
  writeDocument(bytes, false, 1)

  function writeDocument(bytes: Buffer, isArray: boolean, depth: number): void {
    if (depth > mostDepth) throw stop('limit', `at most ${mostDepth} documents inside each other`)
    const parsed = bsonElements(bytes)
    if (parsed === undefined || !parsed.isWhole || parsed.end !== bytes.length) throw stop('corrupt', 'a document')
    for (const [index, element] of parsed.elements.entries()) {
      const name = bytes.subarray(element.nameAt, element.nameEnd)
      if (!isArray || name.toString('latin1') !== String(index)) onName?.(name)
      trail?.push(isArray ? { item: index } : { member: index + 1, name: name.toString('utf8') })
      writeValue(bytes, element, depth)
      trail?.pop()
    }
  }

  function writeValue(bytes: Buffer, { type, at, size }: BsonElement, depth: number): void {
    const value = bytes.subarray(at, at + size)
    if (type === bsonType.document || type === bsonType.array) writeDocument(value, type === bsonType.array, depth + 1)
    else if (type === bsonType.codeWithScope) {
      const codeEnd = 8 + value.readInt32LE(4)
      if (codeEnd < 9 || codeEnd > size - 5) throw stop('corrupt', 'code within its value')
      values.text(terminated(value.subarray(8, codeEnd)))
      writeDocument(value.subarray(codeEnd), false, depth + 1)
    } else if (type === bsonType.binary) writeBinary(value[4]!, value.subarray(5))
    else if (type === bsonType.double) {
      const { text, isLossy } = doubleText(value.readDoubleLE(0))
      if (isLossy) values.lossy()
      values.ascii(text)
    } else if (type === bsonType.regex) {
      const middle = value.indexOf(0)
      values.text(value.subarray(0, middle))
      values.text(value.subarray(middle + 1, -1))
    } else if (type === bsonType.pointer) {
      values.text(terminated(value.subarray(4, -12)))
      values.ascii(value.subarray(-12).toString('hex'))
    } else if (type === bsonType.string || type === bsonType.code || type === bsonType.symbol)
      values.text(terminated(value.subarray(4)))
    else for (const text of numbersOf(type, value)) values.ascii(text)
  }

  function numbersOf(type: number, value: Buffer): string[] {
    switch (type) {
      case bsonType.objectId:
        return [value.toString('hex')]
      case bsonType.boolean:
        if (value[0]! > 1) throw stop('corrupt', 'true or false')
        return []
      case bsonType.int32:
        return [String(value.readInt32LE(0))]
      case bsonType.timestamp:
        return [String(value.readUInt32LE(0)), String(value.readUInt32LE(4))]
      case bsonType.date:
      case bsonType.int64:
        return [int64Text(value.readInt32LE(4), value.readInt32LE(0))]
      case bsonType.decimal: {
        const text = decimal128Text(value)
        if (text === undefined) throw stop('corrupt', 'a decimal number')
        return [text]
      }
      default:
        // Nothing, and the least and the greatest key.
        return []
    }
  }

  /** UUIDs of the old subtype are in the order of bytes of whoever wrote them. */
  function writeBinary(subtype: number, value: Buffer): void {
    if ((subtype === 3 || subtype === 4) && value.length === 16) {
      values.ascii(uuidText(value))
      if (subtype === 3)
        for (const order of oldOrders) values.ascii(uuidText(Buffer.from(order.map((at) => value[at]!))))
      return
    }
    if (subtype === 6) onEncrypted?.()
    values.binary(value)
  }

  function terminated(value: Buffer): Buffer {
    if (value.at(-1) !== 0) throw stop('corrupt', 'a text that ends with a zero byte')
    return value.subarray(0, -1)
  }
}

/** Places of a UUID's bytes as drivers for C# and for Java stored them. */
const oldOrders = [
  [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15],
  [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8],
]
