import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import type { ReadAt } from '../../../lib/decode/format.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { writeSqlite, writeSqliteJournal, writeSqliteWal } from '../../../lib/scan/controls/samples/sqlite-sample.ts'
import { scratchDirectory } from '../../support/scratch.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

const lines = (count: number, length = 0) =>
  Array.from({ length: count }, (_, index) => Buffer.from(`user ${index * 7919 + 1e9}${'-'.repeat(length)}`))
const bytesOf = (values: Uint8Array[]) => Buffer.concat(values.flatMap((value) => [value, Buffer.from('\n')]))

const directory = scratchDirectory()
let databases = 0

/** What SQLite stores for these statements. */
function database(...statements: string[]): Buffer {
  databases += 1
  const file = join(directory, `${databases}.db`)
  const connection = new DatabaseSync(file)
  for (const statement of statements) connection.exec(statement)
  connection.close()
  const bytes = readFileSync(file)
  rmSync(file)
  return bytes
}

const quoted = (value: null | string | bigint | number): string =>
  value === null ? 'null' : typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)

describe('a database of SQLite', () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }),
    fc.integer({ min: -300, max: 40_000 }).map(BigInt),
    fc.string({ unit: fc.constantFrom('a', '1', "'", '\n', '\t', 'é', '€', '😀'), maxLength: 40 }),
    fc.tuple(fc.nat(5000), fc.constantFrom('x', 'é')).map(([length, unit]) => `7${unit.repeat(length)}8`),
  )
  const table = fc.record({
    pageSize: fc.constantFrom(512, 1024, 4096, 65_536),
    encoding: fc.constantFrom('UTF-8', 'UTF-16le', 'UTF-16be'),
    autovacuum: fc.constantFrom('none', 'full'),
    rows: fc.array(fc.tuple(fc.integer({ min: -5, max: 2 ** 40 }), value, value), { maxLength: 40 }),
    cuts: fc.array(fc.integer({ min: 50, max: 5000 }), { minLength: 1, maxLength: 4 }),
  })

  test('is read to the last value of its tables and indexes, whatever its pages, encoding and values are', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ pageSize, encoding, autovacuum, rows, cuts }) => {
        const unique = [...new Map(rows.map((row) => [row[0], row])).values()]
        const inserts = unique.map(([id, a, b]) => `insert into t values(${id}, ${quoted(a)}, ${quoted(b)})`)
        const bytes = database(
          `pragma page_size=${pageSize}; pragma encoding='${encoding}'; pragma auto_vacuum=${autovacuum}`,
          'create table t(id integer primary key, a, b); create index i on t(b, a); begin',
          ...inserts,
          'commit; vacuum',
        )
        const { contents, reading } = await collect(inPieces(bytes, cuts))
        // Pages that were rebuilt keep what cannot always be told apart.
        expect(reading.gaps.filter(({ reason }) => reason === 'corrupt')).toEqual([])
        const texts = textsOf(contents)
        const cell = (each: null | string | bigint) => String(each ?? '').replaceAll('\n', '\r')
        const inOrder = unique.toSorted((x, y) => x[0] - y[0])
        expect(texts['sqlite/rows'] ?? '').toBe(inOrder.map(([, a, b]) => `\t${cell(a)}\t${cell(b)}\n`).join(''))
        const keys = (texts['sqlite/keys'] ?? '').split('\n').filter((line) => line !== '')
        expect(keys.toSorted()).toEqual(unique.map(([id, a, b]) => `${cell(b)}\t${cell(a)}\t${id}`).toSorted())
        expect((texts['sqlite/row-numbers'] ?? '').split('\n')).toEqual(
          expect.arrayContaining(unique.map(([id]) => `${id}`)),
        )
      }),
      { numRuns: 20 },
    )
  })

  test('of rows that were only ever added is complete', async () => {
    const series = 'with recursive c(x) as (select 1 union all select x + 1 from c where x < 3000)'
    const bytes = database(
      'create table t(id integer primary key, s)',
      `insert into t(s) select 'user ' || x from (${series} select x from c)`,
    )
    expect((await collect(inPieces(bytes, [4000]))).reading.gaps).toEqual([])
  })

  test('is read from any place of its store as from memory', async () => {
    const values = lines(300, 900)
    const bytes = writeSqlite(values)
    const at: ReadAt = { size: bytes.length, read: async (from, to) => Buffer.from(bytes.subarray(from, to)) }
    const got: string[] = []
    const open = (path: readonly string[]) => ({
      write(piece: Uint8Array) {
        if (path[1] === 'rows') got.push(Buffer.from(piece).toString())
      },
      end() {},
    })
    // What has to be held in memory is refused: nothing has to.
    const limits = { ...defaultLimits, heldBytes: 1000 }
    expect((await decodeObject(inPieces(bytes, [1000]), open, { limits, at })).gaps).toEqual([])
    expect(got.join('')).toBe(String(bytesOf(values)))
    const refused = await decodeObject(inPieces(bytes, [1000]), open, { limits })
    expect(refused.gaps.map(({ reason }) => reason)).toEqual(['limit'])
  })

  test('that lost deleted rows shows them, and is not complete unless they are told apart', async () => {
    const create = 'pragma page_size=512; pragma secure_delete=off; create table t(id integer primary key, s)'
    const insert = `insert into t values ${lines(5).map((line) => `(null, '${line}')`)}`
    for (const remove of ['delete from t where id = 3', 'delete from t', 'drop table t']) {
      const { reading, contents } = await collect(inPieces(database(create, insert, remove), [100]))
      expect(Object.values(textsOf(contents)).join('')).toContain('user 1000015838')
      // Cells that are whole are told apart; of those in free blocks the beginning is gone.
      expect(reading.complete).toBe(remove === 'delete from t')
    }
  })
})

