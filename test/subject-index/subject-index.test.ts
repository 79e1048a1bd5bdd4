import { describe, expect, it } from 'vitest'
import { ManifestInvalid } from '../../lib/errors.ts'
import { canonicalOf, Identifier } from '../../lib/manifest/identifier.ts'
import { createIndexBuilder } from '../../lib/subject-index/build-subject-index.ts'
import { openPart } from '../../lib/subject-index/open-part.ts'
import { isTransferred, openSubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { controlsPerShape } from '../../lib/subject-index/plant-controls.ts'
import { buildIndex, finishInMemory, makeIndex, seededRandom, testKeys, testReport } from './make-index.ts'

const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const mixed = ['1234567890123456789', uuid, 'Bob.Smith@Example.org', 'jane_doe', 'jane.doe-2']
const builderOf = (caseRule: 'fold' | 'exact', random = seededRandom('seed')) =>
  createIndexBuilder({ caseRule, keys: testKeys, random })

describe('subject index', () => {
  it('answers exactly for each identifier of the manifest and for neighbours of it', () => {
    const texts = Array.from({ length: 5000 }, (_, n) => String(7_000_000_000_000_000_000n + BigInt(n) * 3n))
    const index = makeIndex([...texts, ...mixed])
    expect(index.subjects).toBe(texts.length + mixed.length)
    for (const text of [...texts, ...mixed]) expect(isTransferred(index, text)).toBe(true)
    for (const text of texts) {
      expect(isTransferred(index, String(BigInt(text) + 1n))).toBe(false)
      expect(isTransferred(index, text.slice(1))).toBe(false)
      expect(isTransferred(index, `0${text}`)).toBe(false)
      expect(isTransferred(index, `u${text}`)).toBe(false)
    }
  })

  it('gives each entry one ordinal, the place of its tag in byte order', () => {
    const index = makeIndex(mixed)
    const ordinals = mixed.map((text) => {
      const { shape, canonical } = canonicalOf(text, 'fold') as { shape: 'email'; canonical: string }
      expect(index.ordinalOf(shape, Buffer.from(canonical))).toBe(index.ordinalOf(shape, canonical))
      return index.ordinalOf(shape, canonical)
    })
    const all = [...ordinals, ...index.controls.map(({ ordinal }) => ordinal)]
    expect(all.toSorted((a, b) => a - b)).toStrictEqual(Array.from({ length: index.entries }, (_, n) => n))
    const tags = Array.from({ length: index.entries }, (_, ordinal) => index.tagOf(ordinal))
    expect(tags.toSorted()).toStrictEqual(tags)
    for (const tag of tags) expect(tag).toMatch(/^[0-9a-f]{32}$/)
  })

  it('gives an identifier the same tag in every index of the case, and another in another case', () => {
    const tag = (index: ReturnType<typeof makeIndex>) => index.tagOf(index.ordinalOf('handle', 'jane_doe'))
    expect(tag(makeIndex(['jane_doe', '123456'], { seed: 'other' }))).toBe(tag(makeIndex(['jane_doe'])))
  })

  it('folds case by the rule of the configuration', () => {
    const folded = makeIndex(mixed)
    expect(isTransferred(folded, 'bOB.sMITH@eXAMPLE.ORG')).toBe(true)
    expect(isTransferred(folded, 'JANE_DOE')).toBe(true)
    const exact = makeIndex(mixed, { caseRule: 'exact' })
    expect(isTransferred(exact, 'bob.smith@example.org')).toBe(false)
    expect(isTransferred(exact, 'Bob.Smith@Example.org')).toBe(true)
    expect(isTransferred(exact, uuid.toUpperCase().replaceAll('-', ''))).toBe(true)
  })

  it('says no to what cannot be an identifier', () => {
    const index = makeIndex(mixed)
    for (const text of ['', 'a', 'x'.repeat(255), 'jane doe', '\u212Aelvin'])
      expect(isTransferred(index, text)).toBe(false)
    for (const text of ['', 'a', 'x'.repeat(300)]) expect(index.ordinalOf('handle', text)).toBe(-1)
  })

  it('counts duplicates and short identifiers, and names the first rows of each', () => {
    const builder = builderOf('fold')
    const rows = Array.from({ length: 30 }, (_, n) => ['Jane_Doe', 'jane_doe', 'abc', `user_${n}`]).flat()
    for (const [n, text] of rows.entries()) expect(builder.add(n + 2, new Identifier(text))).toBeUndefined()
    const { summary } = finishInMemory(builder)
    expect(summary.subjects).toBe(32)
    expect(summary.duplicates.count).toBe(59 + 29)
    expect(summary.duplicates.first.slice(0, 5)).toStrictEqual([3, 6, 7, 8, 10])
    expect(summary.duplicates.first.length).toBe(20)
    expect(summary.short).toStrictEqual({ count: 30, first: Array.from({ length: 20 }, (_, n) => 4 + 4 * n) })
  })

  it('sums up what was compiled', () => {
    const { bytes, summary } = buildIndex([...mixed, '12345', '12345'])
    expect(summary).toStrictEqual({
      subjects: 6,
      duplicates: { count: 1, first: [7] },
      short: { count: 2, first: [6, 7] },
      shapes: [
        { shape: 'decimal', minLength: 5, maxLength: 19, subjects: 2 },
        { shape: 'uuid', minLength: 32, maxLength: 32, subjects: 1 },
        { shape: 'email', minLength: 21, maxLength: 21, subjects: 1 },
        { shape: 'handle', minLength: 8, maxLength: 8, subjects: 1 },
        { shape: 'dotted', minLength: 10, maxLength: 10, subjects: 1 },
      ],
      controls: 5 * controlsPerShape,
    })
    const index = openSubjectIndex(bytes, testKeys)
    const part = openPart(bytes, testKeys)
    expect([part.report, part.summary, part.base]).toStrictEqual([testReport, summary, undefined])
    expect(index).toMatchObject({ manifestSha256: testReport.sha256, caseRule: 'fold', subjects: 6, entries: 26 })
    expect(index.shapes[0]).toStrictEqual({ shape: 'decimal', lengths: [5, 19] })
  })

  it('says what is wrong with a row without quoting it, and leaves it out', () => {
    const builder = builderOf('fold')
    expect(builder.add(1, new Identifier('secret person'))).toMatch(/^expected /)
    expect(builder.add(2, new Identifier('secret person'))).not.toContain('secret')
    expect(builder.add(3, new Identifier('jane_doe'))).toBeUndefined()
    expect(finishInMemory(builder).summary.subjects).toBe(1)
  })

  it('refuses to compile nothing', () => {
    expect(() => finishInMemory(builderOf('fold'))).toThrow(ManifestInvalid)
  })

  it('holds no identifier in clear, in no case, not even in part', () => {
    const { bytes } = buildIndex(mixed)
    const text = Buffer.from(bytes).toString('latin1').toLowerCase()
    const parts = [...mixed, uuid.replaceAll('-', ''), '12345678', 'bob.', 'smith', 'example', 'jane', '3f2504e0']
    for (const part of parts) expect(text).not.toContain(part.toLowerCase())
    for (const part of parts) expect(text).not.toContain(Buffer.from(part).toString('base64').slice(0, 5).toLowerCase())
  })

  it('opens bytes that are shared between threads, and bytes at any place in memory', () => {
    const { bytes } = buildIndex(mixed)
    for (const offset of [0, 1, 2, 3, 4, 8]) {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 8), offset, bytes.length)
      shared.set(bytes)
      const index = openSubjectIndex(shared, testKeys)
      for (const text of mixed) expect(isTransferred(index, text)).toBe(true)
    }
  })

  it('is the same bytes for the same rows and randomness, and finds the same for any randomness', () => {
    expect(buildIndex(mixed).bytes).toStrictEqual(buildIndex(mixed).bytes)
    const other = makeIndex(mixed, { seed: 'other' })
    expect(other.seed).not.toStrictEqual(makeIndex(mixed).seed)
    for (const text of mixed) expect(isTransferred(other, text)).toBe(true)
  })

  it('sorts manifests that repeat a few identifiers very often', () => {
    const rows = Array.from({ length: 60_000 }, (_, n) => ['first_one', 'other_one', 'third_one'][n % 3]!)
    const { summary } = buildIndex(rows)
    expect(summary.subjects).toBe(3)
    expect(summary.duplicates).toMatchObject({ count: 59_997, first: Array.from({ length: 20 }, (_, n) => n + 4) })
  })
})

