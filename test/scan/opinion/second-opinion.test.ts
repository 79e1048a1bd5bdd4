import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ReadFailed } from '../../../lib/errors.ts'
import { canonicalOf } from '../../../lib/manifest/identifier.ts'
import { defaultForms } from '../../../lib/scan/forms/form-names.ts'
import { opinionLimits } from '../../../lib/scan/opinion/opinion-pieces.ts'
import { compareWith, type Opinion, opinionOnObject, opinionOnSlice } from '../../../lib/scan/opinion/second-opinion.ts'
import { type PlacedOccurrence, scanObject } from '../../../lib/scan/scan-object.ts'
import { scanSlice } from '../../../lib/scan/slices/scan-slice.ts'
import { inPieces } from '../../decode/collect.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { someOf } from '../../support/some-of.ts'
import { content, identifiers, subsets } from '../contents.ts'

const seed = Buffer.from('seed')
const whole = (bytes: Uint8Array) => inPieces(bytes, [1e6])
const narrow = { ...opinionLimits, closely: 8, piece: 8, held: 400, margin: 300 }

/** The occurrences that a scan reports, and what it came to. */
async function scan(bytes: Uint8Array, index = bob) {
  const seen: PlacedOccurrence[] = []
  const result = await scanObject(whole(bytes), index, (each) => seen.push(each))
  return { seen, result }
}

function agrees(opinion: Opinion, seen: readonly PlacedOccurrence[], result: { sha256?: string }): boolean {
  const comparison = compareWith(opinion)
  for (const each of seen) comparison.see(each)
  return comparison.agrees(result)
}

const bob = makeIndex(['bob_smith', '4611686018427387904', 'alice_jones'])

