import type { Step } from '../../format-place.ts'
import { type GrowingBytes, growingBytes } from '../../growing-bytes.ts'
import { appendByte, appendCharacter, cellsOfBytes } from '../../listed-bytes.ts'
import { lengthWithoutPadding, mayBePadded } from '../byte-values.ts'
import { corrupt } from '../column-fault.ts'
import { writeSigned } from '../decimal-digits.ts'
import { decimalText } from '../decimal-text.ts'
import { type FixedPrinter, floating, interval, uuid } from '../fixed-lines.ts'
import type { RowText } from '../row-text.ts'
import { type AvroBytes, pass, readCount, readLong, readSize } from './avro-bytes.ts'
import { readingsOf } from './iceberg-bounds.ts'

/** Where values are read from and what becomes of them. */
export type AvroReading = {
  input: AvroBytes
  readonly rows: RowText
  depth: number
  /** The way to the value that is read, where somebody wants to know. */
  readonly trail?: Step[]
  /** Whole numbers in the array that is read, while all may be bytes. */
  list?: GrowingBytes | undefined
  /** Texts in it, while all are one character each. */
  characters?: { list: GrowingBytes; count: number } | undefined
  onLossy(): void
  /** Whether bytes are a content of their own, which is read later; their cell stays empty. */
  isContent(bytes: Uint8Array): boolean
}

/** Reads one value and writes its cells. `isEmpty`: values of the type take no bytes and have no cell. */
export type AvroType = { read(reading: AvroReading): void; isEmpty: boolean }

const maxDepth = 500

export const nothing: AvroType = { isEmpty: true, read() {} }

const leaf = (read: AvroType['read']): AvroType => ({ isEmpty: false, read })

export const boolean = leaf(({ input, rows }) => {
  const value = input.bytes[pass(input, 1)]!
  if (value > 1) throw corrupt('avro: expected a truth value')
  rows.asciiCell(value === 1 ? 'true' : 'false')
})

export const long = leaf((reading) => {
  const { input, rows, list } = reading
  readLong(input)
  rows.cell(21)
  rows.out.at = writeSigned(rows.out, rows.out.at, input.high, input.low)
  if (list !== undefined && !appendByte(list, (input.high | 0) * 2 ** 32 + input.low)) reading.list = undefined
})

export const int = leaf((reading) => {
  long.read(reading)
  const { low, high } = reading.input
  if ((high | 0) !== (low | 0) >> 31) throw corrupt('avro: expected a number of 32 bits')
})

/** Values of one width that a printer makes text of. `numberOf`: of numbers, which may be bytes. */
function printed(
  width: number,
  printerOf: (reading: AvroReading) => FixedPrinter,
  numberOf?: (view: DataView, at: number) => number,
): AvroType {
  return leaf((reading) => {
    const { input, rows, list } = reading
    const at = pass(input, width)
    const printer = printerOf(reading)
    rows.cell(printer.longest)
    rows.out.at = printer.print(rows.out, rows.out.at, input.view, at)
    if (list !== undefined && numberOf !== undefined && !appendByte(list, numberOf(input.view, at)))
      reading.list = undefined
  })
}

const floatAt = (view: DataView, at: number) => view.getFloat32(at, true)
const doubleAt = (view: DataView, at: number) => view.getFloat64(at, true)
export const float = printed(4, ({ onLossy }) => floating(floatAt, 2 ** 24, onLossy), floatAt)
export const double = printed(8, ({ onLossy }) => floating(doubleAt, 2 ** 53, onLossy), doubleAt)
export const fixedUuid = printed(16, () => uuid)
export const duration = printed(12, () => interval)

export const text = leaf((reading) => {
  const { input, rows, characters } = reading
  const length = readSize(input)
  const from = pass(input, length)
  rows.bytesCell(input.bytes, from, length)
  if (characters === undefined) return
  characters.count += 1
  if (!appendCharacter(characters.list, input.bytes, from, length)) reading.characters = undefined
})

export const bytes = leaf((reading) => bytesOf(reading, readSize(reading.input)))

export const fixed = (size: number): AvroType =>
  size === 0 ? nothing : leaf((reading) => bytesOf(reading, size, mayBePadded(size)))

function bytesOf(reading: AvroReading, length: number, isPadded = false): void {
  const { input, rows } = reading
  const from = pass(input, length)
  const isContent = reading.isContent(input.bytes.subarray(from, from + length))
  const kept = isPadded ? lengthWithoutPadding(input.bytes, from, length) : length
  rows.bytesCell(input.bytes, from, isContent ? 0 : kept)
}

