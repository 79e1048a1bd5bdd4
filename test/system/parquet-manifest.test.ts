import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openPlace } from '../support/pipeline.ts'
import { writeFiles } from '../support/sample-files.ts'

/** Rows 1, 4 and 6 are confirmed; 3 has no time, 7 one that is still to come. */
const manifest = readFileSync(new URL('../manifest/parquet/arrow-int64.parquet', import.meta.url))
const record = (row: number) => `{"user_id":${1000000000000000001n + BigInt(row - 1) * 7919n},"note":"n"}\n`

it('a run over a manifest in Parquet deletes what is of confirmed rows alone, and keeps what is of others', async () => {
  const place = await openPlace(
    (root) => ({
      stores: [
        { id: 'sg', root: join(root, 'sg'), country: 'SG', channel: { kind: 'delete-files', owner: 'user_id' } },
      ],
    }),
    manifest,
  )
  writeFiles(join(place.root, 'sg'), {
    'theirs.jsonl': [1, 4, 6].map(record).join(''),
    'pending.jsonl': [3, 7].map(record).join(''),
    'mixed.jsonl': [1, 7].map(record).join(''),
  })
  const { summary } = await place.run()
  expect(summary.verdicts.map(({ verdict }) => verdict)).toEqual(['residual'])
  expect(['theirs', 'pending', 'mixed'].map((name) => existsSync(join(place.root, 'sg', `${name}.jsonl`)))).toEqual([
    false,
    true,
    true,
  ])
})
