import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect, inPieces, textsOf } from './collect.ts'
import { raw, skippable, zstdFrame } from './frames.ts'
import { gzipMember } from './gzip-member.ts'

/** What is written one after the other into an object, and the text of it that must come out of its containers. */
type Part = { bytes: Buffer; text: string }

const text = fc.string({ unit: fc.constantFrom('a', '1', '\n', 'é', '€'), maxLength: 60 })

const gzipPart: fc.Arbitrary<Part> = fc.oneof(
  text.map((text) => ({ bytes: gzipSync(text), text })),
  text.map((text) => ({ bytes: gzipMember(text, { comment: 'c', headerCrc: true }), text })),
)
const zstdPart: fc.Arbitrary<Part> = fc.oneof(
  text.map((text) => ({ bytes: zstdCompressSync(text), text })),
  text.map((text) => ({ bytes: zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }), text })),
  fc
    .array(text, { minLength: 1, maxLength: 4 })
    .map((texts) => ({ bytes: zstdFrame(texts.map(raw)), text: texts.join('') })),
  text.map((text) => ({ bytes: skippable(Buffer.from(`${text} beside`)), text: '' })),
)
const zeros: fc.Arbitrary<Part> = fc
  .integer({ min: 1, max: 40 })
  .map((length) => ({ bytes: Buffer.alloc(length), text: '' }))

const filesOf = (part: fc.Arbitrary<Part>) =>
  fc.array(fc.oneof({ weight: 4, arbitrary: part }, { weight: 1, arbitrary: zeros }), { maxLength: 6 }).chain((rest) =>
    part.map((first) => {
      const parts = [first, ...rest]
      return { bytes: Buffer.concat(parts.map(({ bytes }) => bytes)), text: parts.map(({ text }) => text).join('') }
    }),
  )

const cuts = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 })

test.each([
  { container: 'gzip', file: filesOf(gzipPart) },
  { container: 'zstd', file: filesOf(zstdPart) },
])(
  'any sequence of $container parts is decoded whole, alone or inside gzip, however it is cut',
  async ({ container, file }) => {
    await fc.assert(
      fc.asyncProperty(file, cuts, async ({ bytes, text }, lengths) => {
        const alone = await collect(inPieces(bytes, lengths))
        expect(alone.reading.gaps).toEqual([])
        expect(textsOf(alone.contents)[container]).toBe(text)
        const inside = await collect(inPieces(gzipSync(bytes), lengths))
        expect(inside.reading.gaps).toEqual([])
        expect(textsOf(inside.contents)[`gzip/${container}`]).toBe(text)
      }),
      { numRuns: 300 },
    )
  },
)

test('how an object is cut never changes what is delivered of it or what is a gap', async () => {
  const pieces = fc.oneof(
    gzipPart,
    zstdPart,
    zeros,
    text.map((text) => ({ bytes: Buffer.from(text), text })),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ bytes: Buffer.from(bytes), text: '' })),
  )
  const object = fc.tuple(fc.array(pieces, { maxLength: 6 }), fc.nat(30)).map(([parts, lost]) => {
    const bytes = Buffer.concat(parts.map((part) => part.bytes))
    return bytes.subarray(0, Math.max(0, bytes.length - lost))
  })
  await fc.assert(
    fc.asyncProperty(object, cuts, async (bytes, lengths) => {
      const whole = await collect(inPieces(bytes, [1e5]))
      const cut = await collect(inPieces(bytes, lengths))
      expect(gapsOf(cut)).toEqual(gapsOf(whole))
      expect(endedOf(cut)).toEqual(endedOf(whole))
      expect(cut.reading).toMatchObject({ bytes: bytes.length, sha256: whole.reading.sha256 })
    }),
    { numRuns: 600 },
  )
})

type Got = Awaited<ReturnType<typeof collect>>

const gapsOf = ({ reading }: Got) => reading.gaps.map((gap) => `${gap.reason} ${gap.path.join('/')}`)

/** How much of a damaged content comes out before the damage shows is the decoder's choice. */
const endedOf = ({ contents }: Got) => [...contents].filter(([, { ended }]) => ended)
