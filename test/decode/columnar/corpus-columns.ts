import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Collected } from '../collect.ts'

/** `columns`: texts of values by the path of their column; `footer`: names and comments. See `generate.py` in the corpus. */
type Expected = { columns: Record<string, string[]>; footer: string[] }

/** The files of a format in the corpus, each with what is expected of it. */
export function corpusOf(format: 'orc' | 'parquet') {
  const corpus = new URL(`../../corpus/${format}/`, import.meta.url)
  return readdirSync(corpus)
    .filter((name) => name.endsWith('.bin'))
    .map((file) => {
      const name = file.slice(0, -4)
      const expected: Expected = JSON.parse(readFileSync(new URL(`${name}.json`, corpus), 'utf8'))
      return { name, bytes: readFileSync(new URL(file, corpus)), expected }
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
