import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runControls } from '../../../lib/scan/controls/controls.ts'
import { createFormMatcher } from '../../../lib/scan/forms/form-matcher.ts'
import { defaultForms, formNames } from '../../../lib/scan/forms/form-names.ts'
import type { Occurrence } from '../../../lib/scan/occurrence.ts'
import { type PlacedOccurrence, scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { integerPlaces } from './integer-places.ts'

/** The first and the last ones that are looked for, what is around the largest one with a sign, and 8 letters. */
const sought = [
  ...['10000000000000000', '99999999999999999', '175928847299117063', '1541815603606036480', '7234017283807667300'],
  ...['9223372036854775807', '9223372036854775808', '18446744073709551615'],
]
/** Shorter, longer than 64 bits, and with zeros on the left. */
const notSought = ['9999999999999999', '1234567890123', '18446744073709551616', '0175928847299117064']
const index = makeIndex([...sought, ...notSought])
const names = ['binary-integer']

/** All the bytes that an identifier is written in. */
function writings(text: string): Buffer[] {
  const value = BigInt.asUintN(64, BigInt(text))
  const [little, big, turned] = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)]
  little.writeBigUInt64LE(value)
  big.writeBigUInt64BE(value)
  turned.writeBigUInt64BE(BigInt.asUintN(64, value ^ (1n << 63n)))
  const groups = (rest: bigint): number[] =>
    rest > 127n ? [Number(rest % 128n) + 128, ...groups(rest / 128n)] : [Number(rest)]
  const isSigned = value < 1n << 63n
  return [little, big, ...(isSigned ? [turned, Buffer.from(groups(2n * value))] : []), Buffer.from(groups(value))]
}

type Looking = 'kernel' | 'plain'

function find(content: Buffer, sizes: readonly number[], looking: Looking, windowBytes = 128 * 1024, own = index) {
  const found: Occurrence[] = []
  const matcher = createFormMatcher(own, names, (each) => found.push(each), { windowBytes, looking })
  for (let at = 0, turn = 0; at < content.length; turn++) {
    const size = sizes[turn % sizes.length]!
    matcher.write(content.subarray(at, at + size))
    at += size
  }
  matcher.end()
  return found
    .filter(({ form }) => form !== undefined)
    .map(({ offset, ordinal }) => ({ offset, ordinal }))
    .sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

const every = [...sought, ...notSought].flatMap(writings)
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...every) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 70 }).map((length) => Buffer.alloc(length, 'some text ')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\0', '\x80', '\xff\xff', sought[2]!, '文').map((each) => Buffer.from(each)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...every).map((bytes) => bytes.subarray(0, -1)) },
)
const content = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.concat(pieces))
const runs = { numRuns: Number(process.env.ODV_KERNEL_RUNS ?? 150) }
const noiseOf = (count: number) =>
  Buffer.concat(Array.from({ length: count }, (_, n) => createHash('sha256').update(`${n}`).digest()))

