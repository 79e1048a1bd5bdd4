import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describePlace } from '../../../lib/finding/found-place.ts'
import { createPlaceKeeper, longestLine, placeHead } from '../../../lib/scan/places/place-keeper.ts'
import { scanSlice } from '../../../lib/scan/slices/scan-slice.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collectorOf, findPlaces, inPieces, wheresIn } from './find-places.ts'

const email = 'bob@x.org'
const index = makeIndex([email, 'carol_7'])
/** `<case>.bin` as a real tool wrote it; `<case>.json` says where the address is in it, in words. */
const corpus = new URL('../../corpus/sql-dump/', import.meta.url)
const cases = readdirSync(corpus).flatMap((name) => (name.endsWith('.bin') ? [name.slice(0, -4)] : []))

describe('where a finding is in a dump that a tool wrote', () => {
  it('is known for every way of writing one', () => {
    expect(cases).toHaveLength(10)
  })

  it.each(cases)('is table and column of a row, and nothing in what only looks like one: %s', async (name) => {
    const bytes = readFileSync(new URL(`${name}.bin`, corpus))
    const { places } = JSON.parse(readFileSync(new URL(`${name}.json`, corpus), 'utf8')) as { places: string[] }
    for (const size of [2 ** 20, 61]) expect((await findPlaces(index, bytes, size)).map(describePlace)).toEqual(places)
  })
})

/** A table and rows of values; `undefined` is nothing. */
type Table = { name: string; columns: string[]; rows: (string | undefined)[][] }
type Writer = (
  tables: readonly Table[],
) => { text: string; column: number; name: string | undefined; table: number; isRow: boolean }[]

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const copied = (value: string | undefined) => value?.replace(/[\\\n\r\t]/g, (sign) => escapes[sign]!) ?? '\\N'
const inMysql = (value: string | undefined) =>
  value === undefined ? 'NULL' : `'${value.replace(/[\\\n\r'"]/g, (sign) => escapes[sign] ?? `\\${sign}`)}'`
