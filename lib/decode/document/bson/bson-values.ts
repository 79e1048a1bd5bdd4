import { doubleText, int64Text, uuidText } from '../../database/number-text.ts'
import { type Numbering, valueWriter } from '../../database/value-writer.ts'
import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import { decimal128Text } from './decimal128.ts'
import { type BsonElement, bsonElements, bsonType } from './elements.ts'

/** Documents inside of each other; servers allow 100. */
const mostDepth = 200

/** Names that were delivered are remembered up to this number, so that each document does not repeat them. */
const mostNames = 10_000

/** Delivers documents: their values in `values`, a row for each document, and names of fields in `names`. */
export type BsonValues = {
  /** @throws DecodingStopped where `bytes` are not exactly one document. `offset`: where it begins */
  write(bytes: Buffer, offset: number): Promise<void>
  end(isComplete: boolean): Promise<void>
}

export function bsonValues(path: readonly string[], decoding: Decoding, numbering: Numbering): BsonValues {
  const values = valueWriter('values', path, decoding, numbering)
  const names = valueWriter('names', path, decoding, numbering)
  const known = new Set<string>()
  let newNames: Buffer[] = []
  let offset = 0

  const stop = (reason: 'corrupt' | 'limit', expected: string) =>
    new DecodingStopped(reason, path, offset, `bson: expected ${expected}`)

  function noteName(name: Buffer): void {
    const text = name.toString('latin1')
    if (known.has(text)) return
    if (known.size < mostNames && text.length < 200) known.add(text)
    newNames.push(name)
  }

  function writeDocument(bytes: Buffer, isArray: boolean, depth: number): void {
    if (depth > mostDepth) throw stop('limit', `at most ${mostDepth} documents inside each other`)
    const parsed = bsonElements(bytes)
    if (parsed === undefined || !parsed.isWhole || parsed.end !== bytes.length) throw stop('corrupt', 'a document')
    for (const [index, element] of parsed.elements.entries()) {
      const name = bytes.subarray(element.nameAt, element.nameEnd)
      if (!isArray || name.toString('latin1') !== String(index)) noteName(name)
      writeValue(bytes, element, depth)
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
    if (subtype === 6)
      addGap(decoding, { reason: 'encrypted', path, offset, detail: 'bson: expected values that are not encrypted' })
    values.binary(value)
  }

  function terminated(value: Buffer): Buffer {
    if (value.at(-1) !== 0) throw stop('corrupt', 'a text that ends with a zero byte')
    return value.subarray(0, -1)
  }

  return {
    async write(bytes, at) {
      offset = at
      writeDocument(bytes, false, 1)
      await values.endRow()
      for (const name of newNames) {
        names.text(name)
        await names.endRow()
      }
      newNames = []
    },
    async end(isComplete) {
      await values.end(isComplete)
      await names.end(isComplete)
    },
  }
}

/** Places of a UUID's bytes as drivers for C# and for Java stored them. */
const oldOrders = [
  [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15],
  [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8],
]
