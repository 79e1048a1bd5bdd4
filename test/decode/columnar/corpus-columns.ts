import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type Collected, collect, inPieces } from '../collect.ts'

/** `columns`: texts of values by the path of their column; `footer`: names and comments; `schema`: those of a stream. See `generate.py` in the corpus. */
type Expected = { columns: Record<string, string[]>; footer: string[]; schema?: string[] }

type Table = 'orc' | 'parquet' | 'arrow'

/** What is expected of a file of the corpus, which may be what is expected of another one. */
export function expectedOf(name: string, corpus: URL): Expected {
  const read: Expected | { sameAs: string } = JSON.parse(readFileSync(new URL(`${name}.json`, corpus), 'utf8'))
  return 'sameAs' in read ? expectedOf(join(dirname(name), read.sameAs), corpus) : read
}

/** The files of a format in the corpus, each with what is expected of it. */
export function corpusOf(format: Table) {
  const corpus = new URL(`../../corpus/${format}/`, import.meta.url)
  return readdirSync(corpus)
    .filter((name) => name.endsWith('.bin'))
    .map((file) => {
      const name = file.slice(0, -4)
      return { name, bytes: readFileSync(new URL(file, corpus)), expected: expectedOf(name, corpus) }
    })
}

/** The lines of the content at a path, which was read to its end; none where there is no such content. */
export function linesOf(contents: ReadonlyMap<string, Collected>, path: string): string[] {
  const content = contents.get(path)
  if (content === undefined) return []
  expect(content.ended, path).toBe(true)
  const lines = content.bytes.toString().split('\n')
  expect(lines.pop()).toBe('')
  return lines
}

/** Each file gives each value of each column as text, as it is and within gzip. */
export function testValues(format: Table, cases: ReturnType<typeof corpusOf>): void {
  test.each(cases)('gives each value of each column as text: $name', async ({ bytes, expected }) => {
    for (const { wrapped, prefix } of [
      { wrapped: bytes, prefix: format },
      { wrapped: gzipSync(bytes), prefix: `gzip/${format}` },
    ]) {
      const { reading, contents } = await collect(inPieces(wrapped, [997]))
      expect(reading).toMatchObject({ complete: true, gaps: [] })
      for (const [column, values] of Object.entries(expected.columns)) {
        const dictionary = linesOf(contents, `${prefix}/${column}/dictionary`)
        const lines = linesOf(contents, `${prefix}/${column}`)
        const isFlags = values.every((value) => value === 'true' || value === 'false')
        const isInOrder = dictionary.length === 0 && !isFlags
        expect(isInOrder ? lines : new Set([...dictionary, ...lines]), column).toEqual(
          isInOrder ? values : new Set(values),
        )
      }
      expect(linesOf(contents, `${prefix}/footer`)).toEqual(expect.arrayContaining(expected.footer))
      expect(linesOf(contents, `${prefix}/schema`)).toEqual(expect.arrayContaining(expected.schema ?? []))
    }
  })
}
