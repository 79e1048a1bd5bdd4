import { brotliCompressSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { inSlicesOf, openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred } from '../support/sample-files.ts'

const clean = jsonRecords(numbers(20).map((n) => somebodyElse(n)))
const withOne = jsonRecords(numbers(20).map((n) => (n === 14 ? transferred(3) : somebodyElse(n))))
const files = {
  'clean.br': brotliCompressSync(clean),
  'found.br': brotliCompressSync(withOne),
  'another-thing.br': clean,
  'found-in-another-thing.br': withOne,
  'not-declared.bin': brotliCompressSync(clean),
  'clean.txt': clean,
}

it.each([
  { name: 'at once', hands: {} },
  { name: 'in slices', hands: { call: inSlicesOf(120) } },
])('what is declared to be brotli is read as that and as nothing else, $name', async ({ hands }) => {
  const at = await openStore(files, { declared: [{ suffix: '.br', format: 'brotli' }] }, { homeCountry: 'US' })
  const run = await at.run(hands)
  const coverage = (await run.coverage(0))!
  expect(coverage).toMatchObject({ clean: { versions: 2 }, found: { versions: 2 }, foundPartly: 1 })
  expect(coverage.unverified.map(({ reason }) => reason).toSorted()).toEqual(['corrupt', 'invalid-utf8'])
  expect(run.store).not.toBe('verified')
})
