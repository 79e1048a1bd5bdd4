import { ReadFailed } from '../../../errors.ts'
import { beginsWith } from '../../begins-with.ts'
import { byteSource } from '../../byte-source.ts'
import { decodeMember } from '../../decode-member.ts'
import { addGap, countProduced, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { inOne } from '../../next-bytes.ts'
import type { RowTeller } from '../../sink.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { type PlacedSource, placedSource } from '../placed-source.ts'
import { type RowText, rowText } from '../row-text.ts'
import { lineOf, type TextContent, textContent } from '../text-content.ts'
import { type AvroBytes, AvroCut, avroBytes, pass, readCount, readSize } from './avro-bytes.ts'
import { decompressBlock } from './avro-codecs.ts'
import { typeOfSchema } from './avro-schema.ts'
import type { AvroReading, AvroType } from './avro-values.ts'
import { mayHaveBytes } from './iceberg-bounds.ts'
import { type RecordPlaces, recordPlaces } from './record-places.ts'

/** Avro object container files (specification 1.12, "Object Container Files"). */
export const avro: Format = { name: 'avro', kind: 'table', isFormat: isAvro, read: readAvro }

const magic = Buffer.from('Obj\x01', 'latin1')
const syncLength = 16
const maxHeader = 2 ** 26

function isAvro(head: Uint8Array): boolean {
  return beginsWith(head, magic)
}

/**
 * Keys and values of the metadata, the schema among them, are lines of `[...path, 'metadata']`. Each record is a line of
 * `[...path, 'records']`, its values in the order of the schema, without nulls and names of fields. A value of bytes that is a container is
 * `[...path, 'value-7']`. A block that cannot be read is a gap, and the next one is read.
 */
async function readAvro({ source, path }: Content, decoding: Decoding): Promise<void> {
  const placed = placedSource(source, 0, path, decoding)
  const stop = ({ reason, message }: ColumnFault) => new DecodingStopped(reason, path, placed.position(), message)
  let table: Table | undefined
  const tell: RowTeller = (record, cell) => table?.places.tell(record, cell)
  const rows = textContent([...path, 'records'], decoding, 'text', undefined, tell)
  try {
    const { type, codec, sync } = await readHeader(placed, path, decoding)
    table = tableOf(type, rows, path, decoding)
    while ((await source.peek(1)).length > 0) await readBlock(placed, codec, sync, table, path, decoding)
    await table.finish()
    await rows.end()
  } catch (error) {
    if (error instanceof ColumnFault || error instanceof DecodingStopped || error instanceof ReadFailed) {
      if (!decoding.exhausted) await table?.finish()
      await rows.abandon()
    }
    throw error instanceof ColumnFault ? stop(error) : error
  }
}

/** Reads at the source's position with more and more bytes until they are enough; `read` leaves its place in `input.at`. */
async function takeWith<T>(source: PlacedSource, most: number, read: (input: AvroBytes) => T): Promise<T> {
  for (let length = 1; ; length = Math.min(length * 4, most)) {
    const input = avroBytes(await source.look(length))
    try {
      const value = read(input)
      source.skip(input.at)
      return value
    } catch (error) {
      if (!(error instanceof AvroCut)) throw error
      if (input.bytes.length >= most) throw new ColumnFault('limit', `avro: expected a header of at most ${most} bytes`)
      if (input.bytes.length < length) await source.peek(length)
      length = Math.max(length, Math.min(input.bytes.length, most))
    }
  }
}

type Header = { type: AvroType; codec: string; sync: Uint8Array }

async function readHeader(source: PlacedSource, path: readonly string[], decoding: Decoding): Promise<Header> {
  const { entries, sync } = await takeWith(source, maxHeader, (input) => {
    pass(input, magic.length)
    return { entries: readEntries(input), sync: copied(input, syncLength) }
  })
  const metadata = textContent([...path, 'metadata'], decoding, 'text')
  for (const [key, value] of entries) {
    await metadata.write(lineOf(key))
    await metadata.write(lineOf(value))
  }
  await metadata.end()
  const entryOf = (key: string) => {
    const found = entries.filter(([name]) => String(name) === key)
    if (found.length > 1) throw corrupt('avro: expected one schema and one codec')
    return found[0]?.[1]
  }
  const schema = entryOf('avro.schema')
  if (schema === undefined) throw corrupt('avro: expected a schema')
  const table = entryOf('schema')?.toString()
  return {
    type: typeOfSchema(String(schema), mayHaveBytes(table)),
    codec: String(entryOf('avro.codec') ?? 'null'),
    sync,
  }
}

function readEntries(input: AvroBytes): [Buffer, Buffer][] {
  const entries: [Buffer, Buffer][] = []
  for (;;) {
    const count = readCount(input)
    if (count === 0) return entries
    if (count < 0) readSize(input)
    for (let left = Math.abs(count); left > 0; left--)
      entries.push([copied(input, readSize(input)), copied(input, readSize(input))])
  }
}

function copied(input: AvroBytes, length: number): Buffer {
  const from = pass(input, length)
  return Buffer.from(input.bytes.subarray(from, from + length))
}

async function readBlock(
  source: PlacedSource,
  codec: string,
  sync: Uint8Array,
  table: Table,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const { heldBytes } = decoding.limits
  const { count, size } = await takeWith(source, 20, (input) => ({ count: readSize(input), size: readSize(input) }))
  if (size > heldBytes) throw new ColumnFault('limit', `avro: expected blocks of at most ${heldBytes} bytes`)
  const place = source.position()
  const whole = (await source.peek(size + syncLength)).subarray(0, size + syncLength)
  if (!sync.every((byte, index) => whole[size + index] === byte)) throw corrupt('avro: expected the sync marker')
  try {
    const bytes = await decompressBlock(codec, whole.subarray(0, size), decoding)
    countProduced(decoding, bytes.length, path, place)
    await table.readRecords(bytes, count)
  } catch (error) {
    const fault = error instanceof AvroCut ? corrupt('avro: expected records within their block') : error
    if (!(fault instanceof ColumnFault)) throw fault
    addGap(decoding, { reason: fault.reason, path, offset: place, detail: fault.message })
  }
  source.skip(size + syncLength)
}

type Table = {
  readonly places: RecordPlaces
  /** @throws ColumnFault or AvroCut for what cannot be records */
  readRecords(bytes: Uint8Array, count: number): Promise<void>
  /** Delivers what was not delivered yet. */
  finish(): Promise<void>
}

function tableOf(type: AvroType, content: TextContent, path: readonly string[], decoding: Decoding): Table {
  const rows: RowText = rowText(decoding.limits.heldBytes / 4)
  const places = recordPlaces(type)
  let isLossy = false
  let contents = 0
  let waiting: Uint8Array[] = []
  const reading: AvroReading = {
    input: avroBytes(magic),
    rows,
    depth: 0,
    onLossy: () => {
      isLossy = true
    },
    isContent(bytes) {
      if (bytes.length === 0 || !decoding.isContainer(bytes.subarray(0, 512))) return false
      waiting.push(bytes)
      return true
    },
  }

  async function deliver(all: boolean): Promise<void> {
    for (const bytes of rows.take(all)) {
      await content.deliver(bytes)
      places.delivered(bytes.length)
    }
    const found = waiting
    waiting = []
    for (const bytes of found) {
      const source = byteSource(inOne(bytes))
      await decodeMember({ source, path: [...path, `value-${++contents}`] }, decoding)
    }
  }

  return {
    places,
    async readRecords(bytes, count) {
      places.begin(bytes)
      const input = avroBytes(bytes)
      reading.input = input
      reading.depth = 0
      reading.list = undefined
      reading.characters = undefined
      for (let left = type.isEmpty ? 0 : count; left > 0; left--) {
        places.add(input.at)
        try {
          type.read(reading)
        } finally {
          rows.endRow()
        }
        if (waiting.length > 0 || rows.isFull()) await deliver(false)
      }
      if (input.at !== bytes.length) throw corrupt('avro: expected a block to end with its last record')
    },
    async finish() {
      await deliver(true)
      if (!isLossy) return
      addGap(decoding, {
        reason: 'lossy-number',
        path: [...path, 'records'],
        offset: 0,
        detail: 'expected whole numbers that a binary fraction holds exactly',
      })
    },
  }
}
