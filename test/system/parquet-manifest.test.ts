import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { deleting, openStore } from '../support/pipeline.ts'

/** Rows 1, 4 and 6 are confirmed; 3 has no time, 7 one that is still to come. */
const manifest = readFileSync(new URL('../manifest/parquet/arrow-int64.parquet', import.meta.url))
const record = (row: number) => `{"user_id":${1000000000000000001n + BigInt(row - 1) * 7919n},"note":"n"}\n`

it('a run over a manifest in Parquet deletes what is of confirmed rows alone, and keeps what is of others', async () => {
  const files = {
    'theirs.jsonl': [1, 4, 6].map(record).join(''),
    'pending.jsonl': [3, 7].map(record).join(''),
    'mixed.jsonl': [1, 7].map(record).join(''),
  }
  const place = await openStore(files, { channel: deleting }, {}, manifest)
  const { summary } = await place.run()
  expect(summary.verdicts.map(({ verdict }) => verdict)).toEqual(['residual'])
  expect(['theirs', 'pending', 'mixed'].map((name) => existsSync(join(place.root, 'store', `${name}.jsonl`)))).toEqual([
    false,
    true,
    true,
  ])
})
