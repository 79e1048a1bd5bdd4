import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ReadFailed } from '../../lib/errors.ts'
import { someOf } from '../support/some-of.ts'
import { collect, inPieces, textsOf } from './collect.ts'
import { raw, skippable, zstdFrame, zstdMagic } from './frames.ts'
import { gzipMember } from './gzip-member.ts'

const text = 'user 1111111111, user 2222222222 and user 3333333333\n'.repeat(3)
const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }
const whole = [1e6]

/** Contents that are the containers' own, as opposed to what follows them. */
const mainOf = (texts: Record<string, string>, path: string) => texts[path]

describe('a container that was cut off', () => {
  const files = [
    { name: 'gzip', bytes: gzipSync(text) },
    { name: 'gzip with header fields', bytes: gzipMember(text, { name: 'a', comment: 'b', headerCrc: true }) },
    { name: 'zstd', bytes: zstdCompressSync(text) },
    { name: 'zstd with a checksum', bytes: zstdCompressSync(text, checked) },
    { name: 'zstd without size and checksum', bytes: zstdFrame([raw(text), raw('end')]) },
    { name: 'zstd in gzip', bytes: gzipSync(zstdCompressSync(text)) },
    { name: 'gzip in zstd', bytes: zstdCompressSync(gzipSync(text)) },
  ]
  test.each(files)('is never complete: $name', async ({ bytes }) => {
    // One byte of zstd's magic number alone is a character.
    for (let length = 2; length < bytes.length; length++)
      for (const lengths of [whole, [1]]) {
        const { reading } = await collect(inPieces(bytes.subarray(0, length), lengths))
        expect(reading).toMatchObject({ complete: false, bytes: length })
      }
  })

  test('is truncated, and what came before is delivered without an end', async () => {
    const bytes = gzipSync(text).subarray(0, -9)
    const { reading, contents } = await collect(inPieces(bytes, whole))
    expect(reading.gaps.map((gap) => [gap.reason, gap.path])).toEqual([['truncated', ['gzip']]])
    expect(textsOf(contents).gzip).toMatch(/^user 1111111111.*…$/s)
  })

  test('is truncated when only its magic number is there', async () => {
    for (const bytes of [
      Buffer.from('1f8b', 'hex'),
      Buffer.from('1f8b08', 'hex'),
      zstdMagic,
      skippable(Buffer.from('ab')).subarray(0, 4),
    ]) {
      const { reading } = await collect(inPieces(bytes, whole))
      expect(reading.gaps.map((gap) => gap.reason)).toEqual(['truncated'])
    }
  })
})

describe('a container in which one bit flipped', () => {
  const files = [
    { name: 'gzip', path: 'gzip', bytes: gzipSync(text) },
    {
      name: 'two gzip members',
      path: 'gzip',
      bytes: Buffer.concat([gzipSync(text.slice(0, 60)), gzipSync(text.slice(60))]),
    },
    { name: 'zstd with a checksum', path: 'zstd', bytes: zstdCompressSync(text, checked) },
    {
      name: 'two zstd frames with checksums',
      path: 'zstd',
      bytes: Buffer.concat([zstdCompressSync(text.slice(0, 60), checked), zstdCompressSync(text.slice(60), checked)]),
    },
  ]
  test.each(someOf(4, files))('is never complete with another content: $name', async ({ bytes, path }) => {
    let noticed = 0
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const { reading, contents } = await collect(inPieces(damaged, whole))
      noticed += reading.complete ? 0 : 1
      expect(reading.complete ? mainOf(textsOf(contents), path) : text).toBe(text)
    }
    // Only bits that mean nothing (a time, an operating system, flags without meaning) go unnoticed.
    expect(noticed).toBeGreaterThan(bytes.length * 8 - 160)
  })
})

describe('what was decoded before the damage', () => {
  const lines = Array.from({ length: 500 }, (_, index) => `user ${(index * 7919 + 1e15).toString(36)}\n`).join('')
  const flipped = (bytes: Buffer, at: number) => {
    const copy = Buffer.from(bytes)
    copy[Math.floor(bytes.length * at)]! ^= 0xff
    return copy
  }
  const halves = [lines.slice(0, 4000), lines.slice(4000)]
  const cases = [
    { name: 'gzip, in its last part', path: 'gzip', bytes: flipped(gzipSync(lines), 0.8), atLeast: 1000 },
    { name: 'gzip, in its checksum', path: 'gzip', bytes: flipped(gzipSync(lines), 0.9999), atLeast: lines.length },
    {
      name: 'zstd, in its checksum',
      path: 'zstd',
      bytes: flipped(zstdCompressSync(lines, checked), 0.9999),
      atLeast: 0,
    },
    {
      name: 'zstd, in its second frame',
      path: 'zstd',
      bytes: flipped(Buffer.concat(halves.map((half) => zstdCompressSync(half, checked))), 0.9),
      atLeast: 4000,
    },
  ]
  test.each(cases)('is delivered as it was, without an end: $name', async ({ path, bytes, atLeast }) => {
    for (const lengths of [whole, [17]]) {
      const { reading, contents } = await collect(inPieces(bytes, lengths))
      expect(reading.gaps.map((gap) => gap.reason)).toEqual(['corrupt'])
      const got = contents.get(path)?.bytes.toString() ?? ''
      expect(got.length).toBeGreaterThanOrEqual(atLeast)
      expect(lines.startsWith(got.slice(0, atLeast))).toBe(true)
      expect(contents.get(path)?.ended ?? false).toBe(false)
    }
  })
})

