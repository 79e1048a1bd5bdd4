import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brotliEdges } from '../../../lib/decode/compression/brotli-edges.ts'
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
const block = fc
  .tuple(noise, fc.oneof(fc.constant(3), fc.constant(200), fc.constant(9000)), noise)
  .map(([before, length, behind]) =>
    Buffer.concat([before, metadata(Buffer.from(`<${'x'.repeat(length - 2)}>`)), behind]),
  )

test('edges are the same wherever a stream is cut, and those of a block are among them', () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(20_000)), (blocks, cuts) => {
      const stream = Buffer.concat([...blocks, Buffer.from('behind')])
      const places = [0, ...cuts.filter((cut) => cut < stream.length).toSorted((a, b) => a - b), stream.length]
      const found = edgesOf(places.slice(1).map((to, index) => stream.subarray(places[index]!, to)))
      // What is not there any more when the end is known was to be looked at before that.
      const whole = new Set(edgesOf([stream]))
      for (const edge of whole) expect(found).toContain(edge)
      const at = (byte: number) => stream[byte]! > 0x20 && stream[byte] !== 0x7f
      if (at(stream.indexOf('<x') - 1)) expect(found.some((edge) => edge.startsWith('<x'))).toBe(true)
      if (at(stream.indexOf('x>') + 2)) expect(found.some((edge) => edge.endsWith('x>'))).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('a stream with too many places for metadata is told', () => {
  const pattern = Buffer.concat(Array.from({ length: 60_000 }, () => Buffer.from([0x2c, 0x61])))
  expect(() => edgesOf([pattern])).toThrow('too much')
})
