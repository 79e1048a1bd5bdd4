import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parquet as format } from '../../lib/decode/columnar/parquet/parquet-content.ts'
import { read, refusal } from './read.ts'

const folder = new URL('parquet/', import.meta.url)
const fileOf = (name: string) => readFileSync(new URL(`${name}.parquet`, folder))
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ name: file.slice(0, -5), expected: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) }))
const usable = cases.filter(({ expected }) => expected.refusal === undefined)
const refused = cases.filter(({ expected }) => expected.refusal !== undefined)
/** In one piece, in pieces of other lengths, and byte by byte. */
const cuts = [[1e7], [977, 3, 60], [1]]

describe('a manifest in Parquet', () => {
  test.each(usable)('is read row by row, whoever wrote it and however it is cut: $name', async ({ name, expected }) => {
    for (const lengths of cuts) {
      const { report, rows, pending } = await read(fileOf(name), lengths)
      expect({ rows, pending }).toEqual({ rows: expected.confirmed, pending: expected.pending })
      expect(report).toMatchObject({
        format: 'parquet',
        rows: rows.length + pending.length,
        confirmed: rows.length,
        transferColumn: expected.transferColumn ?? true,
      })
    }
  })

  test.each(refused)('is refused with what was expected: $name', async ({ name, expected }) => {
    for (const lengths of cuts) {
      const { message } = await refusal(fileOf(name), lengths)
      expect(message).toContain(expected.refusal)
      expect(message).not.toMatch(/10000000000|12345/)
    }
  })

  test.each(['arrow-int64', 'arrow-groups', 'duckdb-uuid'])(
    'is refused wherever it is cut off or a bit of its columns is another, or says of nobody else that the transfer is confirmed: %s',
    async (name) => {
      const bytes = fileOf(name)
      for (let length = 12; length < bytes.length; length += 7) await refusal(bytes.subarray(0, length))
      const { confirmed, pending } = usable.find((each) => each.name === name)!.expected
      const all = [...confirmed, ...pending].sort()
      for (let at = 4; at < bytes.length; at += 11) {
        const changed = Buffer.from(bytes)
        changed[at]! ^= 1 << (at % 8)
        const outcome = await read(changed).catch(() => undefined)
        if (outcome === undefined) continue
        // What is not of these columns may be damaged, and a value may be another one; no row is lost.
        expect([...outcome.rows, ...outcome.pending]).toHaveLength(all.length)
      }
    },
  )

  test('is refused when another file is there at the second reading', async () => {
    const [first, second] = [fileOf('arrow-int64'), fileOf('arrow-int64')]
    second[40]! ^= 1
    await expect(read(first, [1e6], second)).rejects.toThrow(/expected the same bytes at each reading|parquet/)
  })

  test('is no list of identifiers of which the first one begins as it does', async () => {
    const { report, rows } = await read('PAR1sian\n12345\n')
    expect({ format: report.format, rows }).toEqual({ format: 'lines', rows: ['1:PAR1sian', '2:12345'] })
    expect(format.isFormat(Buffer.from('PAR1\n12345\n'))).toBe(false)
  })

  test('is refused when it is compressed as a whole', async () => {
    expect((await refusal(gzipSync(fileOf('arrow-int64')))).message).toMatch(/compressed Parquet/)
  })
})
