import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { collect, inPieces } from './collect.ts'

/**
 * `<format>/<case>.bin` as a real tool wrote it; `<case>.json` says by which command, and what must come out: the text, or of
 * a long one `sha256:` and its digest.
 */
type Expected = { madeBy: string; complete: Record<string, string>; gaps: string[] }

const corpus = new URL('../corpus/', import.meta.url)

const compressions = [
  'gzip',
  'zstd',
  'bzip2',
  'compress',
  'hadoop-lz4',
  'hadoop-snappy',
  'lz4',
  'mozilla-lz4',
  'android-backup',
  'lzip',
  'lzma',
  'snappy',
  'xz',
  'zlib',
]
const others = [
  'utf-16',
  'png',
  'gif',
  'sqlite',
  'redis-rdb',
  'tar',
  'zip',
  '7z',
  'cpio',
  'ar',
  'dbox',
  'apple-double',
  'dbf',
  'bson',
  'msgpack',
  'pg-dump',
  'mail',
  'pdf',
  'rtf',
  'xml',
  'folded',
  'doubled-at',
  'git-export',
  'escaped-bytes',
  'ion',
  'separated',
  'cut-lines',
  'jpeg',
  'webp',
  'heif',
  'tiff',
  'bmp',
  'counted-texts',
  'mysql-shell',
  'r',
]

const cases = [...compressions, ...others].flatMap((format) =>
  readdirSync(new URL(`${format}/`, corpus))
    .filter((name) => name.endsWith('.bin'))
    .map((name) => ({
      name: `${format}/${name.slice(0, -4)}`,
      bytes: readFileSync(new URL(`${format}/${name}`, corpus)),
      expected: JSON.parse(readFileSync(new URL(`${format}/${name.slice(0, -4)}.json`, corpus), 'utf8')) as Expected,
    })),
)

describe('the corpus', () => {
  test('has cases of every container', () => {
    for (const format of [...compressions, ...others])
      expect(cases.filter(({ name }) => name.startsWith(`${format}/`)).length, format).toBeGreaterThan(0)
  })

  test('is read as a whole: whatever says which text must come out', () => {
    const saysText = (file: string) =>
      file.endsWith('.json') && 'complete' in JSON.parse(readFileSync(new URL(file, corpus), 'utf8'))
    const formats = readdirSync(corpus).filter((format) =>
      readdirSync(new URL(`${format}/`, corpus)).some((name) => saysText(`${format}/${name}`)),
    )
    expect(formats).toEqual([...compressions, ...others].toSorted())
  })

  test.each(cases)('is read as its tools meant it: $name', async ({ bytes, expected }) => {
    for (const lengths of [[1e6], [1], [13, 64, 5]]) {
      const { reading, contents } = await collect(inPieces(bytes, lengths))
      const ended = [...contents]
        .filter(([, { ended }]) => ended)
        .map(([path, { bytes }]) => [path, textOf(bytes, expected.complete[path])])
      expect(Object.fromEntries(ended)).toEqual(expected.complete)
      expect(reading.gaps.map((gap) => gap.reason)).toEqual(expected.gaps)
      expect(reading.complete).toBe(expected.gaps.length === 0)
    }
  })
})

const textOf = (bytes: Buffer, expected: string | undefined): string =>
  expected?.startsWith('sha256:') ? `sha256:${createHash('sha256').update(bytes).digest('hex')}` : String(bytes)
