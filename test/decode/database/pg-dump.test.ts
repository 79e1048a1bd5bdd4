import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { writePgDump } from '../../../lib/scan/controls/samples/pg-dump-sample.ts'
import { collect, inPieces } from '../collect.ts'
import { completeLengths, unnoticedBytes } from './damaged.ts'

const corpus = (name: string) => readFileSync(new URL(`../../corpus/pg-dump/${name}.bin`, import.meta.url))
const text = Array.from({ length: 20 }, (_, index) => `user ${index * 7919 + 1e9}\n`).join('')
const reasons = async (bytes: Buffer) =>
  (await collect(inPieces(bytes, [1e6]))).reading.gaps.map(({ reason }) => reason)

describe('an archive of pg_dump', () => {
  test.each(['gzip-1.14', 'none-1.16', 'toc-1.14'])('is never complete when it was cut off: %s', async (name) => {
    // Five bytes are text.
    const lengths = await completeLengths(corpus(name), 6, 7)
    expect(lengths).toEqual([])
  })

  test('is never complete without its data when a bit flipped', async () => {
    expect(await unnoticedBytes(writePgDump(Buffer.from(text)), 'pg-dump/data-1', text)).toEqual([])
    expect(await unnoticedBytes(corpus('gzip-1.16'), 'pg-dump/blob-1', 'user 3000000001\n', 3)).toEqual([])
  })

  test('whose data are damaged in one place is read in the others', async () => {
    const bytes = corpus('gzip-1.14')
    const blob = bytes.indexOf(Buffer.from('789c', 'hex'), bytes.length - 60)
    bytes[blob + 4]! ^= 0xff
    const { reading, contents } = await collect(inPieces(bytes, [100]))
    expect(reading.gaps.map(({ reason, path }) => [reason, path])).toEqual([['corrupt', ['pg-dump', 'blob-1']]])
    expect(contents.get('pg-dump/data-2')?.ended).toBe(true)
  })

  test('has gaps for what it cannot be, and where it is not known', async () => {
    const set = (at: number, value: number) => {
      const bytes = Buffer.from(writePgDump(Buffer.from(text)))
      bytes[at < 0 ? bytes.length + at : at] = value
      return bytes
    }
    expect(await reasons(set(6, 17))).toEqual(['unsupported-format'])
    expect(await reasons(set(8, 3))).toEqual(['corrupt'])
    expect(await reasons(set(10, 2))).toEqual(['corrupt'])
    // The size of the last piece.
    expect(await reasons(set(-2, 1))).toContain('truncated')
    const twice = Buffer.concat([writePgDump(Buffer.from(text)), Buffer.from([1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])])
    expect(await reasons(twice)).toEqual(['corrupt'])
  })
})
