import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { scratchDirectory } from '../../support/scratch.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

const directory = scratchDirectory()

/** The index of the log (`-shm`) as SQLite keeps it beside an open database after these statements. */
function indexAfter(name: string, ...statements: string[]): Buffer {
  const file = join(directory, `${name}.db`)
  const connection = new DatabaseSync(file)
  connection.exec('pragma page_size=512; pragma journal_mode=wal; pragma wal_autocheckpoint=0; create table t(s)')
  for (const statement of statements) connection.exec(statement)
  const bytes = readFileSync(`${file}-shm`)
  connection.close()
  return bytes
}

const insert = (rows: number) =>
  `with recursive c(x) as (select 1 union all select x + 1 from c where x < ${rows}) insert into t select hex(zeroblob(300)) || x from c`

describe('the index of a log of SQLite', () => {
  test.each([
    { name: 'of one transaction', statements: [insert(3)] },
    { name: 'of more pages than a block has', statements: [insert(9000)] },
    { name: 'of a log that begins anew', statements: [insert(900), 'pragma wal_checkpoint(restart)', insert(2)] },
    { name: 'of a log that lost what was not committed', statements: [insert(9), 'begin', insert(9000), 'rollback'] },
  ])('is read to its end: $name', async ({ name, statements }) => {
    const bytes = indexAfter(name.replaceAll(' ', '-'), ...statements)
    for (const cuts of [[1e6], [1000], [7, 32_761]]) {
      const { reading, contents } = await collect(inPieces(bytes, cuts))
      expect(reading.gaps).toEqual([])
      const [first] = (textsOf(contents)['sqlite-wal/index'] ?? '').split('\n')
      expect(first).toMatch(/^3007000\t0\t\d+/)
    }
  })

  test('is searched as it is as well, for text in the place of numbers', async () => {
    const bytes = indexAfter('text', insert(30))
    bytes.set(Buffer.from('jane@example.com'), 8192)
    const { contents } = await collect(inPieces(bytes, [1000]))
    expect(textsOf(contents)['sqlite-wal/index']).toContain('jane@example.com')
  })

  test('is not complete when any number that is checked is another one, or when it is cut', async () => {
    const bytes = indexAfter('damaged', insert(30))
    const shared = Array.from({ length: 96 }, (_, at) => at)
    for (const at of [...shared, 121, 133, 16_385, 32_767]) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x40
      expect((await collect(inPieces(damaged, [1e6]))).reading.complete, `byte ${at}`).toBe(false)
    }
    for (let at = 0; at < 48; at++) {
      const damaged = Buffer.from(bytes)
      for (const header of [0, 48]) damaged[header + at]! ^= 0x40
      const { reading } = await collect(inPieces(damaged, [1e6]))
      expect(reading.complete, `byte ${at} of both headers`).toBe(false)
    }
    for (const length of [7, 100, 16_384, 32_767, 32_769])
      expect((await collect(inPieces(Buffer.concat([bytes, bytes]).subarray(0, length), [1e6]))).reading.complete).toBe(
        false,
      )
  })
})