/** A bound in a manifest of Iceberg: the numbers that it may be, each a cell, and its bytes where these may be anything else. */
export const bound = (mayBeBytes: boolean): AvroType =>
  leaf(({ input, rows, isContent }) => {
    const length = readSize(input)
    const from = pass(input, length)
    const value = input.bytes.subarray(from, from + length)
    const { numbers, isText } = readingsOf(value, mayBeBytes)
    for (const number of numbers) rows.asciiCell(number)
    if (isText) rows.bytesCell(input.bytes, from, isContent(value) ? 0 : length)
  })

/** `size`: of a fixed value; absent, each has its own. */
export const decimal = (scale: number, size?: number): AvroType =>
  leaf(({ input, rows }) => {
    const length = size ?? readSize(input)
    const from = pass(input, length)
    rows.asciiCell(decimalText(input.bytes.subarray(from, from + length), scale))
  })

export const enumeration = (symbols: readonly Uint8Array[]): AvroType =>
  leaf(({ input, rows }) => {
    const symbol = symbols[readCount(input)]
    if (symbol === undefined) throw corrupt('avro: expected a symbol of the enumeration')
    rows.bytesCell(symbol, 0, symbol.length)
  })

function deeper(reading: AvroReading, read: () => void): void {
  if (reading.depth >= maxDepth) throw corrupt(`avro: expected at most ${maxDepth} values inside each other`)
  reading.depth += 1
  read()
  reading.depth -= 1
}

export const union = (branches: readonly AvroType[]): AvroType =>
  leaf((reading) => {
    const branch = branches[readCount(reading.input)]
    if (branch === undefined) throw corrupt('avro: expected a branch of the union')
    deeper(reading, () => branch.read(reading))
  })

/** Without `names` its fields are no step on the way to a value. `isEmpty` is asked once the fields are known, since a record may be inside itself. @throws ColumnFault if it always is */
export function record(fields: readonly AvroType[], names: readonly string[] = []): AvroType {
  function readNamed(reading: AvroReading, trail: Step[]): void {
    for (const [index, field] of fields.entries()) {
      if (field.isEmpty) continue
      trail.push({ member: index + 1, name: names[index]! })
      field.read(reading)
      trail.pop()
    }
  }

  let isEmpty: boolean | undefined
  let isAsked = false
  let withBytes: readonly AvroType[] | undefined
  return {
    get isEmpty() {
      if (isEmpty !== undefined) return isEmpty
      if (isAsked) throw corrupt('avro: expected records with an end')
      isAsked = true
      // Fields without bytes may hold others over and over: to read them would take time and nothing else.
      withBytes = fields.filter((field) => !field.isEmpty)
      isEmpty = withBytes.length === 0
      return isEmpty
    },
    read(reading) {
      deeper(reading, () => {
        if (this.isEmpty) return
        if (reading.trail === undefined || names.length === 0) for (const field of withBytes!) field.read(reading)
        else readNamed(reading, reading.trail)
      })
    },
  }
}

function writeText({ rows }: AvroReading, text: string): void {
  const bytes = Buffer.from(text)
  rows.bytesCell(bytes, 0, bytes.length)
}

/** Items in blocks, each with its count before it; a negative one is followed by the size of the block. */
export const array = (item: AvroType): AvroType =>
  leaf((reading) => {
    const { input, trail, rows, list: outerList, characters: outerCharacters } = reading
    let items = 0
    reading.list = growingBytes()
    reading.characters = { list: growingBytes(), count: 0 }
    const readItem = (reading: AvroReading): void => {
      trail?.push({ item: items })
      items += 1
      item.read(reading)
      trail?.pop()
    }
    deeper(reading, () => {
      for (;;) {
        const count = readCount(input)
        if (count === 0) break
        const size = count < 0 ? readSize(input) : undefined
        const from = input.at
        // Items without bytes have no cells: to count them would take time and nothing else.
        if (!item.isEmpty) for (let left = Math.abs(count); left > 0; left--) readItem(reading)
        if (size !== undefined && input.at - from !== size)
          throw corrupt('avro: expected a block of items of its stated size')
      }
    })
    if (reading.list?.length === items) for (const cell of cellsOfBytes(reading.list)) writeText(reading, cell)
    const { characters } = reading
    if (characters?.count === items && items > 1) rows.bytesCell(characters.list.bytes, 0, characters.list.length)
    reading.list = outerList
    reading.characters = outerCharacters
  })

export const map = (value: AvroType): AvroType => array(record([text, value]))