describe('the samples of SQLite', () => {
  test('are what SQLite itself reads', async () => {
    const values = [...lines(400), ...lines(3, 10_000)]
    const file = join(directory, 'sample.db')
    writeFileSync(file, writeSqlite(values))
    const connection = new DatabaseSync(file)
    expect(connection.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    expect(
      connection
        .prepare('select v from t')
        .all()
        .map(({ v }) => v),
    ).toEqual(values.map(String))
    connection.close()
  })
})

const files = [
  { name: 'sqlite', bytes: writeSqlite(lines(30)).subarray(0), path: 'sqlite/rows' },
  { name: 'sqlite-wal', bytes: writeSqliteWal(lines(30)), path: 'sqlite-wal/rows' },
  { name: 'sqlite-journal', bytes: writeSqliteJournal(lines(30)), path: 'sqlite-journal/rows' },
]

describe.each(files)('$name', ({ bytes, path, name }) => {
  const text = String(bytesOf(lines(30)))

  test('is never complete when it was cut off, except between the pages of a log', async () => {
    const step = bytes.length > 10_000 ? 397 : 31
    for (let length = 100; length < bytes.length; length += step) {
      const { reading } = await collect(inPieces(bytes.subarray(0, length), [1e6]))
      expect(reading.complete).toBe(name === 'sqlite-wal' && length === 32)
    }
  })

  test('is never complete without its rows when a bit flipped outside of them', async () => {
    const interesting = Array.from(bytes.entries()).filter(
      ([at, byte]) => (byte !== 0 && at % 13 === 0) || at % 499 === 0 || at < 120,
    )
    for (const [at] of interesting) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 1 << (at % 8)
      const { reading, contents } = await collect(inPieces(damaged, [1e6]))
      const got = new Set(String(contents.get(path)?.bytes).split('\n'))
      const missing = text.split('\n').filter((line) => !got.has(line)).length
      // A value is its own only witness: where one value is another one, no format could tell.
      expect(reading.complete && missing > 1, `byte ${at}`).toBe(false)
    }
  })

  test('with bytes after its end is not complete unless they are text', async () => {
    const zeros = await collect(inPieces(Buffer.concat([bytes, Buffer.from([0, 1])]), [1e6]))
    expect(zeros.reading.complete).toBe(false)
    const words = await collect(inPieces(Buffer.concat([bytes, Buffer.from('user 17')]), [1e6]))
    expect(words.reading.complete ? textsOf(words.contents)[`${name}/trailing`] : 'user 17').toBe('user 17')
  })
})

describe('a hostile database', () => {
  const set = (bytes: Buffer, at: number, ...values: number[]) => {
    const copy = Buffer.from(bytes)
    copy.set(values, at)
    return copy
  }
  const good = writeSqlite(lines(3, 9000))
  const cases = [
    { name: 'a chain of pages that is a loop', bytes: set(good, 2 * 4096, 0, 0, 0, 3) },
    { name: 'a chain of pages outside of the file', bytes: set(good, 2 * 4096, 0, 0, 9, 9) },
    { name: 'a page size of zero', bytes: set(good, 16, 0, 0) },
    { name: 'a list of free pages that is a loop', bytes: set(set(good, 32, 0, 0, 0, 4), 3 * 4096, 0, 0, 0, 4) },
    { name: 'more cells than fit', bytes: set(good, 100 + 3, 255, 255) },
    { name: 'another text encoding', bytes: set(good, 56, 0, 0, 0, 2) },
    { name: 'a schema that is its own child', bytes: set(good, 100, 5, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 1) },
  ]
  test.each(cases)('is a gap: $name', async ({ bytes }) => {
    const { reading } = await collect(inPieces(bytes, [1e6]))
    expect(reading.gaps.map(({ reason }) => reason)).toContain('corrupt')
  })
})

