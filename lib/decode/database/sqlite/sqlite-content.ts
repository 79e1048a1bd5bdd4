import { beginsWith } from '../../begins-with.ts'
import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Format } from '../../format.ts'
import { blockReader, type Held, holdInOrder } from '../page-reader.ts'
import { type CellReader, createCellReader } from './cell-reader.ts'
import { parseSqliteHeader, type SqliteHeader, sqliteHeaderLength } from './header.ts'
import { writeHeaderNumbers } from './header-numbers.ts'
import { createLeftovers, type Leftovers } from './leftovers.ts'
import { pageType, parsePage, u32 } from './page.ts'
import { isPointerMap, mapPages, type PageAt, type PageMap, role } from './page-map.ts'

const magic = Buffer.from('SQLite format 3\0', 'latin1')

/**
 * Databases of SQLite 3 (https://sqlite.org/fileformat2.html). Pages are read in their order, each by what it says of itself, so
 * that none is left out, whatever the trees say. Contents: `schema`, `rows`, `keys`, `row-numbers`, `deleted` and `unused`
 * (see `Leftovers`), and `header`: numbers that applications may set.
 */
export const sqlite: Format = {
  name: 'sqlite',
  kind: 'table',
  isFormat: (head) => beginsWith(head, magic),
  async read(content, decoding) {
    const held = await holdInOrder(content, decoding)
    try {
      await readDatabase(held, content.path, decoding)
      await held.giveBackRest()
    } finally {
      held.release()
    }
  },
}

type Pages = {
  header: SqliteHeader
  map: PageMap
  pageAt: PageAt
  cells: CellReader
  leftovers: Leftovers
  path: readonly string[]
  decoding: Decoding
}

async function readDatabase({ at, source }: Held, path: readonly string[], decoding: Decoding): Promise<void> {
  const header = parseSqliteHeader(await at.read(0, Math.min(at.size, sqliteHeaderLength)), path)
  const { pageSize } = header
  const stored = Math.floor(at.size / pageSize)
  const readBlock = blockReader(at)
  const pageAt: PageAt = (page) => readBlock((page - 1) * pageSize, pageSize)
  await writeHeaderNumbers([header], path, decoding)
  const count = Math.min(stored, header.pageCount ?? stored)
  const map = await mapPages(header, count, pageAt, path, decoding)
  const numbering = { values: 0 }
  const leftovers = createLeftovers('deleted', header, path, decoding, numbering)
  const cells = createCellReader({ header, map, pageAt, leftovers, path, decoding, numbering })
  const pages: Pages = { header, map, pageAt, cells, leftovers, path, decoding }
  let isComplete = false
  try {
    await readSchema(pages)
    for (let page = 1; page <= stored; page++) {
      const bytes = await source.peek(pageSize)
      if (bytes.length < pageSize) throw new DecodingStopped('truncated', path, 0, 'sqlite: expected more pages')
      if (page > count) await leftovers.readPage(bytes.subarray(0, pageSize), (page - 1) * pageSize)
      else await readPage(pages, page, bytes.subarray(0, pageSize))
      source.skip(pageSize)
    }
    for (let page = 1; page <= count; page++)
      if (map.roles[page] === role.unknown)
        await leftovers.readPage(Buffer.from(await pageAt(page)), (page - 1) * pageSize)
    if (stored < (header.pageCount ?? 1))
      throw new DecodingStopped('truncated', path, at.size, 'sqlite: expected as many pages as the header says')
    isComplete = true
  } finally {
    await cells.end(isComplete)
    await leftovers.end(isComplete)
  }
}

/** Reads the tree of the table of all tables, which begins in page 1. */
async function readSchema(pages: Pages): Promise<void> {
  const { map, pageAt, path, decoding } = pages
  const waiting = map.count > 0 ? [1] : []
  for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
    if (page < 1 || page > map.count || map.roles[page] !== role.unknown) {
      addGap(decoding, { reason: 'corrupt', path, offset: 0, detail: 'sqlite: expected a schema that is a tree' })
      continue
    }
    map.roles[page] = role.schema
    waiting.push(...(await readTreePage(pages, page, Buffer.from(await pageAt(page)))))
  }
}

/** Reads a page of a tree and tells the pages below it; what is no such page is a gap. */
async function readTreePage(pages: Pages, page: number, bytes: Uint8Array): Promise<number[]> {
  const { header, map, cells, leftovers, path, decoding } = pages
  const offset = (page - 1) * header.pageSize
  const parsed = parsePage(bytes, page === 1 ? sqliteHeaderLength : 0, header.usable)
  if (typeof parsed === 'string') {
    addGap(decoding, { reason: 'corrupt', path, offset, detail: `sqlite: expected ${parsed}` })
    await leftovers.readPage(bytes, offset)
    return []
  }
  const isSchema = map.roles[page] === role.schema
  await cells.readCells(bytes, parsed, isSchema, offset)
  await leftovers.readUnusedOf(bytes, parsed, offset)
  return isSchema ? parsed.children : []
}

async function readPage(pages: Pages, page: number, bytes: Uint8Array): Promise<void> {
  const { header, map, leftovers } = pages
  const offset = (page - 1) * header.pageSize
  const rest = (from: number) => leftovers.readUnused(bytes, { from, to: bytes.length }, offset)
  switch (map.roles[page]) {
    case role.schema:
    case role.overflow:
      return
    case role.trunk:
      return rest(8 + 4 * u32(bytes, 4))
    case role.lock:
      return rest(0)
    case role.pointers:
      return isPointerMap(bytes, header, map.count) ? undefined : rest(0)
    case role.free:
      return leftovers.readPage(bytes, offset)
    default:
      // What does not look like a page of a tree may belong to a row that is yet to come.
      if (!pageTypes.has(bytes[0]!)) return
      map.roles[page] = role.tree
      await readTreePage(pages, page, bytes)
  }
}

const pageTypes: ReadonlySet<number> = new Set(Object.values(pageType))