describe('numbers in integers of 64 bits', () => {
  it('are found exactly where they are read one place after the other, in any cuts and windows', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 })
    const looking = fc.constantFrom<Looking>('kernel', 'plain')
    fc.assert(
      fc.property(content, sizes, looking, fc.integer({ min: 1, max: 3000 }), (bytes, cut, how, window) => {
        const expected = integerPlaces(index, bytes)
        expect(find(bytes, cut, how, window)).toEqual(expected)
        expect(find(bytes, [bytes.length + 1], how)).toEqual(expected)
      }),
      runs,
    )
  })

  it('are found in each writing, beside any byte, wherever a block ends', () => {
    for (const text of sought)
      for (const bytes of writings(text))
        for (const beside of [0x00, 0x7f, 0x80, 0xff]) {
          const content = Buffer.concat([Buffer.of(0, beside, beside), bytes, Buffer.alloc(3, beside)])
          const found = find(content, [1], 'kernel')
          expect(found).toEqual(integerPlaces(index, content))
          expect(found).toContainEqual({ offset: 3, ordinal: index.ordinalOf('decimal', text) })
        }
    const noise = noiseOf(2200)
    const places = [65_536 - 64, 65_536 - 9, 65_536 + 1, 65_536 + 20, 65_536 + 60, 3, noise.length - 10]
    for (const [n, at] of places.entries()) writings(sought[2 + (n % 3)]!)[n % 5]!.copy(noise, at)
    const expected = integerPlaces(index, noise)
    expect(expected.map(({ offset }) => offset)).toEqual([...places].sort((x, y) => x - y))
    for (const sizes of [[65_536], [65_535, 1], [100_000, 77]]) expect(find(noise, sizes, 'kernel')).toEqual(expected)
    expect(find(noise, [4096], 'plain', 5000)).toEqual(expected)
  })

  it('are found by the kernel where they are all there is', () => {
    const own = makeIndex(['72340172838076673', ...sought])
    const content = Buffer.concat([noiseOf(9), Buffer.alloc(20_000, 1)])
    const found = find(content, [65_536], 'kernel', 128 * 1024, own)
    expect(found).toHaveLength(20_000 - 7)
    expect(found).toEqual(find(content, [4096], 'plain', 5000, own))
  })

  it('are not found in text of any script', () => {
    const letters = '7234017283807667300'
    const text = writings(letters)[1]!.toString('latin1')
    expect(text).toMatch(/^[ -~]+$/)
    for (const around of ['and nothing more, ', '文字ばかりで ', 'déjà à côté, ']) {
      const content = Buffer.from(around.repeat(20) + text + around.repeat(20))
      expect(find(content, [50], 'kernel')).toEqual([])
      expect(find(Buffer.concat([content, Buffer.from([0]), content]), [50], 'kernel')).toEqual([])
      const near = Buffer.concat([Buffer.from(around + text), Buffer.from([0])])
      expect(find(near, [50], 'kernel')).toHaveLength(1)
    }
  })

  it('make a content of an unknown format found, and never clean', async () => {
    const scan = async (bytes: Buffer, forms: readonly string[]) => {
      const found: PlacedOccurrence[] = []
      async function* chunks() {
        yield bytes
      }
      const { complete } = await scanObject(chunks(), index, (each) => found.push(each), { forms })
      return { complete, forms: found.map(({ form }) => form) }
    }
    const noise = noiseOf(99)
    const withOne = Buffer.concat([noise, writings(sought[3]!)[0]!, noise])
    expect(await scan(withOne, formNames)).toEqual({ complete: false, forms: ['binary-integer'] })
    expect(await scan(withOne, defaultForms)).toEqual({ complete: false, forms: [] })
    expect(await scan(noise, formNames)).toEqual({ complete: false, forms: [] })
  })

  const corpus = new URL('../../corpus/binary-integer/', import.meta.url)
  const files = readdirSync(corpus).filter((name) => name.endsWith('.json'))
  it.each(files)('are found in files that are not decoded: %s', async (name) => {
    const { subjects, findings } = JSON.parse(readFileSync(new URL(name, corpus), 'utf8')) as {
      subjects: string[]
      findings: [offset: number, subject: string][]
    }
    const own = makeIndex(subjects)
    const found: PlacedOccurrence[] = []
    async function* chunks() {
      yield readFileSync(new URL(name.replace('.json', '.bin'), corpus))
    }
    const { complete } = await scanObject(chunks(), own, (each) => found.push(each), { forms: formNames })
    const expected = findings.map(([offset, subject]) => ({ offset, ordinal: own.ordinalOf('decimal', subject) }))
    expect(found).toMatchObject(expected.map((each) => ({ ...each, form: 'binary-integer' })))
    expect(found).toHaveLength(expected.length)
    expect(complete).toBe(false)
  })

  it('are planted in each writing', async () => {
    const { positive, negative } = await runControls(makeIndex(['1541815603606036480']), scanObject, names)
    expect(positive.forms).toContain('plain/binary-integer/decimal')
    expect(positive.detected).toBe(positive.planted)
    expect(negative.falseAlarms).toBe(0)
    const none = await runControls(makeIndex(['1541815603606036480']), scanObject, [])
    expect(positive.planted - none.positive.planted).toBeGreaterThanOrEqual(8)
    const short = await runControls(makeIndex(['1234567890123']), scanObject, names)
    expect(short.positive.forms).not.toContain('plain/binary-integer/decimal')
  })
})
