import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { sampleFormats } from '../../../lib/scan/controls/sample-formats.ts'
import { collect, inPieces } from '../../decode/collect.ts'
import { requireTool } from '../../support/require-tool.ts'

const lines = Array.from(
  { length: 700 },
  (_, index) => `{"user":"${(index * 7919 + 1e15).toString(36)}","n":${index}}\n`,
)
const documents = ['', 'a', 'aaaaaaaaaa\n', `${'7'.repeat(2000)}\n`, 'ä€😀 mixed\n', lines.join('')].map((text) =>
  Buffer.from(text),
)

/** Readers that are not ours, of the files as they are or of what is in them. */
const python = (decode: string) => [
  'python3',
  '-c',
  `import bz2, lzma, sys, zlib\ndata = sys.stdin.buffer.read()\nsys.stdout.buffer.write(${decode})`,
]
const lzipBody = `lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[{'id': lzma.FILTER_LZMA1, 'dict_size': 65536}]).decompress(data[6:-20])`
const readers = [
  { format: 'bzip2', command: python('bz2.decompress(data)') },
  { format: 'xz', command: python('lzma.decompress(data, lzma.FORMAT_XZ)') },
  { format: 'lzma', command: python('lzma.decompress(data, lzma.FORMAT_ALONE)') },
  { format: 'lzip', command: python(lzipBody) },
  { format: 'compress', command: ['gzip', '-dc'] },
]

describe('a sample of a compression', () => {
  const compressions = [
    'bzip2',
    'xz',
    'lz4',
    'mozilla-lz4',
    'android-backup',
    'snappy',
    'snappy-java',
    'lzip',
    'compress',
    'lzma',
    'zlib',
    'gzip',
    'zstd',
  ]
  test.each(compressions)('is read to the same document: %s', async (format) => {
    const { wrap, path } = sampleFormats[format]!
    for (const document of documents) {
      const { reading, contents } = await collect(inPieces(wrap(document), [1000, 1]))
      expect(reading.gaps).toEqual([])
      expect(contents.get(path.join('/'))?.bytes.equals(document)).toBe(true)
    }
  })

  test('is read to the same document: zeros, behind which so little may only be a line', async () => {
    const { wrap } = sampleFormats.zeros!
    for (const document of documents) {
      const { reading, contents } = await collect(inPieces(wrap(document), [1000, 1]))
      expect(reading.gaps).toEqual([])
      const text = Buffer.from(document).toString('latin1')
      expect([text, `${text}\n`]).toContain(contents.get('zeros')?.bytes.toString('latin1'))
    }
  })

  for (const { format, command } of readers)
    test(`is read by others as well: ${format}`, (context) => {
      requireTool(context, command[0]!)
      for (const document of documents) {
        const read = execFileSync(command[0]!, command.slice(1), { input: sampleFormats[format]!.wrap(document) })
        expect(read.equals(document)).toBe(true)
      }
    })
})
