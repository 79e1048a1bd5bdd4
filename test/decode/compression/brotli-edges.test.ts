import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brotliEdges } from '../../../lib/decode/compression/declared/brotli-edges.ts'
import { metadata } from '../brotli-stream.ts'

const tooMuch = () => new Error('too much')
const edgesOf = (pieces: Uint8Array[]) => {
  const edges = brotliEdges(tooMuch)
  let found = ''
  for (const [at, piece] of [...pieces, new Uint8Array(0)].entries())
    for (const lines of edges.take(piece, at === pieces.length)) found += Buffer.from(lines).toString('latin1')
  return found.split('\n')
}

const noise = fc
  .array(
    fc.nat(255).filter((byte) => byte !== 0x0a),
    { maxLength: 300 },
  )
  .map((bytes) => Buffer.from(bytes))
type Block = { before: Buffer; length: number; bits: [value: number, count: number]; behind: Buffer }
const around = { before: noise, behind: noise }
const any: fc.Arbitrary<Block> = fc.record({
  ...around,
  length: fc.constantFrom(5, 200, 9000),
  bits: fc.tuple(fc.nat(127), fc.nat(7)).map(([value, count]) => [value & ((1 << count) - 1), count]),
})

/**
 * Behind so many bits the header's last byte has `used` bits, which are the highest ones of the length (less one): a letter or a
 * digit, so that the bytes before a block look as if they went on with it.
 */
const lettered: fc.Arbitrary<Block> = fc
  .record({
    ...around,
    last: fc.constantFrom(...Buffer.from('07Zaz')),
    used: fc.integer({ min: 6, max: 8 }),
    lengthBits: fc.oneof({ weight: 9, arbitrary: fc.constant(8) }, { weight: 1, arbitrary: fc.constant(16) }),
    low: fc.nat(0xffff),
    front: fc.nat(3),
  })
  .filter(({ last, used }) => last < 1 << used)
  .map(({ before, behind, last, used, lengthBits, low, front }) => {
    const lowBits = lengthBits - used
    const count = used - 6
    return {
      ...{ before, behind, bits: [front & ((1 << count) - 1), count] },
      length: ((last << lowBits) | (low & ((1 << lowBits) - 1))) + 1,
    }
  })

/** The bytes of a stream with these blocks in it, and where each of them begins and ends. */
function streamOf(blocks: readonly Block[]) {
  const places: { index: number; begin: number; end: number }[] = []
  let stream = Buffer.alloc(0)
  for (const [index, { before, length, bits, behind }] of blocks.entries()) {
    const content = Buffer.from(`<${index}${'x'.repeat(length - 4)}${index}>`)
    stream = Buffer.concat([stream, before, metadata(content, false, bits)])
    places.push({ index, begin: stream.length - length, end: stream.length })
    stream = Buffer.concat([stream, behind])
  }
  return { stream: Buffer.concat([stream, Buffer.from('behind')]), places }
}

function expectEdges(blocks: readonly Block[], cuts: readonly number[]) {
  const { stream, places } = streamOf(blocks)
  const inside = [0, ...cuts.filter((cut) => cut < stream.length).toSorted((a, b) => a - b), stream.length]
  const found = new Set(edgesOf(inside.slice(1).map((to, index) => stream.subarray(inside[index]!, to))))
  // What is not there any more when the end is known was to be looked at before that.
  expect(edgesOf([stream]).filter((edge) => !found.has(edge))).toStrictEqual([])
  const goesOn = (at: number) => stream[at]! > 0x20 && stream[at] !== 0x7f
  const edges = [...found]
  const begins = places.filter(({ begin }) => goesOn(begin - 1))
  const ends = places.filter(({ end }) => goesOn(end))
  expect(begins.filter(({ index }) => !edges.some((edge) => edge.startsWith(`<${index}x`)))).toStrictEqual([])
  expect(ends.filter(({ index }) => !edges.some((edge) => edge.endsWith(`x${index}>`)))).toStrictEqual([])
  return begins.length
}

const cuts = fc.array(fc.nat(20_000))

test('edges are the same wherever a stream is cut, and those of a block are among them', () => {
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 3 }), cuts, (blocks, places) => {
      expectEdges(blocks, places)
    }),
    { numRuns: 40 },
  )
})

test('so is where a block begins behind a header that ends like a letter or digit', () => {
  fc.assert(
    fc.property(fc.array(lettered, { minLength: 2, maxLength: 3 }), cuts, (blocks, places) => {
      expect(expectEdges(blocks, places)).toBe(blocks.length)
    }),
    { numRuns: 150 },
  )
})

test('a stream with too many places for metadata is told', () => {
  const pattern = Buffer.concat(Array.from({ length: 60_000 }, () => Buffer.from([0x2c, 0x61])))
  expect(() => edgesOf([pattern])).toThrow('too much')
})
