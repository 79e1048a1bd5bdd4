import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Means } from '../../lib/decode/means.ts'
import { type PlacedOccurrence, scanObject } from '../../lib/scan/scan-object.ts'
import { inPieces } from '../decode/collect.ts'
import { expectedOf } from '../decode/columnar/corpus-columns.ts'
import { makeIndex } from '../subject-index/make-index.ts'

const files = [
  ...['arrow-delta', 'rust-lz4', 'trino-snappy', 'fastparquet-none'].map((name) => `parquet/${name}`),
  ...['long', 'java-0.11', 'java-chunks'].map((name) => `orc/${name}`),
].map((name) => {
  const corpus = new URL('../corpus/', import.meta.url)
  const { columns } = expectedOf(name, corpus)
  return { name, bytes: readFileSync(new URL(`${name}.bin`, corpus)), numbers: Object.values(columns).flat() }
})

const index = makeIndex(
  new Set(
    files.flatMap(({ numbers }) =>
      numbers.map((text) => text.replace('-', '')).filter((text) => /^\d{3,}$/.test(text)),
    ),
  ),
)

/** All that a scan says. */
async function scan(bytes: Uint8Array, means: Means) {
  const found: PlacedOccurrence[] = []
  const keep = (occurrence: PlacedOccurrence) => found.push(occurrence) > 0
  const pieces = inPieces(bytes, [5000])
  const outcome = await scanObject(pieces, index, keep, { means })
  found.sort((x, y) => x.content - y.content || x.offset - y.offset || x.ordinal - y.ordinal)
  return { ...outcome, found }
}

test.each(files)('a file of columns is scanned as by plain means: $name', async ({ bytes }) => {
  const fast = await scan(bytes, 'fast')
  expect(fast.complete).toBe(true)
  expect(fast.found.length).toBeGreaterThan(100)
  expect(fast).toEqual(await scan(bytes, 'plain'))
})
