import { expect, test } from 'vitest'
import { collect, inPieces } from '../collect.ts'

test('a page of a database is no empty stream of LZMA with bytes behind it', async () => {
  // Firebird 3: the kind of the page, its generation (here 24), the size of pages, the version, and what is told in records.
  const page = Buffer.alloc(8192)
  page.set([1, 0, 0, 0, 24])
  page.writeUInt32LE(0x800c2000, 16)
  page.write('jane.doe@example.org', 4096)
  const { reading, contents } = await collect(inPieces(page, [1000]))
  expect([...contents.keys()]).toStrictEqual([''])
  expect(reading.gaps.map(({ reason }) => reason)).toStrictEqual(['not-text'])
})