describe('a database that a backup made anew', () => {
  const series = 'with recursive c(x) as (select 1 union all select x + 1 from c where x < 4000)'
  const insert = `insert into t(s, n) select 'user ' || abs(x * 7919 % 4001), x / 3.0 from (${series} select x from c)`

  test('is complete', async () => {
    const create = 'pragma secure_delete=on; create table t(id integer primary key, s, n real)'
    const { reading, contents } = await collect(inPieces(database(create, insert, 'vacuum'), [4000]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['sqlite/rows']!.split('\n')).toHaveLength(4001)
  })

  test.each([512, 1024, 4096, 16_384])('is complete with indexes, in pages of %i bytes', async (size) => {
    const create = `pragma secure_delete=on; pragma page_size=${size}; create table t(id integer primary key, s, n real); create index i on t(s); create index j on t(n, s)`
    const changes = ['delete from t where id % 7 = 0', "update t set s = s || 'x' where id % 5 = 0"]
    const { reading, contents } = await collect(inPieces(database(create, insert, ...changes, 'vacuum'), [4000]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)['sqlite/keys']!.split('\n')).toHaveLength(2 * (4000 - 571) + 1)
  })

  describe('and in which something is left between zeros', () => {
    const bytes = database('create table t(v)', 'insert into t values(1)')
    const page = 4096
    const read = async (left: Uint8Array, at: number, by = bytes) => {
      const changed = Buffer.from(by)
      changed.set(left, at)
      const { reading, contents } = await collect(inPieces(changed, [4000]))
      return { reading, contents, values: (textsOf(contents)['sqlite/deleted'] ?? '').split(/[\t\n]/) }
    }
    const numbers: { of: string; left: number[]; value: string }[] = [
      { of: 'four bytes', left: [0x0b, 0xeb, 0x0a, 0x20], value: '199952928' },
      { of: 'six bytes, of which the last is zero', left: [0x0b, 0xeb, 0x0a, 0x20, 0x01, 0], value: '13104115089664' },
      { of: 'eight bytes', left: [0x62, 0x3b, 0x5e, 0x1d, 0x92, 0x24, 0x40, 0x01], value: '7078354720441778177' },
      { of: 'eight bytes with zeros within', left: [0x62, 0, 0, 0, 0, 0, 0, 0x01], value: '7061644215716937729' },
      { of: 'six bytes, of which the first two are zero', left: [0xb2, 0xd0, 0x5e, 0], value: '3000000000' },
      { of: 'a number of a row', left: [0x84, 0xdf, 0xac, 0x94, 0x20], value: '1273694752' },
      { of: 'a double', left: [0x42, 0x1e, 0x13, 0x2e, 0x27, 0x80, 0, 0], value: '32292702688' },
      { of: 'text, with a type before it', left: [0x1b, ...Buffer.from('bob_smith')], value: 'bob_smith' },
    ]
    test.each(numbers)('reads it as $of', async ({ left, value }) => {
      for (const at of [page + 40, page + 2000]) {
        const { reading, values } = await read(Uint8Array.from(left), at)
        expect(reading.gaps).toEqual([])
        expect(values).toContain(value)
      }
    })

    test('reads a number whose cell was freed, and may be taken for two cells of another kind', async () => {
      const inserts = ["insert into t values(1.5, 'abcdefg')", 'insert into t values(null, 2031442319)']
      const by = database('pragma secure_delete=off; create table t(k, v)', ...inserts, 'delete from t where k is null')
      // Older versions of SQLite write the place and size of a free block there.
      const { reading, values } = await read(Uint8Array.of(0, 0, 0, 9), page + 0xfe3, by)
      expect(reading.gaps).toEqual([])
      expect(values).toContain('2031442319')
    })

    test.each(['UTF-16le', 'UTF-16be'])(
      'reads it as text in %s, of which a byte at an end is zero',
      async (encoding) => {
        const by = database(`pragma encoding='${encoding}'`, 'create table t(v)', 'insert into t values(1)')
        const text = Buffer.from('qvx7153', 'utf16le')
        const { reading, values } = await read(encoding === 'UTF-16le' ? text : text.swap16(), page + 2000, by)
        expect(reading.gaps).toEqual([])
        expect(values).toContain('qvx7153')
      },
    )

    test.each([0, 15])('reads it as a UUID, of which byte %i is zero', async (zero) => {
      const uuid = Buffer.from('6f1e2d3c4b5a49788796a5b4c3d2e1f0', 'hex')
      uuid[zero] = 0
      const { reading, contents } = await read(uuid, page + 2000)
      expect(reading.gaps).toEqual([])
      expect(textsOf(contents)['sqlite/deleted-uuids']!.replaceAll('-', '')).toContain(uuid.toString('hex'))
    })

    test('is not complete where that is more than a few bytes, or a double that lost digits', async () => {
      expect((await read(Buffer.alloc(16, 3), page + 2000)).reading.gaps.map(({ reason }) => reason)).toContain(
        'not-text',
      )
      const lossy = Buffer.alloc(8)
      lossy.writeDoubleBE(2 ** 62)
      expect((await read(lossy, page + 2000)).reading.gaps.map(({ reason }) => reason)).toEqual(['lossy-number'])
    })
  })
})