describe('a second opinion', () => {
  it.each(someOf(4, subsets))(
    'agrees with the scan of any text, whatever pieces it looks at: $name',
    async ({ keep, caseRule }) => {
      const index = makeIndex(
        identifiers.filter((text) => keep.test(text)),
        { caseRule },
      )
      let looked = 0
      await fc.assert(
        fc.asyncProperty(content, fc.nat(), async (bytes, n) => {
          const { seen, result } = await scan(bytes, index)
          const options = { index, forms: defaultForms, seed: Buffer.of(n & 255, n >> 8), limits: narrow }
          const opinion = await opinionOnObject(whole(bytes), options)
          looked += opinion!.found.size
          if (result.complete) expect(agrees(opinion!, seen, result)).toBe(true)
        }),
        { numRuns: 150 },
      )
      expect(looked).toBeGreaterThan(0)
    },
  )

  const corpus = new URL('../../corpus/', import.meta.url)
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter(
    // None of the bombs is read whole.
    (name) => name.endsWith('.bin') && !name.startsWith('bombs') && statSync(new URL(name, corpus)).size < 20_000,
  )

  it('agrees with the scan of every file of the corpus that is read whole', async () => {
    const texts = files.map((name) => readFileSync(new URL(name, corpus)))
    const words = texts.flatMap(
      (bytes) =>
        bytes
          .toString('latin1')
          .match(/[A-Za-z0-9_]{7,20}/g)
          ?.slice(0, 8) ?? [],
    )
    const known = words.filter((word) => 'shape' in canonicalOf(word, 'fold'))
    const index = makeIndex(new Set([...known, 'identifier', 'transferred', 'alice_jones', 'bob_smith', '1000000001']))
    let [compared, found] = [0, 0]
    for (const [at, bytes] of texts.entries()) {
      const { seen, result } = await scan(bytes, index)
      if (!result.complete) continue
      const opinion = await opinionOnObject(whole(bytes), { index, forms: defaultForms, seed })
      expect(agrees(opinion!, seen, result), files[at]!).toBe(true)
      compared += 1
      found += opinion!.found.size
    }
    expect(compared).toBeGreaterThan(100)
    expect(found).toBeGreaterThan(100)
  })

  const line = 'a line about bob_smith, and one of 4611686018427387904\n'

  it.each([
    ['text', Buffer.from(line.repeat(20_000))],
    ['gzip', gzipSync(line.repeat(20_000))],
    ['zstd', zstdCompressSync(line.repeat(20_000))],
  ])('looks at some of all of a large object: %s', async (_, bytes) => {
    const { seen, result } = await scan(bytes)
    const opinion = await opinionOnObject(whole(bytes), { index: bob, forms: defaultForms, seed })
    expect(agrees(opinion!, seen, result)).toBe(true)
    expect(opinion!.bytes).toBeGreaterThan(opinionLimits.closely)
    expect(opinion!.bytes).toBeLessThan(20_000 * line.length)
    expect(opinion!.pieces.get(0)!.at(-1)!.from).toBeGreaterThan(10_000 * line.length)
  })

  it('looks at as little of a large object in large chunks as in small ones', async () => {
    const bytes = Buffer.from(line.repeat(150_000))
    for (const chunk of [50_000, 2 ** 20]) {
      const opinion = await opinionOnObject(inPieces(bytes, [chunk]), { index: bob, forms: [], seed })
      expect(opinion!.bytes).toBeGreaterThan(opinionLimits.closely)
      expect(opinion!.bytes).toBeLessThan(bytes.length / 3)
    }
  })

  it('ends with a part of what is too large, and with a part of too many contents', async () => {
    const bytes = Buffer.from(line.repeat(2000))
    const { seen, result } = await scan(bytes)
    const limits = { ...opinionLimits, passed: 50_000 }
    const opinion = await opinionOnObject(inPieces(bytes, [1000]), { index: bob, forms: [], seed, limits })
    expect(opinion).toMatchObject({ bytes: expect.any(Number) })
    expect(opinion).not.toHaveProperty('whole')
    expect(agrees(opinion!, seen, result)).toBe(true)
    const none = await opinionOnObject(whole(bytes), {
      index: bob,
      forms: [],
      seed,
      limits: { ...limits, contents: 0 },
    })
    expect(none).toMatchObject({ bytes: 0 })
  })

  it('looks at a long text without any separator, in however small pieces it comes', async () => {
    const bytes = Buffer.from(`${'QUJDRA'.repeat(250_000)}\n${line}`)
    const opinion = await opinionOnObject(inPieces(bytes, [57]), { index: bob, forms: defaultForms, seed })
    expect(opinion!.bytes).toBeGreaterThan(1_000_000)
  })

  test('a scan that misses one occurrence, moves one or invents one disagrees', async () => {
    const bytes = gzipSync(line.repeat(9))
    const { seen, result } = await scan(bytes)
    const opinion = await opinionOnObject(whole(bytes), { index: bob, forms: defaultForms, seed })
    expect(seen).toHaveLength(18)
    expect(agrees(opinion!, seen, result)).toBe(true)
    for (const at of seen.keys()) {
      expect(agrees(opinion!, seen.toSpliced(at, 1), result)).toBe(false)
      expect(agrees(opinion!, seen.with(at, { ...seen[at]!, offset: seen[at]!.offset + 1 }), result)).toBe(false)
      expect(agrees(opinion!, seen.with(at, { ...seen[at]!, ordinal: (seen[at]!.ordinal + 1) % 3 }), result)).toBe(
        false,
      )
    }
    expect(agrees(opinion!, seen, { sha256: '00'.repeat(32) })).toBe(false)
  })

  test('a scan that calls complete what the opinion could not read to its end disagrees', async () => {
    const bytes = gzipSync(line.repeat(9))
    const { seen, result } = await scan(bytes)
    const cut = bytes.subarray(0, -1)
    const opinion = await opinionOnObject(whole(cut), { index: bob, forms: [], seed })
    expect(agrees(opinion!, seen, result)).toBe(false)
    expect(agrees(opinion!, seen, { sha256: hash('sha256', cut) })).toBe(false)
  })

  test('a scan that went only so far is asked for what is before that, and for all of it', async () => {
    const bytes = Buffer.from(line.repeat(9))
    const { seen } = await scan(bytes)
    const opinion = await opinionOnObject(whole(bytes), { index: bob, forms: [], seed })
    const agreesWith = (some: readonly PlacedOccurrence[], before?: number) => {
      const comparison = compareWith(opinion!)
      for (const each of some) comparison.see(each)
      return comparison.agrees(before === undefined ? {} : { before })
    }
    const before = seen[10]!.offset
    expect(agreesWith(seen.slice(0, 10), before)).toBe(true)
    expect(agreesWith(seen.slice(0, 9), before)).toBe(false)
    expect(agreesWith(seen.slice(0, 10), before + 1)).toBe(false)
    expect(agreesWith(seen)).toBe(false)
  })

  test('there is none where the medium fails', async () => {
    async function* broken() {
      yield Buffer.from(line)
      throw new ReadFailed('store: read: expected more bytes')
    }
    expect(await opinionOnObject(broken(), { index: bob, forms: [], seed })).toBeUndefined()
  })

  it('agrees with the scan of a slice, and not with one that misses something', async () => {
    const bytes = Buffer.from(line.repeat(300))
    const read = ({ from, to }: { from: number; to: number }) => inPieces(bytes.subarray(from, to), [999])
    const slice = { from: 5003, to: 11_111 }
    const seen: PlacedOccurrence[] = []
    await scanSlice(read, slice, bytes.length, bob, (each) => seen.push(each))
    const of = { head: bytes.subarray(0, 512), size: bytes.length }
    const opinion = await opinionOnSlice(read, slice, of, { index: bob, forms: defaultForms, seed })
    expect(opinion!.found.size).toBe(seen.length)
    expect(agrees(opinion!, seen, {})).toBe(true)
    expect(agrees(opinion!, seen.slice(1), {})).toBe(false)
  })
})
