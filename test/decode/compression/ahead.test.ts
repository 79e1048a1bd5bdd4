import { createHash } from 'node:crypto'
import { gzipSync, constants as zlib, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { driveAhead } from '../../../lib/decode/compression/engine/drive-ahead.ts'
import type { Step, Stepper } from '../../../lib/decode/compression/engine/stepper.ts'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import type { Means } from '../../../lib/decode/means.ts'
import { ReadFailed } from '../../../lib/errors.ts'
import { seededRandom } from '../../subject-index/make-index.ts'
import { inPieces } from '../collect.ts'

/** More than a few buffers of text that is not compressed to nothing. */
const text = Buffer.from(Buffer.from(seededRandom('ahead')(2_300_000)).toString('hex').replace(/.{40}/g, '$&\n'))
const zst = (part: Uint8Array) => zstdCompressSync(part, { params: { [zlib.ZSTD_c_checksumFlag]: 1 } })
const kinds = [
  { name: 'gzip', compress: gzipSync },
  { name: 'zstd', compress: zst },
] as const

const ahead: Means = { hasSpareCore: () => true }

/** What came of the innermost content, and how the reading ended. */
async function readingOf(chunks: AsyncIterable<Uint8Array>, means: Means) {
  const hash = createHash('sha256')
  let length = 0
  let ended = false
  const reading = await decodeObject(
    chunks,
    () => ({
      write(bytes) {
        hash.update(bytes)
        length += bytes.length
      },
      end() {
        ended = true
      },
    }),
    { means },
  )
  return { reading, digest: hash.digest('hex'), length, ended }
}

describe.each(kinds)('a long stream of $name is decoded ahead', ({ compress }) => {
  const whole = compress(text)

  test.each([
    { name: 'as a whole', lengths: [whole.length] },
    { name: 'in large pieces', lengths: [300_000, 1, 70_001] },
    { name: 'in small pieces', lengths: [16_384] },
  ])('and gives what plain streams give: $name', async ({ lengths }) => {
    const found = await readingOf(inPieces(whole, lengths), ahead)
    expect(found).toMatchObject({ length: text.length, ended: true, reading: { complete: true, bytes: whole.length } })
    expect(found.digest).toBe(createHash('sha256').update(text).digest('hex'))
  })

  test('with another one behind it, and text behind that', async () => {
    const stored = Buffer.concat([whole, compress(Buffer.from('more')), Buffer.from('and the rest\n')])
    const found = await readingOf(inPieces(stored, [400_000]), ahead)
    expect(found).toEqual(await readingOf(inPieces(stored, [400_000]), 'plain'))
    expect(found.length).toBe(text.length + 'moreand the rest\n'.length)
  })

  test('and is no complete one where it is cut off: the gap is where the last byte was delivered', async () => {
    for (const share of [0.4, 0.7, 0.999]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share))
      const found = await readingOf(inPieces(cut, [100_000]), ahead)
      const { gaps } = (await readingOf(inPieces(cut, [100_000]), 'plain')).reading
      expect(found).toMatchObject({ ended: false, reading: { complete: false, bytes: cut.length } })
      expect(found.reading.gaps.map(({ reason, detail }) => [reason, detail])).toEqual(
        gaps.map(({ reason, detail }) => [reason, detail]),
      )
      expect(found.reading.gaps.map(({ offset }) => offset)).toEqual([found.length])
      expect(found.length).toBeGreaterThan(text.length * (share - 0.2))
    }
  })

  test('and is corrupt where it is damaged', async () => {
    for (const share of [0.5, 0.95]) {
      const damaged = Buffer.from(whole)
      damaged.fill(0xff, Math.floor(whole.length * share), Math.floor(whole.length * share) + 200)
      const { reading, ended } = await readingOf(inPieces(damaged, [1e6]), ahead)
      expect(ended).toBe(false)
      expect(reading).toMatchObject({ complete: false, gaps: [{ reason: 'corrupt' }], bytes: damaged.length })
    }
  })

  test('and what came before a medium failed is delivered', async () => {
    async function* failing() {
      yield* inPieces(whole.subarray(0, 1_500_000), [250_000])
      throw new ReadFailed('store: read: expected more')
    }
    const found = await readingOf(failing(), ahead)
    expect(found.reading.gaps).toMatchObject([{ reason: 'read-error', offset: 1_500_000 }])
    expect(found.length).toBeGreaterThan(text.length / 2)
    expect(found.ended).toBe(false)
  })

  test('and an error of the sink ends it', async () => {
    let writes = 0
    const reading = decodeObject(
      inPieces(whole, [200_000]),
      () => ({
        write() {
          writes += 1
          if (writes === 8) throw new Error('sink')
        },
        end() {},
      }),
      { means: ahead },
    )
    await expect(reading).rejects.toThrow('sink')
    expect(writes).toBe(8)
  })
})

test('a reader that stops early is let go only when nobody writes to its memory any more', async () => {
  const writes = [Promise.withResolvers<Step>(), Promise.withResolvers<Step>()]
  let begun = 0
  const stepper: Stepper = {
    begin() {},
    step: () => {
      throw new Error('expected no step here')
    },
    ahead: () => writes[begun++]!.promise,
    close() {},
  }
  const output = driveAhead(
    stepper,
    () => true,
    Buffer.from('stored'),
    false,
    async () => undefined,
    () => {},
  )
  const first = output.next()
  writes[0]!.resolve({ produced: 1, rest: Buffer.from('ored'), isFull: true })
  expect((await first).value).toHaveLength(1)
  expect(begun).toBe(2)
  let isLetGo = false
  const end = output.return(undefined).then(() => {
    isLetGo = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(isLetGo).toBe(false)
  writes[1]!.reject(new Error('what failed is asked of nobody'))
  await end
})