describe('a container whose header lies', () => {
  const gz = gzipSync(text)
  const set = (bytes: Buffer, at: number, value: number) => {
    const copy = Buffer.from(bytes)
    copy[at < 0 ? copy.length + at : at] = value
    return copy
  }
  const cases = [
    { name: 'gzip checksum', bytes: set(gz, -8, gz.at(-8)! ^ 1), reason: 'corrupt' },
    { name: 'gzip size', bytes: set(gz, -4, gz.at(-4)! ^ 1), reason: 'corrupt' },
    { name: 'gzip reserved flag', bytes: set(gz, 3, 0x80), reason: 'corrupt' },
    { name: 'gzip method', bytes: set(gz, 2, 7), reason: 'unsupported-format' },
    { name: 'gzip header checksum', bytes: set(gzipMember(text, { headerCrc: true }), 10, 0), reason: 'corrupt' },
    { name: 'gzip name without an end', bytes: set(gz, 3, 8).fill('n', 10), reason: 'truncated' },
    {
      name: 'gzip name without an end, very long',
      bytes: Buffer.concat([set(gz, 3, 8).subarray(0, 10), Buffer.alloc(200_000, 'n')]),
      reason: 'limit',
    },
    { name: 'zstd size too small', bytes: zstdFrame([raw(text)], { contentSize: text.length - 1 }), reason: 'corrupt' },
    { name: 'zstd size too large', bytes: zstdFrame([raw(text)], { contentSize: text.length + 1 }), reason: 'corrupt' },
    { name: 'zstd reserved bit', bytes: set(zstdFrame([raw(text)]), 4, 8), reason: 'corrupt' },
    {
      name: 'zstd reserved block',
      bytes: zstdFrame([raw('a'), { type: 'reserved', bytes: Buffer.from('a') }]),
      reason: 'corrupt',
    },
    {
      name: 'zstd block beyond the window',
      bytes: zstdFrame([{ type: 'raw', bytes: Buffer.alloc(200_000, 'a') }]),
      reason: 'corrupt',
    },
    {
      name: 'zstd dictionary',
      bytes: Buffer.concat([zstdMagic, Buffer.from([0x01, 0x38, 0x07]), zstdFrame([raw(text)]).subarray(6)]),
      reason: 'dictionary',
    },
    {
      name: 'skippable frame longer than the file',
      bytes: skippable(Buffer.from('abcdefgh')).subarray(0, 12),
      reason: 'truncated',
    },
    {
      name: 'a member after good ones',
      bytes: Buffer.concat([gz, gz, set(gz, -8, gz.at(-8)! ^ 1)]),
      reason: 'corrupt',
    },
  ]
  test.each(cases)('is a gap: $name', async ({ bytes, reason }) => {
    for (const lengths of [whole, [1]]) {
      const { reading } = await collect(inPieces(bytes, lengths))
      expect(reading.gaps.map((gap) => gap.reason)).toEqual([reason])
      expect(reading).toMatchObject({ complete: false, bytes: bytes.length })
    }
  })

  test('in the inner of two containers is a gap of the inner, in the outer one of the outer', async () => {
    const inner = await collect(inPieces(gzipSync(set(gz, -8, gz.at(-8)! ^ 1)), whole))
    expect(inner.reading.gaps.map((gap) => gap.path)).toEqual([['gzip', 'gzip']])
    const around = gzipSync(gz)
    const outer = await collect(inPieces(set(around, -8, around.at(-8)! ^ 1), whole))
    expect(outer.reading.gaps.map((gap) => gap.path)).toEqual([['gzip']])
  })
})

describe('a medium that fails', () => {
  async function* failing(bytes: Buffer, error: Error): AsyncGenerator<Uint8Array> {
    yield* inPieces(bytes, [5])
    throw error
  }
  const readFailed = new ReadFailed('store: object: expected more bytes')

  test.each([
    { name: 'plain text', bytes: Buffer.from(text), path: '' },
    { name: 'gzip', bytes: gzipSync(text), path: 'gzip' },
    { name: 'zstd in gzip', bytes: gzipSync(zstdCompressSync(text)), path: 'gzip/zstd' },
  ])('is a gap wherever it fails, and never complete: $name', async ({ bytes, path }) => {
    for (let length = 0; length <= bytes.length; length++) {
      const { reading, contents } = await collect(failing(bytes.subarray(0, length), readFailed))
      expect(reading.gaps.at(-1)).toMatchObject({ reason: 'read-error', path: [], offset: length })
      expect(contents.get(path)?.ended ?? false).toBe(false)
    }
  })

  test('delivers what it gave before it failed', async () => {
    const { contents } = await collect(failing(Buffer.from(text), readFailed))
    expect(textsOf(contents)).toEqual({ '': `${text}…` })
  })

  test('for a reason of the product is not hidden in a gap', async () => {
    await expect(collect(failing(gzipSync(text).subarray(0, 20), new TypeError('a bug')))).rejects.toThrow('a bug')
  })
})
