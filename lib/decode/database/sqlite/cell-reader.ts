import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import { int64Text } from '../number-text.ts'
import { type PlaceOfRow, type RowWriter, rowWriter } from '../row-writer.ts'
import { type Numbering, type ValueWriter, valueWriter } from '../value-writer.ts'
import type { SqliteHeader } from './header.ts'
import type { Leftovers } from './leftovers.ts'
import { type BtreePage, type Cell, pageType, u32 } from './page.ts'
import { type PageAt, type PageMap, role } from './page-map.ts'
import { type Field, integerOf, parseRecord, writeRecord } from './record.ts'
import { tablePlaces } from './table-places.ts'

/** A row is put together in memory. */
const mostPayload = 2 ** 26

/** Reads the cells of pages that belong to trees. */
export type CellReader = {
  /** `isSchema`: rows of the table of all tables. `offset`: where the page begins in the file. */
  readCells(page: Uint8Array, parsed: BtreePage, isSchema: boolean, offset: number): Promise<void>
  end(isComplete: boolean): Promise<void>
}

type Database = {
  header: SqliteHeader
  map: PageMap
  pageAt: PageAt
  leftovers: Leftovers
  path: readonly string[]
  decoding: Decoding
  numbering: Numbering
}

/**
 * Rows are delivered as `rows`, those of indexes and of tables without row numbers as `keys`, row numbers as `row-numbers`, tables and
 * their SQL as `schema`. A cell that contradicts itself is a gap, and the others are read.
 */
export function createCellReader(database: Database): CellReader {
  const { header, map, pageAt, leftovers, path, decoding, numbering } = database
  const tables = tablePlaces(map.count)
  const writer = (name: string, placeOf?: PlaceOfRow): ValueWriter =>
    valueWriter(name, path, decoding, numbering, placeOf)
  const keyPlace = (mark: number) => tables.placeOf(mark)
  const writers = { rows: writer('rows', tables.placeOf), keys: writer('keys', keyPlace), schema: writer('schema') }
  const rowNumbers: RowWriter = rowWriter([...path, 'row-numbers'], decoding, keyPlace)

  const corrupt = (offset: number, expected: string) =>
    new DecodingStopped('corrupt', path, offset, `sqlite: expected ${expected}`)

  /** The whole payload of a cell, whose chain of pages has to be its own. */
  async function gather(page: Uint8Array, cell: Cell, offset: number): Promise<Uint8Array> {
    const local = page.subarray(cell.payloadAt, cell.payloadAt + cell.local)
    if (cell.local === cell.payload) return local
    const parts: Uint8Array[] = [Buffer.from(local)]
    let left = cell.payload - cell.local
    const isTooLarge = cell.payload > mostPayload
    for (let next = cell.overflow; left > 0 || next !== 0; ) {
      if (left === 0) throw corrupt(offset, 'a chain of pages that ends with its row')
      if (next < 2 || next > map.count || map.roles[next] !== role.unknown)
        throw corrupt(offset, 'each page of a chain to be a page of its own')
      map.roles[next] = role.overflow
      const bytes = Buffer.from(await pageAt(next))
      const taken = Math.min(left, header.usable - 4)
      if (!isTooLarge) parts.push(bytes.subarray(4, 4 + taken))
      left -= taken
      const rest = { from: 4 + taken, to: bytes.length }
      await leftovers.readUnused(bytes, rest, (next - 1) * header.pageSize)
      next = u32(bytes, 0)
    }
    if (isTooLarge)
      throw new DecodingStopped('limit', path, offset, `sqlite: expected rows of at most ${mostPayload} bytes`)
    return Buffer.concat(parts)
  }

  function textOf(payload: Uint8Array, { at, size }: Field): string {
    const bytes = Buffer.from(payload.subarray(at, at + size))
    if (header.encoding === 'utf-8') return bytes.toString('utf8')
    return (header.encoding === 'utf-16be' && size % 2 === 0 ? bytes.swap16() : bytes).toString('utf16le')
  }

  function checkSchema(payload: Uint8Array, fields: Field[], offset: number): void {
    const root = integerOf(payload, fields[3])
    if (fields.length !== 5 || (root !== undefined && (root < 0 || root > map.count)))
      throw corrupt(offset, 'a schema whose tables begin at pages of the file')
    const [kind, name, table] = fields.slice(0, 3).map((field) => textOf(payload, field))
    if (!schemaKinds.has(kind!)) throw corrupt(offset, 'a schema in the encoding of the database')
    const statement = root && kind === 'table' ? textOf(payload, fields[4]!) : ''
    tables.addRoot(root ?? 0, { kind: kind!, name: name!, table: table!, statement })
  }

  async function readCell(page: Uint8Array, cell: Cell, out: ValueWriter, isSchema: boolean, offset: number) {
    const number = Math.floor(offset / header.pageSize) + 1
    if (cell.hasRowid) {
      rowNumbers.ascii(int64Text(cell.rowidHigh, cell.rowidLow))
      await rowNumbers.endRow(tables.mark(number, 0))
    }
    if (cell.payload === 0) return
    const payload = await gather(page, cell, offset + cell.at)
    const fields = parseRecord(payload)
    if (fields === undefined) throw corrupt(offset + cell.at, 'values that fill their row')
    if (isSchema) checkSchema(payload, fields, offset + cell.at)
    writeRecord(payload, fields, header.encoding, out)
    await out.endRow(tables.mark(number, cell.hasRowid && cell.rowidHigh === 0 ? cell.rowidLow >>> 0 : 0))
  }

  return {
    async readCells(page, { type, cells, children }, isSchema, offset) {
      const isTable = type === pageType.tableLeaf || type === pageType.tableInterior
      const out = isSchema ? writers.schema : isTable ? writers.rows : writers.keys
      tables.addChildren(Math.floor(offset / header.pageSize) + 1, children)
      for (const child of children)
        if (child < 2 || child > map.count) addGap(decoding, corrupt(offset, 'pages below').gap)
      for (const cell of cells)
        try {
          await readCell(page, cell, out, isSchema, offset)
        } catch (error) {
          if (!(error instanceof DecodingStopped) || decoding.exhausted) throw error
          addGap(decoding, error.gap)
          const { at: from, end: to } = cell
          await leftovers.readUnused(page, { from, to }, offset)
        }
    },
    async end(isComplete) {
      for (const out of [writers.schema, writers.rows, writers.keys, rowNumbers]) await out.end(isComplete)
    },
  }
}

const schemaKinds = new Set(['table', 'index', 'view', 'trigger'])
