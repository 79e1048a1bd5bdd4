import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { parsePage } from '../../../lib/decode/database/sqlite/page.ts'
import { parseRecord } from '../../../lib/decode/database/sqlite/record.ts'
import { writeSqliteJournal } from '../../../lib/scan/controls/samples/sqlite-sample.ts'
import { scratchDirectory } from '../../support/scratch.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

const directory = scratchDirectory()
let databases = 0
const pageSize = 4096

function database(...statements: string[]): Buffer {
  databases += 1
  const file = join(directory, `${databases}.db`)
  const connection = new DatabaseSync(file)
  for (const statement of statements) connection.exec(statement)
  connection.close()
  return readFileSync(file)
}

const set = (bytes: Buffer, at: number, value: Uint8Array | string) => {
  const copy = Buffer.from(bytes)
  copy.set(Buffer.from(value as string, 'latin1'), at)
  return copy
}
const u32 = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value])

async function read(bytes: Buffer) {
  const { reading, contents } = await collect(inPieces(bytes, [4000]))
  return {
    reasons: reading.gaps.map(({ reason }) => reason),
    details: reading.gaps.map(({ detail }) => detail),
    texts: textsOf(contents),
  }
}

const simple = database('create table t(v)', "insert into t values('user 1111111111')")

describe('pages of a database that no tree has', () => {
  test('are read where they are behind those that the header counts', async () => {
    const page = simple.subarray(pageSize)
    const { reasons, texts } = await read(Buffer.concat([simple, set(page, pageSize - 4, '2222')]))
    expect(reasons).toEqual([])
    expect(texts['sqlite/deleted']).toBe('user 1111112222\n')
    expect(texts['sqlite/deleted-row-numbers']).toBe('1\n')
    const unused = await read(Buffer.concat([simple, set(page, 2000, 'user 2222222222 and more')]))
    expect(unused.reasons).toContain('not-text')
    expect(unused.texts['sqlite/unused']).toContain('user 2222222222')
    const text = await read(Buffer.concat([simple, Buffer.alloc(pageSize, 'user 3333333333\n')]))
    expect(text.reasons).toEqual(['not-text'])
    expect(text.texts['sqlite/unused']).toContain('user 3333333333')
  })

  test('are read where the header counts them as well', async () => {
    const page = Buffer.alloc(pageSize, 'user 3333333333\n')
    const { reasons, texts } = await read(set(Buffer.concat([simple, page]), 28, u32(3)))
    expect(reasons).toEqual(['not-text'])
    expect(texts['sqlite/unused']).toContain('user 3333333333')
  })

  test('hold nothing where they were overwritten with zeros', async () => {
    const series = 'with recursive c(x) as (select 1 union all select x + 1 from c where x < 3000) select x from c'
    const bytes = database('pragma secure_delete=on', 'create table t(v)', `insert into t ${series}`, 'drop table t')
    expect((await read(bytes)).reasons).toEqual([])
    const trunk = bytes.readUInt32BE(32)
    const list = (trunk - 1) * pageSize
    const free = bytes.readUInt32BE(list + 8)
    for (const at of [list + pageSize - 400, (free - 1) * pageSize + 400]) {
      const { reasons, texts } = await read(set(bytes, at, 'user 2222222222 and more'))
      expect(reasons).toContain('not-text')
      expect(texts['sqlite/unused']).toContain('user 2222222222')
    }
    for (const { detail, damaged } of [
      { detail: 'a list within its page', damaged: set(bytes, list + 4, u32(1 << 16)) },
      { detail: 'the number of free pages to match', damaged: set(bytes, 36, u32(bytes.readUInt32BE(36) + 1)) },
      { detail: 'each free page to be a page of its own', damaged: set(bytes, list + 8, u32(trunk)) },
    ])
      expect((await read(damaged)).details).toContain(`sqlite: expected ${detail}`)
  })

  test('are read where they are pages of pointers with something else in them', async () => {
    const bytes = database('pragma auto_vacuum=full', 'create table t(v)', "insert into t values('user 1111111111')")
    expect((await read(bytes)).reasons).toEqual([])
    const text = await read(set(bytes, pageSize + 2000, 'user 2222222222 and more'))
    expect(text.reasons).toEqual(['not-text'])
    expect(text.texts['sqlite/unused']).toContain('user 2222222222')
    // A kind of page that there is, of a page that there is not.
    const number = await read(set(bytes, pageSize + 2000, Buffer.from([1, 0x3a, 0xde, 0x68, 0xb1])))
    expect(number.texts['sqlite/deleted']?.split(/[\t\n]/)).toContain('987654321')
    const last = await read(set(bytes, 2 * pageSize - 1, 'x'))
    expect(last.texts['sqlite/deleted']?.split(/[\t\n]/)).toContain('120')
  })
})

/** The same with as many bytes at the end of each page that are not used for it, which hold this. */
function reserving(bytes: Buffer, text: string): Buffer {
  const copy = Buffer.from(bytes)
  copy[20] = text.length
  for (let at = 0; at < copy.length; at += pageSize) {
    const page = copy.subarray(at, at + pageSize)
    const header = at === 0 ? 100 : 0
    const content = page.readUInt16BE(header + 5)
    page.copyWithin(content - text.length, content)
    page.write(text, pageSize - text.length)
    page.writeUInt16BE(content - text.length, header + 5)
    for (let cell = 0; cell < page.readUInt16BE(header + 3); cell++) {
      const pointer = header + 8 + 2 * cell
      page.writeUInt16BE(page.readUInt16BE(pointer) - text.length, pointer)
    }
  }
  return copy
}