describe('controls', () => {
  it('are drawn for every shape, in lengths that occur, and belong to no subject', () => {
    const { bytes } = buildIndex([...mixed, '7654321'])
    const index = openSubjectIndex(bytes, testKeys)
    for (const { shape, lengths } of index.shapes) {
      const own = index.controls.filter((control) => control.shape === shape)
      expect(own.length).toBe(controlsPerShape)
      expect([...new Set(own.map(({ text }) => text.length))].toSorted((a, b) => a - b)).toStrictEqual(lengths)
    }
    expect(index.shapes[0]!.lengths).toStrictEqual([7, 19])
    for (const { shape, text, ordinal } of index.controls) {
      expect(index.ordinalOf(shape, text)).toBe(ordinal)
      expect(index.isControl(ordinal)).toBe(true)
      expect(isTransferred(index, text)).toBe(false)
    }
    expect(index.isControl(index.ordinalOf('handle', 'jane_doe'))).toBe(false)
  })

  it('are other ones under other randomness', () => {
    const texts = (seed: string) => makeIndex(mixed, { seed }).controls.map(({ text }) => text)
    expect(texts('one').filter((text) => texts('two').includes(text))).toStrictEqual([])
  })

  it('are longer than any subject where subjects use up all of their length', () => {
    const every = Array.from({ length: 999 }, (_, n) => String(n + 1).padStart(3, '0'))
    const index = makeIndex(every)
    expect(index.subjects).toBe(999)
    expect(index.controls.length).toBe(controlsPerShape)
    for (const { text } of index.controls) expect(text.length).toBeGreaterThan(3)
    for (const text of every) expect(isTransferred(index, text)).toBe(true)
  })
})
