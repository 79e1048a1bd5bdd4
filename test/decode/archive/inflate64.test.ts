import { constants, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inflate64 } from '../../../lib/decode/archive/zip/inflate64.ts'
import { byteSource } from '../../../lib/decode/byte-source.ts'
import { inPieces } from '../collect.ts'

async function inflated(
  bytes: Buffer,
  lengths: readonly number[],
): Promise<{ text: string; rest: string; error?: string }> {
  const source = byteSource(inPieces(bytes, lengths))
  const parts: Buffer[] = []
  const all = () => Buffer.concat(parts).toString()
  try {
    for await (const part of inflate64(source, [])) parts.push(Buffer.from(part))
  } catch (error) {
    return { text: all(), rest: '', error: (error as { gap: { reason: string } }).gap.reason }
  }
  let rest = ''
  for (let chunk = await source.take(); chunk !== undefined; chunk = await source.take()) rest += Buffer.from(chunk)
  return { text: all(), rest }
}

// The longest match of deflate means another length here: short texts have none.
const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '\n', 'é'), maxLength: 250 })
const strategies = [constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY, constants.Z_RLE, constants.Z_FIXED]
const options = fc.record({ strategy: fc.constantFrom(...strategies), level: fc.constantFrom(0, 1, 9) })
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

test('what deflate and Deflate64 have in common is inflated, to the end of the stream and not beyond, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(text, options, cuts, async (text, options, lengths) => {
      const bytes = Buffer.concat([deflateRawSync(text, options), Buffer.from('behind')])
      expect(await inflated(bytes, lengths)).toEqual({ text, rest: 'behind' })
    }),
    { numRuns: 400 },
  )
})

test('many blocks and much output come whole', async () => {
  const lines = Array.from({ length: 60_000 }, (_, index) => `${(index * 7919 + 1e12).toString(36)}\n`).join('')
  for (const level of [0, 1, 9])
    for (const lengths of [[100_000], [4099, 17]])
      expect(await inflated(deflateRawSync(lines, { level }), lengths)).toEqual({ text: lines, rest: '' })
})

test('a stream that is cut anywhere is truncated, after all that could be decoded', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => `${(index * 7919 + 1e12).toString(36)}\n`).join('')
  for (const level of [0, 1, 9]) {
    const bytes = deflateRawSync(lines, { level })
    for (let length = 0; length < bytes.length; length++) {
      const { text, error } = await inflated(bytes.subarray(0, length), [50])
      expect(error).toBe('truncated')
      expect(lines.startsWith(text)).toBe(true)
    }
    expect((await inflated(bytes.subarray(0, -3), [50])).text.length).toBeGreaterThan(lines.length - 30)
  }
})

test.each([
  { name: 'a kind of block that there is not', bytes: '07' },
  { name: 'a length without its inverse', bytes: '01050000001122334455' },
  { name: 'a code that is over-subscribed', bytes: '0500ffffffffffffffffffffffff' },
  { name: 'a match before the beginning', bytes: '03020000000000' },
])('a stream that is none is corrupt: $name', async ({ bytes }) => {
  expect((await inflated(Buffer.from(bytes, 'hex'), [100])).error).toBe('corrupt')
})
