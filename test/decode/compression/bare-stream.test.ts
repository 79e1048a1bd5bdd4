import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { DeclaredFormat } from '../../../lib/decode/declared-format.ts'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { joinedStreams } from '../brotli-stream.ts'
import { inPieces } from '../collect.ts'

const user = 'user 1111111111'
const text = `${Array.from({ length: 60 }, (_, index) => `${user} ${index * 7919}`).join('\n')}\n`

/** Contents by their paths; one that did not end has `…` at its end. */
async function read(bytes: Uint8Array, declared: DeclaredFormat, lengths = [1000], limits = defaultLimits) {
  const texts: Record<string, string> = {}
  const reading = await decodeObject(
    inPieces(bytes, lengths),
    (path) => {
      const name = path.join('/')
      texts[name] = '…'
      return {
        write(chunk) {
          texts[name] = `${texts[name]!.slice(0, -1)}${Buffer.from(chunk).toString('latin1')}…`
        },
        end() {
          texts[name] = texts[name]!.slice(0, -1)
        },
      }
    },
    { limits, declared },
  )
  return { reading, texts, reasons: reading.gaps.map(({ reason }) => reason) }
}

describe.each([
  { format: 'brotli' as const, compress: brotliCompressSync },
  { format: 'deflate' as const, compress: deflateRawSync },
])('what is declared to be $format', ({ format, compress }) => {
  const bytes = compress(text)

  test('is read to its end, however it is cut, and so is what is inside of it', async () => {
    for (const lengths of [[1], [7, 2], [1e5]]) {
      const { reading, texts } = await read(bytes, format, lengths)
      expect(reading).toMatchObject({ complete: true, bytes: bytes.length, gaps: [] })
      expect(texts).toEqual({ [format]: text, [`${format}/stored`]: bytes.toString('latin1') })
    }
    const inside = await read(compress(gzipSync(text)), format)
    expect(inside.reading.gaps).toEqual([])
    expect(inside.texts[`${format}/gzip`]).toBe(text)
  })

  test('is never complete when it was cut off, not even of nothing', async () => {
    for (let length = 0; length < bytes.length; length++)
      for (const lengths of [[1e5], [3]]) {
        const { reading, reasons } = await read(bytes.subarray(0, length), format, lengths)
        expect(reasons).toEqual(['truncated'])
        expect(reading.bytes).toBe(length)
      }
  })

  test('is a gap with anything behind it, even another stream or zeros, and that is looked at', async () => {
    for (const more of [Buffer.from(user), bytes, Buffer.alloc(9)])
      for (const lengths of [[1e5], [1]]) {
        const { reasons, texts } = await read(Buffer.concat([bytes, more]), format, lengths)
        expect(reasons).toEqual(['trailing-data'])
        expect(texts[format]).toBe(text)
        expect(texts[`${format}/stored`]).toBe(Buffer.concat([bytes, more]).toString('latin1'))
      }
  })

  test('is corrupt when it is anything else, and is looked at as it is', async () => {
    for (const other of [Buffer.from(text), gzipSync(text), Buffer.from(`\xff\xff${text}`, 'latin1')]) {
      const { reasons, texts } = await read(other, format, [13])
      expect(reasons).toEqual(['corrupt'])
      expect(texts[`${format}/stored`]).toBe(other.toString('latin1'))
    }
  })

  test('is stopped where it would become too much', async () => {
    const { reasons } = await read(bytes, format, [1000], { ...defaultLimits, decodedBytes: 500 })
    expect(reasons).toEqual(['limit'])
  })
})

test('bytes in a stream of brotli that decode to nothing are looked at as they are', async () => {
  const hidden = Buffer.from(user)
  // A window of 16 bits; a block of metadata, whose length takes one byte; an empty last block.
  const length = hidden.length - 1
  const stream = Buffer.concat([Buffer.from([0x2c | ((length & 1) << 7), length >> 1]), hidden, Buffer.from([3])])
  const { reading, texts } = await read(stream, 'brotli')
  expect(reading.gaps).toEqual([])
  expect(texts['brotli/stored']).toContain(user)
})

test('and apart from what is around them, however that looks and wherever it is cut', async () => {
  const ids = ['4611686018427387904', '4611686018427387905'] as const
  const apart = (id: string) => new RegExp(`(?<![0-9a-z])${id}(?![0-9a-z])`, 'i')
  const joined = new Set<string>()
  let cut = 0
  for (const stream of joinedStreams(...ids, 17)) {
    const { reading, texts } = await read(stream, 'brotli', [1 + (cut++ % 7), 5000])
    expect(reading.gaps).toEqual([])
    for (const id of ids) {
      if (apart(id).test(texts['brotli/stored']!)) continue
      joined.add(id)
      expect(texts['brotli/edges']).toMatch(apart(id))
    }
  }
  expect(joined).toEqual(new Set(ids))
})

test('compressed bytes are no text that hides something, though some of them look so by chance', async () => {
  // Bits and bytes as characters: a long stream has some of each.
  const byChance = Buffer.from('\u3A7B\u0B85\u1C20 x\u009c\u0003\u00e4\u0087\u0090\u00fe\u0001\u00b3')
  const length = byChance.length - 1
  const stream = Buffer.concat([Buffer.from([0x2c | ((length & 1) << 7), length >> 1]), byChance, Buffer.from([3])])
  for (const lengths of [[1e5], [5]]) expect((await read(stream, 'brotli', lengths)).reasons).toEqual([])
  expect((await read(brotliCompressSync(byChance), 'brotli')).reasons).toContain('opaque')
})
