import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { fileSource } from '../../lib/file-source.ts'
import { canonicalOf, Identifier, type Shape } from '../../lib/manifest/identifier.ts'
import { createIndexBuilder } from '../../lib/subject-index/build-subject-index.ts'
import { passesFilter } from '../../lib/subject-index/filter.ts'
import type { IndexSource } from '../../lib/subject-index/index-source.ts'
import { openPart } from '../../lib/subject-index/open-part.ts'
import { openSubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { buildIndex, finishInMemory, seededRandom, testKeys } from './make-index.ts'

const folder = mkdtempSync(join(tmpdir(), 'odv-index-'))
afterAll(() => rmSync(folder, { recursive: true }))

const hexOf = (n: number) => Math.imul(n, 0x9e3779b1).toString(16).replace('-', '').padStart(8, '0')
const texts: Record<Shape, (n: number) => string> = {
  decimal: (n) => String(1_220_000_000_000_000_000n + BigInt(n) * 31n),
  uuid: (n) => `${hexOf(n)}a${hexOf(n + 7)}${hexOf(n + 9)}${n.toString(16).padStart(7, '0')}`,
  email: (n) => `person.${n}@example.com`,
  handle: (n) => `user_${n.toString(36)}`,
  dotted: (n) => `first.last-${n}`,
}
const shapes = Object.keys(texts) as Shape[]

/** Counts what is read of an index. */
function counting(source: IndexSource): IndexSource & { bytes: number } {
  const counted = {
    bytes: 0,
    size: source.size,
    read(from: number, to: number) {
      counted.bytes += to - from
      return source.read(from, to)
    },
  }
  return counted
}

describe('every identifier that was added', () => {
  for (const shape of shapes)
    it(`is found, each with an ordinal of its own, and no other is: ${shape}`, () => {
      const size = fc.constantFrom(1000, 1024, 3000, 10_000)
      fc.assert(
        fc.property(size, fc.nat(1e6), (count, from) => {
          const ids = Array.from({ length: count }, (_, n) => texts[shape](from + n))
          const index = openSubjectIndex(buildIndex(ids, { seed: `${from}` }).bytes, testKeys)
          const canonical = (id: string) => (canonicalOf(id, 'fold') as { canonical: string }).canonical
          const ordinals = new Set(ids.map((id) => index.ordinalOf(shape, canonical(id))))
          expect(ordinals.has(-1)).toBe(false)
          expect(ordinals.size).toBe(count)
          for (let n = 0; n < 500; n++)
            expect(index.ordinalOf(shape, canonical(texts[shape](from + count + n)))).toBe(-1)
        }),
        { numRuns: 8 },
      )
    })

  it('is found among a hundred thousand of all shapes, in a file as in memory', () => {
    const ids = Array.from({ length: 100_000 }, (_, n) => texts[shapes[n % 5]!](n))
    const { bytes } = buildIndex(ids)
    const path = join(folder, 'mixed')
    writeFileSync(path, bytes)
    const [inMemory, inFile] = [openSubjectIndex(bytes, testKeys), openSubjectIndex(fileSource(path), testKeys)]
    let missing = 0
    for (const [n, id] of ids.entries()) {
      const shape = shapes[n % 5]!
      const { canonical } = canonicalOf(id, 'fold') as { canonical: string }
      const ordinal = inFile.ordinalOf(shape, canonical)
      if (ordinal === -1 || ordinal !== inMemory.ordinalOf(shape, canonical)) missing++
    }
    expect(missing).toBe(0)
    expect(inFile.parts[0]!.filter).toStrictEqual(inMemory.parts[0]!.filter)
  })
})

describe('an index of a million identifiers', () => {
  const count = 1_000_000
  const builder = createIndexBuilder({ caseRule: 'fold', keys: testKeys, random: seededRandom('million') })
  for (let n = 0; n < count; n++) builder.add(n + 1, new Identifier(texts.decimal(n)))
  const { bytes, summary } = finishInMemory(builder)

  it('has a filter of at most 2.3 bytes an identifier, and 18.5 bytes in all', () => {
    expect(summary.subjects).toBe(count)
    const { first, second } = openSubjectIndex(bytes, testKeys).parts[0]!.filter
    expect(first.length + second.length).toBeLessThan(2.3 * count)
    expect(bytes.length).toBeLessThan(18.5 * count)
  })

  it('is opened by reading the filter and a small part more, and a lookup reads 4 KiB of the rest', () => {
    const source = counting({ size: bytes.length, read: (from, to) => bytes.subarray(from, to) })
    const index = openSubjectIndex(source, testKeys)
    const { first, second } = index.parts[0]!.filter
    expect(source.bytes - first.length - second.length).toBeLessThan(0.2 * count)
    const before = source.bytes
    expect(index.ordinalOf('decimal', texts.decimal(77))).not.toBe(-1)
    expect(source.bytes - before).toBeLessThan(6000)
    expect(source.bytes - before).toBeGreaterThan(2500)
    // The same shard is not read twice, and what the filter denies is not read at all.
    const again = source.bytes
    expect(index.ordinalOf('decimal', texts.decimal(77))).not.toBe(-1)
    for (let n = 0; n < 1000; n++) index.ordinalOf('decimal', texts.decimal(count + n))
    expect(source.bytes - again).toBeLessThan(40_000)
  })

  it('puts the planes of its filter where the caller wants them', () => {
    const memory = new SharedArrayBuffer(4 << 20)
    let given = 0
    const { filter } = openPart(bytes, testKeys, (length) => {
      const plane = new Uint8Array(memory, given, length)
      given += length
      return plane
    })
    expect([filter.first.buffer, filter.second.buffer]).toEqual([memory, memory])
    expect(passesFilter(filter, 1, 2)).toBe(passesFilter(openPart(bytes, testKeys).filter, 1, 2))
  })

  it('finds every identifier', () => {
    const index = openSubjectIndex(bytes, testKeys)
    let missing = 0
    for (let n = 0; n < count; n += 7) missing += Number(index.ordinalOf('decimal', texts.decimal(n)) === -1)
    expect(missing).toBe(0)
  })
})

describe('lines of rows', () => {
  it('are told right however far apart they are and in whatever order they come', () => {
    const line = fc.oneof(fc.nat(100), fc.nat(200_000), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 60 }), (lines) => {
        const builder = createIndexBuilder({ caseRule: 'fold', keys: testKeys, random: seededRandom('lines') })
        // Few identifiers, so that most rows are duplicates of an earlier one.
        const ids = lines.map((_, n) => `user_${(n * n) % 5}`)
        for (const [n, each] of lines.entries()) builder.add(each, new Identifier(ids[n]!))
        const repeated = lines.filter((_, n) => ids.indexOf(ids[n]!) < n)
        const { duplicates } = finishInMemory(builder).summary
        expect(duplicates.count).toBe(repeated.length)
        expect(duplicates.first).toStrictEqual(repeated.toSorted((a, b) => a - b).slice(0, 20))
      }),
      { numRuns: 200 },
    )
  })

  it('are refused when there are more than can be counted', () => {
    const builder = createIndexBuilder({ caseRule: 'fold', keys: testKeys, random: seededRandom('lines') })
    expect(() => builder.add(2 ** 32, new Identifier('user_1'))).toThrow(/expected at most 4294967295 lines/)
  })
})
