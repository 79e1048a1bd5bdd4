import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleFormats } from '../../../lib/scan/controls/sample-formats.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

const text = fc.string({ unit: fc.constantFrom('a', '1', '\n', 'é', '€', 'aaaaaaaa'), maxLength: 300, size: 'max' })
const cuts = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 })

/** Whether streams may follow each other, and zeros lie between them. */
const formats = [
  { format: 'bzip2', streams: 3, zeros: true },
  { format: 'xz', streams: 3, zeros: true },
  { format: 'lzip', streams: 3, zeros: true },
  { format: 'lz4', streams: 3, zeros: true },
  { format: 'mozilla-lz4', streams: 1, zeros: false },
  { format: 'android-backup', streams: 1, zeros: false },
  { format: 'snappy', streams: 3, zeros: false },
  { format: 'snappy-java', streams: 3, zeros: false },
  { format: 'lzma', streams: 1, zeros: false },
  { format: 'zlib', streams: 1, zeros: false },
  { format: 'compress', streams: 1, zeros: false },
]

test.each(formats)(
  '$format is decoded whole, alone or inside gzip, however it is cut',
  async ({ format, streams, zeros }) => {
    const file = fc.array(fc.tuple(text, fc.nat(zeros ? 9 : 0)), { minLength: 1, maxLength: streams })
    await fc.assert(
      fc.asyncProperty(file, cuts, async (parts, lengths) => {
        const { wrap } = sampleFormats[format]!
        const bytes = Buffer.concat(
          parts.flatMap(([text, padding]) => [wrap(Buffer.from(text)), Buffer.alloc(padding)]),
        )
        const whole = parts.map(([text]) => text).join('')
        const alone = await collect(inPieces(bytes, lengths))
        expect(alone.reading.gaps).toEqual([])
        expect(textsOf(alone.contents)).toEqual({ [format]: whole })
        const inside = await collect(inPieces(gzipSync(bytes), lengths))
        expect(inside.reading.gaps).toEqual([])
        expect(textsOf(inside.contents)).toEqual({ [`gzip/${format}`]: whole })
      }),
      { numRuns: 30 },
    )
  },
)

const user = 'user 1111111111\n'
/** They end with their file, so what follows is a damaged part of them. */
const endless = ['mozilla-lz4', 'snappy', 'snappy-java', 'compress']

test.each(formats)('bytes that follow $format are a gap', async ({ format }) => {
  const bytes = Buffer.from(sampleFormats[format]!.wrap(Buffer.from(user)))
  const { reading } = await collect(inPieces(Buffer.concat([bytes, Buffer.from([0xff, 0xfe, 1, 0x80])]), [9]))
  expect(reading.complete).toBe(false)
})

test.each(formats.filter(({ format }) => !endless.includes(format)))(
  'text that follows $format is delivered',
  async ({ format }) => {
    const bytes = Buffer.concat([sampleFormats[format]!.wrap(Buffer.from(user)), Buffer.from('user 2222222222\n')])
    const { reading, contents } = await collect(inPieces(bytes, [9]))
    expect(reading.gaps).toEqual([])
    expect(textsOf(contents)).toEqual({ [format]: user, [`${format}/trailing`]: 'user 2222222222\n' })
  },
)

test.each(endless)('text that follows %s is a gap', async (format) => {
  for (const length of [16, 3000]) {
    const content = Buffer.from(Array.from({ length }, (_, index) => ((index * 7919) ** 2).toString(36)).join(' '))
    const bytes = Buffer.concat([sampleFormats[format]!.wrap(content), Buffer.from('user 2222222222\n')])
    const { reading } = await collect(inPieces(bytes, [100_000]))
    expect(reading.complete).toBe(false)
  }
})

test('two files of compress in one are a gap: no tool reads the second', async () => {
  for (const length of [16, 3000, 150_000]) {
    const content = Buffer.from(Array.from({ length }, (_, index) => ((index * 7919) ** 2).toString(36)).join(' '))
    const file = sampleFormats.compress!.wrap(content)
    const { reading } = await collect(inPieces(Buffer.concat([file, file]), [100_000]))
    expect(reading.complete).toBe(false)
  }
})