test('what stands in the reserved bytes of a page is read', async () => {
  expect((await read(reserving(simple, '\0'.repeat(8)))).reasons).toEqual([])
  const short = await read(reserving(simple, 'user2222'))
  expect(short.texts['sqlite/rows']).toBe('user 1111111111\n')
  expect(short.texts['sqlite/deleted']?.split(/[\t\n]/)).toContain('user2222')
  const long = await read(reserving(simple, 'user 2222222222 and more'))
  expect(long.reasons).toEqual(['not-text'])
  expect(long.texts['sqlite/unused']).toBe('user 2222222222 and more\n'.repeat(2))
})

test('a record is refused unless its types and values fill it', () => {
  const fieldsOf = (...bytes: number[]) => parseRecord(Uint8Array.from(bytes))
  expect(fieldsOf(2, 15, 0x61)).toEqual([{ type: 15, at: 2, size: 1 }])
  for (const bytes of [
    [2, 15],
    [2, 15, 0x61, 0x61],
    [2, 0x80, 15],
    [9, 15, 0x61],
    [2, 10],
    [2, 11],
    [2, 0x80],
    [0x80],
    [],
  ])
    expect(fieldsOf(...bytes), String(bytes)).toBeUndefined()
})

test('a table that names a page which is not there is a gap, and so is a row that its values do not fill', async () => {
  const series = 'with recursive c(x) as (select 1 union all select x + 1 from c where x < 3000) select x from c'
  const bytes = database('create table t(v)', `insert into t ${series}`)
  expect((await read(set(bytes, pageSize + 8, u32(999)))).details).toContain('sqlite: expected pages below')
  const cell = pageSize + simple.readUInt16BE(pageSize + 8)
  const row = await read(set(simple, cell + 3, '\x2d'))
  expect(row.details).toContain('sqlite: expected values that fill their row')
  expect(row.texts['sqlite/unused']).toContain('user 1111111111')
})

describe('a page of a tree', () => {
  const page = simple.subarray(pageSize)
  const freed = set(page, 0, [13, 0x0f, 0, 0, 1].map((byte) => String.fromCharCode(byte)).join(''))
  const cellAt = page.readUInt16BE(8)
  const bytes = (...values: number[]) => Buffer.from(values)
  test.each([
    { name: 'more pointers than there is room for', damaged: set(page, 3, bytes(0x10, 0)) },
    { name: 'content that begins behind the page', damaged: set(page, 5, bytes(0x20, 0)) },
    { name: 'a cell before the content', damaged: set(page, 8, bytes(cellAt >> 8, (cellAt & 255) - 1)) },
    { name: 'a cell at the end of the page', damaged: set(page, 8, bytes(0x0f, 0xff)) },
    { name: 'a cell longer than the page', damaged: set(page, cellAt, bytes(0x7f)) },
    { name: 'a free block before the content', damaged: freed },
    { name: 'a free block in a cell', damaged: set(page, 1, bytes(cellAt >> 8, cellAt & 255)) },
    { name: 'a cell twice', damaged: set(set(page, 3, bytes(0, 2)), 10, page.subarray(8, 10)) },
    { name: 'a fragment that is not there', damaged: set(page, 7, bytes(1)) },
    { name: 'a kind that there is not', damaged: set(page, 0, bytes(14)) },
  ])('is refused with $name', ({ damaged }) => {
    expect(parsePage(page, 0, pageSize)).toMatchObject({ type: 13 })
    expect(parsePage(damaged, 0, pageSize)).toBeTypeOf('string')
  })

  test('is refused where a free block is shorter than its own numbers, or goes on behind the page', () => {
    const withBlock = (size: number, room: number) => {
      const copy = Buffer.alloc(pageSize)
      copy.set([
        13,
        (pageSize - room) >> 8,
        (pageSize - room) & 255,
        0,
        0,
        (pageSize - room) >> 8,
        (pageSize - room) & 255,
      ])
      copy.writeUInt16BE(size, pageSize - room + 2)
      return copy
    }
    expect(parsePage(withBlock(8, 8), 0, pageSize)).toMatchObject({ cells: [] })
    for (const [size, room] of [
      [3, 8],
      [9, 8],
      [0, 8],
      [4, 3],
    ] as const)
      expect(
        parsePage(withBlock(size, Math.max(4, room)).subarray(0, pageSize), 0, room === 3 ? pageSize - 1 : pageSize),
      ).toBeTypeOf('string')
  })
})

test('a journal with something behind its header, or with less pages than it says, is a gap', async () => {
  const journal = writeSqliteJournal([Buffer.from('user 1111111111')])
  expect((await read(journal)).reasons).toEqual([])
  expect((await read(set(journal, 100, 'user 2222222222'))).reasons).toContain('not-text')
  const more = await read(set(journal, 8, u32(journal.readUInt32BE(8) + 1)))
  expect(more.details).toContain('sqlite journal: expected as many pages as the header says')
})

test('a journal in which a second header has another size of pages is a gap', async () => {
  const journal = writeSqliteJournal([Buffer.from('user 1111111111')])
  const header = Buffer.from(journal.subarray(0, 512))
  const sectors = Buffer.concat([journal, Buffer.alloc(-journal.length & 511)])
  const second = (size: number) => set(set(header, 8, u32(0)), 24, u32(size))
  expect((await read(Buffer.concat([sectors, second(journal.readUInt32BE(24))]))).reasons).toEqual([])
  expect((await read(Buffer.concat([sectors, second(512)]))).details).toEqual([
    'sqlite journal: expected one size of pages',
  ])
})
