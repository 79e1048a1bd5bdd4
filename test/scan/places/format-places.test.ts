import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { describePlace } from '../../../lib/finding/found-place.ts'
import { zipOf } from '../../decode/archive/zip-writer.ts'
import { avroFile, number, prefixed } from '../../decode/columnar/avro-writer.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { findPlaces } from './find-places.ts'

const id = '1234567890123456789'
const email = 'bob@x.org'
const index = makeIndex([id, email, 'carol_7'])

const xml = (text: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${text}`

/** A workbook whose second tab is stored as its first sheet, and shares its texts. */
function workbook(order: (parts: { name: string; data: string }[]) => { name: string; data: string }[]): Buffer {
  const cells = `<row r="2"><c r="A2" t="s"><v>1</v></c></row><row r="17"><c r="C17"><v>${id}</v></c><c t="s"><v>0</v></c></row>`
  const parts = [
    { name: 'xl/worksheets/sheet1.xml', data: xml(`<worksheet><sheetData>${cells}</sheetData></worksheet>`) },
    {
      name: 'xl/worksheets/sheet2.xml',
      data: xml(
        `<worksheet><sheetData><row><c><v>1</v></c><c t="inlineStr"><is><t>carol_7</t></is></c></row></sheetData></worksheet>`,
      ),
    },
    { name: 'xl/sharedStrings.xml', data: xml(`<sst><si><t>${email}</t></si><si><t>dave smith</t></si></sst>`) },
    {
      name: 'xl/workbook.xml',
      data: xml(
        '<workbook><sheets><sheet name="carol_7" sheetId="1" r:id="rId9"/><sheet name="Users" sheetId="7" r:id="rId4"/></sheets></workbook>',
      ),
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: xml(
        '<Relationships><Relationship Id="rId4" Target="worksheets/sheet1.xml"/><Relationship Id="rId9" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
      ),
    },
  ]
  return zipOf(order(parts))
}

describe('where a finding is in a spreadsheet', () => {
  it.each([
    ['as they are written', <T>(parts: T[]) => parts],
    ['in another order', <T>(parts: T[]) => parts.toReversed()],
  ])('is the sheet by its place among the tabs and the cell, of parts %s', async (_what, order) => {
    const object = workbook(order)
    const found = await findPlaces(index, object)
    expect(await findPlaces(index, object, 61)).toStrictEqual(found)
    const told = found.flatMap(({ where, path }) => (path.at(-1) === 'text' ? [where] : []))
    const second = { sheet: 2, sheetName: 'Users' }
    expect(told).toHaveLength(3)
    expect(told).toContainEqual({ ...second, cell: 'C17' })
    expect(told).toContainEqual({ ...second, cell: 'D17' })
    expect(told).toContainEqual({ sheet: 1, cell: 'B1' })
  })

  it('is in words what somebody looks for first', async () => {
    const [first] = await findPlaces(
      index,
      workbook((parts) => parts),
    )
    expect(describePlace(first!)).toBe('member 1, sheet 2 (Users), cell C17, byte 2')
  })

  it('is counted where OpenDocument has rows and cells that stand for several', async () => {
    const cell = (text: string) =>
      `<table:table-cell office:value-type="string"><text:p>${text}</text:p></table:table-cell>`
    const skipped = '<table:table-cell table:number-columns-repeated="25"/><table:covered-table-cell/>'
    const table = (name: string, rows: string) => `<table:table table:name="${name}">${rows}</table:table>`
    const row = (cells: string, more = '') => `<table:table-row${more}>${cells}</table:table-row>`
    const content = xml(
      `<office:document-content><office:body><office:spreadsheet>${table('a', row(cell(email)))}${table(
        'b',
        row(cell('x'), ' table:number-rows-repeated="1000"') + row(skipped + cell(`${email}`)),
      )}</office:spreadsheet></office:body></office:document-content>`,
    )
    const found = await findPlaces(index, zipOf([{ name: 'content.xml', data: content }]))
    expect(found.flatMap(({ where }) => where ?? [])).toEqual([
      { sheet: 1, cell: 'A1' },
      { sheet: 2, cell: 'AA1001' },
    ])
  })

  it('is told of each of many cells, and of one that is found late, in a form', async () => {
    const rows = Array.from(
      { length: 4000 },
      (_, at) =>
        `<row r="${at + 1}"><c r="A${at + 1}" t="str"><v>${at % 50 === 7 ? 'bob%40x.org' : `some text, number ${at}`}</v></c></row>`,
    )
    const object = zipOf([
      { name: 'xl/worksheets/sheet1.xml', data: xml(`<worksheet><sheetData>${rows.join('')}</sheetData></worksheet>`) },
    ])
    const found = await findPlaces(index, object)
    expect(found.slice(0, 80).map(({ where }) => where?.cell)).toEqual(
      Array.from({ length: 80 }, (_, at) => `A${at * 50 + 8}`),
    )
  })
})

function database(fill: (open: DatabaseSync) => void): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'odv-places-'))
  try {
    const file = join(directory, 'a.db')
    const open = new DatabaseSync(file)
    fill(open)
    open.close()
    return readFileSync(file)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

describe('where a finding is in a database of SQLite', () => {
  it('is its table, row and column, also in a tree of several pages', async () => {
    const object = database((open) => {
      open.exec('CREATE TABLE dave_smith (a); CREATE TABLE users (note TEXT, id INTEGER PRIMARY KEY, mail TEXT)')
      open.exec('CREATE INDEX by_mail ON users (mail)')
      const insert = open.prepare('INSERT INTO users VALUES (?, ?, ?)')
      open.exec('BEGIN')
      for (let row = 1; row <= 3000; row++) insert.run(`text ${row}`, row, row === 2345 ? email : 'x@y.org')
      open.exec('COMMIT')
      open.prepare('INSERT INTO dave_smith VALUES (?)').run('carol_7')
      insert.run('a\tb', 5000, `c ${email}`)
    })
    const found = await findPlaces(index, object)
    expect(await findPlaces(index, object, 997)).toStrictEqual(found)
    const of = (name: string) => found.flatMap(({ path, where }) => (path.at(-1) === name ? [where] : []))
    const users = { table: 2, tableName: 'users' }
    expect(of('rows')).toHaveLength(3)
    expect(of('rows')).toContainEqual({ table: 1, rowid: '1', column: 1 })
    expect(of('rows')).toContainEqual({ ...users, rowid: '2345', column: 3, columnName: 'mail' })
    // With a tab in a value nobody can tell columns apart.
    expect(of('rows')).toContainEqual({ ...users, rowid: '5000' })
    expect(of('keys')).toEqual([users, users])
    expect(describePlace(found.find(({ where }) => where?.column === 3)!)).toContain(
      'table 2 (users), row 2345, column 3 (mail)',
    )
  })

  it('never shows a number of a row that is an identifier, or looks like one', async () => {
    const short = makeIndex(['12345678', '23456789', email])
    const object = database((open) => {
      open.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT)')
      for (const row of [17, 12_345_678, 87_654_321 % 2 ** 26, 34_567_890])
        open.prepare('INSERT INTO users VALUES (?, ?)').run(row, email)
    })
    const found = await findPlaces(short, object)
    const rowids = found.flatMap(({ path, where }) => (path.at(-1) === 'rows' ? [where?.rowid] : []))
    expect(rowids.toSorted()).toEqual(['17', undefined, undefined, undefined])
    expect(found.find(({ path }) => path.at(-1) === 'row-numbers')?.where).toEqual({ table: 1, tableName: 'users' })
  })
})

describe('where a finding is in Avro', () => {
  const nested = { type: 'record', name: 'contact', fields: [{ name: 'email', type: ['null', 'string'] }] }
  const schema = {
    type: 'record',
    name: 'row',
    fields: [
      { name: 'nothing', type: 'null' },
      { name: 'user_id', type: 'long' },
      { name: 'dave', type: ['null', 'string'] },
      { name: 'contacts', type: { type: 'array', items: nested } },
      { name: 'labels', type: { type: 'map', values: 'string' } },
    ],
  }
  const none = Buffer.of(0)
  const text = (value: string) => Buffer.concat([number(1), prefixed(value)])
  const list = (items: readonly Buffer[]) =>
    items.length === 0 ? none : Buffer.concat([number(items.length), ...items, none])
  const row = (user: number, dave: Buffer, contacts: readonly Buffer[], labels: readonly [string, string][]) =>
    Buffer.concat([number(user), dave, list(contacts), list(labels.map((each) => Buffer.concat(each.map(prefixed))))])

  it('is its record and field, behind values that are not there and lists of any length', async () => {
    const filler = Array.from({ length: 3000 }, (_, at) => row(at, text('x'.repeat(at % 300)), [], []))
    const blocks = [
      [row(7, none, [none, text('x'), none, text(email)], []), row(8, text('carol_7'), [], [])],
      ...filler.map((each) => [each]),
      [
        row(
          9,
          none,
          [text('a')],
          [
            ['a', 'b'],
            ['c', `to ${email}`],
          ],
        ),
        row(10, text('a tab\t here'), [text(email)], []),
      ],
      [row(11, text('bob%40x.org'), [], [])],
    ]
    const object = avroFile(
      schema,
      blocks.map((rows) => ({ count: rows.length, bytes: Buffer.concat(rows) })),
    )
    const found = await findPlaces(index, object)
    expect(await findPlaces(index, object, 997)).toStrictEqual(found)
    expect(found.map(({ record, where }) => [record, where])).toEqual([
      [1, { field: 'contacts[3].email' }],
      [2, { field: '#3' }],
      [3003, { field: 'labels[1]' }],
      [3004, undefined],
      [3005, { field: '#3' }],
    ])
  })
})

describe('where a finding is in words', () => {
  it('says what somebody can look up', () => {
    const at = (path: string[], more: object = {}) =>
      describePlace({ place: 'content', path, record: 7, offset: 99, ...more })
    expect(at(['parquet', 'row-group-2', 'column-3'])).toBe('row group 2, column 3, value 7, byte 99')
    expect(at(['orc', 'stripe-1', 'column-4', 'dictionary'])).toBe('stripe 1, column 4, entry 7, byte 99')
    expect(at(['arrow', 'record-batch-2', 'column-3'])).toBe('record batch 2, column 3, value 7, byte 99')
    expect(at(['tar', 'member-5', 'gzip'], { where: { field: 'user.id' } })).toBe(
      'member 5, line 7, field user.id, byte 99',
    )
    expect(at([], { form: 'base64', where: { column: 2, columnName: 'email' } })).toBe(
      'line 7, column 2 (email), byte 99, as base64',
    )
    expect(at(['avro', 'records'], { where: { field: 'a.#2', isName: true } })).toBe(
      'record 7, the name of field a.#2, byte 99',
    )
  })
})

describe('where a finding is in a file of columns', () => {
  const corpus = (name: string) => readFileSync(new URL(`../../corpus/${name}.bin`, import.meta.url))
  const own = makeIndex(['1000000000062710561', '1000000496604932559'])
  const placesIn = async (name: string) =>
    (await findPlaces(own, corpus(name))).map(({ path, where }) => `${path.slice(1).join('/')}: ${where?.field}`)

  it('is the column of Parquet by its names in the schema, of which only everyday ones are shown', async () => {
    const found = await placesIn('parquet/arrow-snappy')
    expect(found).toContain('row-group-1/column-1/dictionary: #1')
    expect(found).toContain('row-group-1/column-6/dictionary: string')
    expect(found).toContain('row-group-1/column-19/statistics: list.list.element')
    expect(await placesIn('parquet/duckdb-zstd')).toContain('row-group-1/column-2: name')
  })

  it('is the column of ORC in the same way', async () => {
    const found = await placesIn('orc/zlib')
    expect(found).toContain('stripe-1/column-12: name')
    expect(found).toContain('stripe-1/column-21: list.element')
    expect(found).toContain('stripe-1/column-24: map.value')
    // A struct of which neither its own name nor that of the member is an everyday one.
    expect(found).toContain('stripe-1/column-26: #22.#1')
  })

  it('is the column of Arrow in the same way', async () => {
    const small = makeIndex(['bob_smith', '1000170335491867737'])
    const found = await findPlaces(small, corpus('arrow/small'))
    expect(found.map(({ path, record, where }) => [path.slice(1).join('/'), record, where?.field])).toEqual([
      ['record-batch-1/column-2', 1, 'name'],
      ['record-batch-1/column-5', 2, 'friends.item'],
    ])
  })
})

describe('where a finding is in BSON', () => {
  const int32 = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(value)
    return bytes
  }
  const element = (type: number, name: string, ...value: readonly (Buffer | string)[]) =>
    Buffer.concat([Buffer.of(type), Buffer.from(`${name}\0`), ...value.map((each) => Buffer.from(each as string))])
  const document = (...elements: readonly Buffer[]) => {
    const body = Buffer.concat(elements)
    return Buffer.concat([int32(body.length + 5), body, Buffer.alloc(1)])
  }
  const text = (name: string, value: string) => element(2, name, int32(Buffer.byteLength(value) + 1), `${value}\0`)
  const long = (name: string, value: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return element(18, name, bytes)
  }

  it('is the field of its document, behind values without a text and lists of any length', async () => {
    const contacts = (...mails: readonly string[]) =>
      element(
        4,
        'contacts',
        document(...mails.map((mail, at) => element(3, String(at), document(text('email', mail))))),
      )
    const filler = Array.from({ length: 3000 }, (_, at) =>
      document(text('x', 'y'.repeat(at % 300)), long('n', BigInt(at))),
    )
    const object = Buffer.concat([
      document(
        element(10, 'nothing'),
        element(8, 'flag', Buffer.of(1)),
        long('user_id', BigInt(id)),
        contacts('a', email),
      ),
      document(text('dave', 'carol_7'), element(7, '_id', Buffer.alloc(12, 7))),
      ...filler,
      document(text('note', 'a tab\t here'), text('mail', email)),
      document(element(11, 'kind', 'a\0b\0'), element(3, 'user', document(text('mail', 'bob%40x.org')))),
    ])
    const found = await findPlaces(index, object)
    expect(await findPlaces(index, object, 61)).toStrictEqual(found)
    expect(found.map(({ record, where }) => [record, where?.field])).toEqual([
      [1, 'user_id'],
      [1, 'contacts[1].email'],
      [2, '#1'],
      // With a tab in a value nobody can tell fields apart.
      [3003, undefined],
      [3004, 'user.mail'],
    ])
  })
})

describe('where a finding is in a snapshot of Redis', () => {
  const snapshot = readFileSync(new URL('../../corpus/redis-rdb/dump.bin', import.meta.url))

  it('is the kind of value, and the item of a list or the field of a hash, and never a key', async () => {
    const own = makeIndex([
      '1234567890',
      '100000000000000007',
      'jane_doe',
      'bob@example.org',
      '5000000000',
      '1000000007',
    ])
    const handles = makeIndex(['jane.doe', 'stream', 'later', 'value1', 'table'])
    const found = [...(await findPlaces(own, snapshot)), ...(await findPlaces(handles, snapshot))]
    const inValues = found.filter(({ path }) => path.at(-1) === 'values')
    expect([...new Set(inValues.map(({ where }) => JSON.stringify(where)))].toSorted()).toEqual(
      [
        { valueKind: 'string' },
        { field: 'field', valueKind: 'hash' },
        { field: '#2', isName: true, valueKind: 'hash' },
        // `f2` is no everyday word; which field of a table is the first is up to its hashes.
        { field: '#1', valueKind: 'hash' },
        { valueKind: 'set' },
        { field: '[5]', valueKind: 'list' },
        { valueKind: 'stream' },
      ]
        .map((where) => JSON.stringify(where))
        .toSorted(),
    )
    const inKeys = found.filter(({ path }) => path.at(-1) === 'keys')
    expect(inKeys.map(({ where }) => where)).toEqual([undefined, undefined])
    expect(describePlace(inValues.find(({ where }) => where?.field === 'field')!)).toMatch(
      /^in a hash, line \d+, field field, byte \d+$/,
    )
  })

  it('is told of a finding among many fields, and of none behind a tab', async () => {
    const many = 3000
    const length = (count: number) => Buffer.of(0x80, 0, 0, count >> 8, count & 0xff)
    const string = (value: string) => Buffer.concat([length(value.length), Buffer.from(value)])
    const field = (at: number) =>
      at === 2345 ? ['owner', `to ${email}`] : at === 2400 ? ['a\tb', email] : [`x${at}`, 'y'.repeat(at % 300)]
    const hash = Array.from({ length: many }, (_, at) => Buffer.concat(field(at).map((each) => string(each!))))
    const object = Buffer.concat([
      Buffer.from('REDIS0004\xfe\x00\x04', 'latin1'),
      string('carol_7'),
      length(many),
      ...hash,
      Buffer.of(0xff),
    ])
    const found = await findPlaces(index, object)
    expect(await findPlaces(index, object, 61)).toStrictEqual(found)
    expect(found.map(({ record, where }) => [record, where])).toEqual([
      [1, undefined],
      [2346, { field: 'owner', valueKind: 'hash' }],
      [2401, { valueKind: 'hash' }],
    ])
  })
})
