import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { deleting, openStore } from '../support/pipeline.ts'
import { jsonRecords, manifestText, transferred } from '../support/sample-files.ts'

for (const [name, row] of Object.entries({ blank: `${transferred(3)},,`, future: `${transferred(3)},2999-01-01,` }))
  it(`nothing is deleted by a manifest with a ${name} row for somebody whom another row confirms`, async () => {
    const place = await openStore(
      { 'a.jsonl': jsonRecords([transferred(3)]) },
      { channel: deleting },
      {},
      `${manifestText}${row}\n`,
    )
    await place.run().catch(() => undefined)
    expect(existsSync(join(place.root, 'store/a.jsonl'))).toBe(true)
  })
