import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readByPython } from '../../support/table-readers.ts'
import { collect, inPieces } from '../collect.ts'
import { linesOf } from './corpus-columns.ts'

type Random = { file: string; columns: (string | null)[][] }

const program = readFileSync(new URL('../../corpus/arrow/random_tables.py', import.meta.url), 'utf8')

test('any table of pyarrow is read as pyarrow reads it', async (context) => {
  const seed = Math.floor(Math.random() * 1e9)
  // What a program may print has a limit.
  const tables = [0, 12, 24, 36].flatMap(
    (more) => readByPython(context, 'pyarrow, pyarrow.ipc', program, Buffer.from(String(seed + more))) as Random[],
  )
  for (const [index, { file, columns }] of tables.entries()) {
    const { reading, contents } = await collect(inPieces(Buffer.from(file, 'base64'), [997]))
    expect(reading.gaps, `seed ${seed + index}`).toEqual([])
    for (const [at, values] of columns.entries()) {
      const lines = linesOf(contents, `arrow/record-batch-1/column-${at + 1}`)
      // Where nothing is there anything may stand.
      const seen = values.map((value, row) => (value === null ? null : lines[row]))
      expect(seen, `seed ${seed + index}, column ${at + 1}`).toEqual(values)
      expect(lines.length, `seed ${seed + index}, column ${at + 1}`).toBe(values.length)
    }
  }
})
