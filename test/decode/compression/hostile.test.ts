import { readFileSync } from 'node:fs'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeObject, type Reading } from '../../../lib/decode/decode-object.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { sampleFormats } from '../../../lib/scan/controls/sample-formats.ts'
import { inPieces } from '../collect.ts'
import { gzipMember } from '../gzip-member.ts'

/** What becomes of bytes, how much of it reached a sink, and the seconds that this thread worked for it. */
async function cost(bytes: Uint8Array): Promise<{ reading: Reading; delivered: number; seconds: number }> {
  const before = process.threadCpuUsage()
  let delivered = 0
  const open = () => ({
    write(piece: Uint8Array) {
      delivered += piece.length
    },
    end() {},
  })
  const reading = await decodeObject(inPieces(bytes, [65_536]), open)
  const { user, system } = process.threadCpuUsage(before)
  return { reading, delivered, seconds: (user + system) / 1e6 }
}

const reasons = (reading: Reading) => reading.gaps.map((gap) => gap.reason)

describe('a bomb', () => {
  test.each(['bzip2', 'xz', 'lzip', 'compress'])('is left as soon as its ratio shows: %s', async (format) => {
    const bytes = readFileSync(new URL(`../../corpus/bombs/${format}.bin`, import.meta.url))
    const { reading, delivered, seconds } = await cost(bytes)
    const isDense = 40_000_000 / bytes.length > defaultLimits.ratio
    expect(reasons(reading)).toEqual(isDense ? ['limit'] : [])
    expect(delivered).toBe(isDense ? reading.decodedBytes : 40_000_000)
    expect(seconds).toBeLessThan(10)
  })
})

describe('a file of very many streams that hold nothing', () => {
  const empty = (format: string) => Buffer.from(sampleFormats[format]!.wrap(Buffer.alloc(0)))
  test.each(['bzip2', 'xz', 'lz4', 'lzip', 'snappy', 'gzip', 'zstd'])(
    'takes as little time as it has bytes: %s',
    async (format) => {
      const bytes = Buffer.alloc(20_000, empty(format)).subarray(0, 20_000 - (20_000 % empty(format).length))
      const { reading, seconds } = await cost(bytes)
      expect(reading).toMatchObject({ complete: true, decodedBytes: 0, bytes: bytes.length })
      expect(seconds).toBeLessThan(10)
    },
  )
})

describe('a few bytes that claim much', () => {
  const uint32 = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const snappyJava = Buffer.from('82534e41505059000000000100000001', 'hex')
  const lzmaHeader = (dictionary: number) => {
    const head = Buffer.alloc(18)
    head[0] = 93
    head.writeUInt32LE(dictionary, 1)
    head.fill(0xff, 5, 13)
    return head
  }
  const cases = [
    { name: 'snappy-java, a block of 4 GiB', bytes: Buffer.concat([snappyJava, uint32(0xfffffff0)]), reason: 'limit' },
    {
      name: 'snappy-java, 4 GiB in a block',
      bytes: Buffer.concat([snappyJava, uint32(5), Buffer.from([255, 255, 255, 255, 15])]),
      reason: 'limit',
    },
    { name: 'lzma, a dictionary of 2 GiB', bytes: lzmaHeader(2 ** 31), reason: 'limit' },
    {
      name: 'lzip, a dictionary of 512 MiB',
      bytes: Buffer.from('LZIP\x01\x1d\0\0\0\0\0\0', 'latin1'),
      reason: 'limit',
    },
    { name: 'lz4, a block beyond its size', bytes: Buffer.from('04224d186040820100010061', 'hex'), reason: 'corrupt' },
    { name: 'compress, of 31 bits', bytes: Buffer.from('1f9d9f6162', 'hex'), reason: 'unsupported-format' },
    {
      name: 'snappy, an unknown chunk',
      bytes: Buffer.from('ff060000734e6150705902010000ff', 'hex'),
      reason: 'unsupported-format',
    },
    {
      name: 'bzip2, a randomised block',
      bytes: Buffer.from('425a6831314159265359000000008000000000', 'hex'),
      reason: 'unsupported-format',
    },
    {
      name: 'bzip2, a block that never ends',
      bytes: Buffer.concat([Buffer.from('425a683131415926535900000000', 'hex'), Buffer.alloc(1_000_000, 0x55)]),
      reason: 'corrupt',
    },
  ]
  test.each(cases)('is a gap: $name', async ({ bytes, reason }) => {
    const { reading, seconds } = await cost(bytes)
    expect(reasons(reading)).toEqual([reason])
    expect(seconds).toBeLessThan(10)
  })
})

describe('small members and frames', () => {
  const texts = ['one 1111111111\n', 'two\n', '', 'x'.repeat(5000), 'last 2222222222\n']
  const subfields = { extra: Buffer.from('4243020063ff', 'hex').fill(0, 4) }
  const files = [
    { name: 'gzip', bytes: Buffer.concat(texts.map((text) => gzipMember(text))) },
    { name: 'BGZF', bytes: Buffer.concat(texts.map((text) => gzipMember(text, subfields))) },
    {
      name: 'gzip with a name in between',
      bytes: Buffer.concat(texts.map((text, index) => gzipMember(text, index === 2 ? { name: 'n' } : {}))),
    },
    { name: 'zstd', bytes: Buffer.concat(texts.map((text) => zstdCompressSync(text))) },
  ]
  test.each(files)('are read one by one as they are read together, damaged as well: $name', async ({ bytes }) => {
    for (let bit = -1; bit < bytes.length * 8; bit += bit < 0 ? 1 : 5) {
      const stored = Buffer.from(bytes)
      if (bit >= 0) stored[bit >> 3]! ^= 1 << (bit & 7)
      const together = await outcomeOf(stored, [1e6])
      if (together !== (await outcomeOf(stored, [11]))) expect.fail(`they differ with bit ${bit} flipped`)
    }
  })
})

/** What the gaps are, and what is delivered in contents that are complete. */
async function outcomeOf(bytes: Uint8Array, lengths: readonly number[]): Promise<string> {
  const ended: string[] = []
  const open = (path: readonly string[]) => {
    const parts: Buffer[] = []
    return {
      write: (piece: Uint8Array) => void parts.push(Buffer.from(piece)),
      end: () => void ended.push(`${path.join('/')} ${Buffer.concat(parts)}`),
    }
  }
  const { gaps } = await decodeObject(inPieces(bytes, lengths), open)
  return JSON.stringify([gaps.map(({ reason, path }) => [reason, path]), ended])
}