const inSql = (value: string | undefined) => (value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`)
const named = (name: string) => `"${name.replaceAll('"', '""')}"`
const ticked = (name: string) => `\`${name.replaceAll('`', '``')}\``

type Part = ReturnType<Writer>[number]
const other = (text: string): Part => ({ text, column: 0, name: undefined, table: 0, isRow: false })
const cells = (table: Table, number: number, row: (string | undefined)[], write: typeof inSql, sign: string): Part[] =>
  row.flatMap((value, at) => [
    ...(at > 0 ? [other(sign)] : []),
    { text: write(value), column: at + 1, name: table.columns[at], table: number, isRow: true },
  ])
const list = (table: Table, quote: typeof named) => `(${table.columns.map(quote).join(', ')})`
const made = (table: Table, quote: typeof named) =>
  other(
    `CREATE TABLE ${quote(table.name)} (\n  ${table.columns.map((name) => `${quote(name)} text`).join(',\n  ')}\n);\n`,
  )
const tuples = (table: Table, number: number, write: typeof inSql, between: string) =>
  table.rows.flatMap((row, at) => [
    other(at > 0 ? between : ''),
    other('('),
    ...cells(table, number, row, write, ', '),
    other(')'),
  ])

const writers: Record<string, Writer> = {
  copy: (tables) => [
    other("--\n-- PostgreSQL database dump\n--\n\nSET standard_conforming_strings = on;\n-- it's bob@x.org\n"),
    ...tables.flatMap((table, at) => [
      other(`COPY public.${named(table.name)} ${list(table, named)} FROM stdin;\n`),
      ...table.rows.flatMap((row) => [...cells(table, at + 1, row, copied, '\t'), other('\n')]),
      other("\\.\n\nCREATE FUNCTION f() AS $_$ it's bob@x.org;\nCOPY x (y) FROM stdin;\n$_$;\n"),
    ]),
  ],
  inserts: (tables) => [
    other("--\n-- PostgreSQL database dump\n--\n\nCREATE FUNCTION f() AS $_$ it's bob@x.org; $_$;\n"),
    ...tables.map((table) => made(table, named)),
    ...tables.flatMap((table, at) => [
      other(`INSERT INTO ${named(table.name)} VALUES\n`),
      ...tuples(table, at + 1, inSql, ',\n\t'),
      other(';\n'),
    ]),
  ],
  sqlite: (tables) => [
    other('PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n'),
    ...tables.flatMap((table, at) => [
      made(table, named),
      ...table.rows.flatMap((row) => [
        other(`INSERT INTO ${named(table.name)} VALUES(`),
        ...cells(table, at + 1, row, inSql, ','),
        other(');\n'),
      ]),
    ]),
    other("CREATE TRIGGER a BEGIN INSERT INTO x VALUES ('bob@x.org'); END;\nCOMMIT;\n"),
  ],
  mysql: (tables) => [
    other(
      "-- MySQL dump 10.13\n--\n/*!40101 SET NAMES utf8mb4 */;\n/* it's */ /*!50003 x */ ;\nDELIMITER ;;\nCREATE PROCEDURE f() BEGIN\nINSERT INTO x VALUES ('bob@x.org');\nEND ;;\nDELIMITER ;\n",
    ),
    ...tables.flatMap((table, at) => [
      made(table, ticked),
      other(`INSERT INTO ${ticked(table.name)} VALUES `),
      ...tuples(table, at + 1, inMysql, ','),
      other(';\nUNLOCK TABLES;\n'),
    ]),
  ],
}

const nasty = [
  "'",
  '"',
  '\\',
  '\n',
  '\t',
  ';',
  '),(',
  "'),('",
  '--',
  '/*',
  '$_$',
  ';\n',
  '\\.',
  '\n\\.\n',
  '`',
  '[',
  'E',
  "\\'",
]
const lines = ['INSERT INTO users VALUES (1, 2);', 'COPY users (note) FROM stdin;\n', 'DELIMITER ;;\n', 'é']
const value = fc.oneof(
  fc.constant(undefined),
  fc
    .array(fc.constantFrom(...nasty, ...lines, ` ${email} `, ` ${email} `, 'x'), { maxLength: 6 })
    .map((parts) => parts.join('')),
)
const columnName = fc.constantFrom(
  'email',
  'note',
  'user_id',
  'owner',
  'created',
  'a, (b',
  'key',
  'it"s',
  'it`s',
  'dave',
)
const table = fc.uniqueArray(columnName, { minLength: 1, maxLength: 4 }).chain((columns) =>
  fc.record({
    name: fc.constantFrom('users', 'messages', 'a.b', 'carol_7'),
    columns: fc.constant(columns),
    rows: fc.array(fc.array(value, { minLength: columns.length, maxLength: columns.length }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
)
const dump = fc.uniqueArray(table, { minLength: 1, maxLength: 3, selector: ({ name }) => name })
const shown = (name: string | undefined) =>
  /^(?:email|note|user_id|owner|created|key|users|messages)$/.test(name ?? '') ? name : undefined

/** What has to be told of each e-mail address in a dump, by its place. */
function expectedIn([head, ...rest]: readonly Part[], tables: readonly Table[]) {
  // What a dump is shows its head; from there on it is read as it comes.
  const parts = [head!, other(`-- ${'x'.repeat(placeHead)}\n`), ...rest]
  const text = Buffer.from(parts.map((part) => part.text).join(''))
  const expected = new Map<number, object | undefined>()
  let offset = 0
  for (const part of parts) {
    const bytes = Buffer.from(part.text)
    for (let at = bytes.indexOf(email); at >= 0; at = bytes.indexOf(email, at + 1))
      expected.set(
        offset + at,
        !part.isRow
          ? undefined
          : {
              ...{ table: part.table, tableName: shown(tables[part.table - 1]!.name) },
              ...{ column: part.column, columnName: shown(part.name) },
            },
      )
    offset += bytes.length
  }
  return { text, expected }
}

describe('where a finding is in a dump of known rows', () => {
  it.each(Object.keys(writers))(
    'is its table and column, whatever texts hold and however it is cut: %s',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(dump, fc.constantFrom(1, 7, 61, 997), async (tables, size) => {
          const { text, expected } = expectedIn(writers[name]!(tables), tables)
          for (const pieces of [2 ** 20, size]) {
            const found = await findPlaces(index, text, pieces)
            const own = found.filter(({ tag }) => tag === String(index.ordinalOf('email', email)))
            expect(own.map(({ offset, where }) => [offset, where])).toEqual([...expected])
          }
        }),
        { numRuns: 15 },
      )
    },
  )

  it.each(Object.keys(writers))('is right or absent in what is damaged anywhere: %s', async (name) => {
    const tables = [
      {
        name: 'users',
        columns: ['email', 'note'],
        rows: [
          [` ${email} `, "it's; \\ -- "],
          ['x', `' ${email} `],
        ],
      },
      { name: 'messages', columns: ['owner', 'user_id', 'note'], rows: [['a', ` ${email} `, undefined]] },
    ]
    const { text, expected } = expectedIn(writers[name]!(tables), tables)
    for (let length = text.length - 1; length > placeHead; length -= 13) {
      for (const { offset, where } of await findPlaces(index, text.subarray(0, length)))
        if (where !== undefined) expect(where).toEqual(expected.get(offset))
    }
  })
})

const mysql = '-- MySQL dump 10.13\n/*!40101 SET NAMES utf8mb4 */;\nCREATE TABLE `users` (`id` int, `email` text);\n'
const postgres = '--\n-- PostgreSQL database dump\n--\n\nSET standard_conforming_strings = on;\n'
const copy = 'COPY users (id, email) FROM stdin;\n'
const users = { table: 1, tableName: 'users', column: 2, columnName: 'email' }
const columns = async (text: string, size?: number) =>
  (await wheresIn(index, text, size)).map((where) => where?.columnName)

describe('where a finding is in a large dump', () => {
  const filler = (length: number, each: string) => each.repeat(Math.ceil(length / each.length))

  it('is told behind any number of rows that nobody asks about', async () => {
    const rows = filler(5 * 2 ** 20, `1\t${'x y '.repeat(30)}\n`)
    const text = `${postgres}${copy}${rows}2\t${email}\n\\.\nCOPY messages (owner) FROM stdin;\n${email}\n\\.\n`
    for (const size of [2 ** 20, 70_001, 65_536]) expect(await columns(text, size)).toEqual(['email', 'owner'])
    const inserted = `INSERT INTO \`users\` VALUES ${filler(2 ** 20, "(1,'some (text; of');(\\'it\\\\'),").slice(0, -1)};\n`
    const long = `${mysql}${inserted.repeat(5)}INSERT INTO \`users\` VALUES (1,'x'),(2,'${email}');\n`
    for (const size of [2 ** 20, 70_001]) expect(await columns(long, size)).toEqual(['email'])
  })

  it('is not told in a row or a statement that is too long, but behind it', async () => {
    const row = (length: number) => `1\t${' '.repeat(length)}${email}\n`
    const copied = `${postgres}${copy}${row(longestLine - 20)}${row(longestLine)}${row(3 * 2 ** 20)}${row(1)}`
    const long = `INSERT INTO \`users\` VALUES (1,'${email}'),(2,'${' '.repeat(longestLine)}${email}'),(3,'${email}');\n`
    const tooLong = `INSERT INTO \`users\` VALUES (1,'${email}'),(2,'${' '.repeat(2 ** 21)}');\n`
    for (const size of [2 ** 20, 65_536]) {
      expect(await columns(copied, size)).toEqual(['email', undefined, undefined, 'email'])
      expect(await columns(mysql + long + tooLong + long, size)).toEqual([
        'email',
        undefined,
        'email',
        undefined,
        'email',
        undefined,
        'email',
      ])
    }
  })

  it('is told of two MiB of rows that have a statement each, and of none behind them', async () => {
    const one = `INSERT INTO users VALUES (1, '${'x y '.repeat(250)}');\n`
    const text = (count: number) =>
      `${postgres}CREATE TABLE users (id int, email text);\n${one.repeat(count)}INSERT INTO users VALUES (2, '${email}');\n`
    for (const size of [2 ** 20, 65_536]) {
      expect(await columns(text(2000), size)).toEqual(['email'])
      expect(await columns(text(2100), size)).toEqual([undefined])
    }
  })

  it.each(['\n', '\r\n'])('is told behind the end of rows that nobody asks about, wherever that is cut', (lineEnd) => {
    const head = `${postgres}-- ${'x'.repeat(placeHead)}\n${copy}${'1\tx\n'.repeat(99)}`
    const text = Buffer.from(
      `${head}2\ty\\\\.\n\\.${lineEnd}COPY messages (owner) FROM stdin;\n${'x\n'.repeat(99)}${email}\n`,
    )
    for (let from = head.length - 3; from < head.length + 12; from++)
      for (let to = from + 1; to < from + 7; to++) {
        const places: unknown[] = []
        const keeper = createPlaceKeeper()
        const pass = (begin: number, end: number) => keeper.passed(text.subarray(begin, end), end)
        // Somebody who was found before has it read so far.
        keeper.want({ offset: head.length - 60, record: 1, tell: (place) => places.push(place) })
        pass(0, from - 30)
        pass(from - 30, from)
        pass(from, to)
        pass(to, text.length - 20)
        keeper.want({ offset: text.indexOf(email), record: 1, tell: (place) => places.push(place) })
        pass(text.length - 20, text.length)
        keeper.end()
        expect(places.slice(1)).toEqual([
          { table: { number: 2, name: 'messages' }, column: { number: 1, name: 'owner' } },
        ])
      }
  })

  it('is told by the slice that it begins in, and by no other one', async () => {
    const text = Buffer.from(`${postgres}${copy}${`1\t${email}\n`.repeat(9)}\\.\n${copy}2\t${email}\n\\.\n`)
    for (const cut of [postgres.length + 60, postgres.length + 75]) {
      const places = []
      for (const [from, to] of [
        [0, cut],
        [cut, text.length],
      ] as const) {
        const found = collectorOf(index)
        await scanSlice(
          (range) => inPieces(text.subarray(range.from, range.to), 8191),
          { from, to },
          text.length,
          index,
          (each) => found.add('content', each),
        )
        places.push(...found.listed.map(({ offset, where }) => [offset < cut, where]))
      }
      expect(places).toHaveLength(10)
      expect(places).toEqual(places.map(([isFirst]) => [isFirst, isFirst ? users : undefined]))
    }
  })
})

describe('where a finding is behind what only looks like an end', () => {
  const row = `INSERT INTO \`users\` VALUES (1,'${email}');\n`
  it.each([
    [
      'of a comment, in a text in one that is executed',
      `${mysql}/*!50001 VIEW \`v\` AS select '*/' AS \`x\`, 'it\\'s' */;\n${row}`,
    ],
    [
      'of a text, in a comment in one that is executed',
      `${mysql}/*!50003 begin\n -- it's\n /* it's */ end */;\n${row}`,
    ],
    [
      'of a statement, within parentheses',
      `${postgres}CREATE RULE r AS ON DELETE TO a DO (DELETE FROM b; DELETE FROM c);\n${copy}1\t${email}\n`,
    ],
    [
      'of a statement, within the body of a function',
      `${postgres}CREATE FUNCTION f() RETURNS void BEGIN ATOMIC\n SELECT CASE WHEN a THEN b END;\n DELETE FROM c;\nEND;\n${copy}1\t${email}\n`,
    ],
    ['of a comment, in one that has another', `${postgres}/* a /* b */ it's */\n${copy}1\t${email}\n`],
    ['of a text, in another kind of quotes', `${postgres}COMMENT ON TABLE "it's" IS E'it\\'s';\n${copy}1\t${email}\n`],
  ])('is its column: %s', async (_what, text) => {
    expect(await wheresIn(index, text)).toEqual([users])
  })
})

describe('names in a dump', () => {
  it('are numbers where they are somebody in scope, or may be anybody', async () => {
    const handles = makeIndex([email, 'owner', 'carol_7'])
    const rows = (table: string, columns: string) => `COPY ${table} (${columns}) FROM stdin;\nx\t${email}\n\\.\n`
    const text = `${postgres}${rows('public.users', 'id, owner')}${rows('public.carol_7', 'id, email')}${rows('public.users', 'id, dave')}`
    const found = await findPlaces(handles, text)
    expect(found.flatMap(({ where }) => (where?.column === undefined ? [] : [where]))).toEqual([
      { table: 1, tableName: 'users', column: 2 },
      { table: 2, column: 2, columnName: 'email' },
      { table: 1, tableName: 'users', column: 2 },
    ])
    expect(JSON.stringify(found)).not.toMatch(/owner|carol|dave|bob/)
  })
})

describe('where a finding is in a dump that cannot be understood', () => {
  const row = `INSERT INTO users VALUES (1, '${email}');\n`
  const create = 'CREATE TABLE users (id int, email text);\n'
  it.each([
    ['as no tool writes it', `${create}${row}`],
    ['in which a backslash may be half of a character', mysql.replace('utf8mb4', 'gbk') + row],
    ['of MySQL that does not say how it is encoded', mysql.replace('SET NAMES', 'SET') + row],
    ['in which a backslash may be an escape', `${postgres.replace('= on', '= off')}${create}${row}`],
    [
      'of rows that are said to be written otherwise',
      `${postgres}COPY users (id, email) FROM stdin WITH (FORMAT csv);\n1\t${email}\n\\.\n`,
    ],
    ['of rows of another format', `${postgres}COPY users (id, email) FROM stdin; -- x\n1\t${email}\n\\.\n`],
    ['behind a text that does not end', `${postgres}SELECT 'x;\n${create}${row}`.replace(`'${email}'`, ` ${email} `)],
    ['whose rows have other values than columns', `${postgres}${create}INSERT INTO users VALUES (1, 2, '${email}');\n`],
    ['with a text of MySQL over two lines', `${mysql}INSERT INTO users VALUES (1, 'x\n${email}');\n`],
  ])('is not told: %s', async (_what, text) => {
    expect((await wheresIn(index, text)).map((where) => where?.table)).toEqual([undefined])
  })

  it.each([
    ['it was changed', 'ALTER TABLE users ADD x text, ADD y text;\n', undefined],
    ['it was renamed', 'RENAME TABLE users TO a, b TO users;\n', undefined],
    [
      'its columns are those of another one',
      'DROP TABLE users;\nCREATE TABLE users (id int, email text) INHERITS (a);\n',
      undefined,
    ],
    ['another one of its name is elsewhere', 'SET search_path = other;\n', undefined],
    ['it has another owner', 'ALTER TABLE ONLY users OWNER TO carol;\n', 'email'],
    ['it has another key', 'ALTER TABLE users ADD CONSTRAINT a PRIMARY KEY (id);\n', 'email'],
  ])('is the number of a column whose name is not certain, or both: %s', async (_what, statement, name) => {
    const wheres = await wheresIn(index, `${postgres}${create}${row}${statement}${row}`)
    expect(wheres.map((where) => where?.column)).toEqual([2, 2])
    expect(wheres.map((where) => where?.columnName)).toEqual(['email', name])
  })
})
