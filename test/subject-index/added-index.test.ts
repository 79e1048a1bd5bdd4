import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IndexInvalid, ManifestInvalid } from '../../lib/errors.ts'
import { canonicalOf, Identifier } from '../../lib/manifest/identifier.ts'
import { createIndexBuilder } from '../../lib/subject-index/build-subject-index.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import { filterBytesOf, formatFooter, headBytes } from '../../lib/subject-index/index-format.ts'
import { type IndexSource, sourceOfBytes } from '../../lib/subject-index/index-source.ts'
import { openPart } from '../../lib/subject-index/open-part.ts'
import { isTransferred, openSubjectIndex, type SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { pendingIndexOf } from '../../lib/subject-index/pending-index.ts'
import { readIndexParts, readIndexTables } from '../../lib/subject-index/read-index.ts'
import { find } from '../scan/find.ts'
import { buildIndex, buildParts, makeIndex, seededRandom, testKeys, testReport } from './make-index.ts'

const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const first = ['1234567890123456789', 'jane_doe', uuid]
const second = ['7654321', 'bob@x.org', 'jane_doe']
const third = ['jane.doe', 'BOB@x.org', '1234567890123456789', '7654322']
const chain = buildParts([first, second, third])
const [base, more, last] = chain as [Uint8Array, Uint8Array, Uint8Array]
const all = [...new Set([...first, ...second, ...third].map((text) => text.toLowerCase()))]

const ordinalOf = (index: SubjectIndex, text: string) => {
  const { shape, canonical } = canonicalOf(text, index.caseRule) as { shape: 'handle'; canonical: string }
  return index.ordinalOf(shape, canonical)
}

describe('an index that adds to others', () => {
  it('holds only what those do not have, and counts the rest as duplicates', () => {
    const { summary } = openPart(last, testKeys)
    expect(summary).toMatchObject({ subjects: 2, duplicates: { count: 2, first: [2, 3] } })
    expect([base, more, last].map((bytes) => openPart(bytes, testKeys).summary.subjects)).toEqual([3, 2, 2])
  })

  it('names the one before it, and through that all of them', () => {
    const parts = chain.map((bytes) => openPart(bytes, testKeys))
    expect(parts.map((part) => part.base)).toEqual([undefined, parts[0]!.sha256, parts[1]!.sha256])
  })

  it('has with them every subject once, under the tag that one index of all would give it', () => {
    const [united, whole] = [openSubjectIndex(chain, testKeys), makeIndex(all)]
    expect([united.subjects, united.entries]).toEqual([7, 7 + united.controls.length])
    const ordinals = all.map((text) => ordinalOf(united, text))
    expect(new Set(ordinals).size).toBe(all.length)
    expect(Math.max(...ordinals)).toBeLessThan(united.entries)
    for (const [at, text] of all.entries()) {
      expect(isTransferred(united, text)).toBe(true)
      expect(united.isListed(text)).toBe(true)
      expect(united.tagOf(ordinals[at]!)).toBe(whole.tagOf(ordinalOf(whole, text)))
    }
    expect(isTransferred(united, '7654323')).toBe(false)
  })

  it('has controls of every shape that occurs in it, which nobody has', () => {
    const united = openSubjectIndex(chain, testKeys)
    expect(united.controls.length).toBe(4 * (3 + 2 + 2))
    expect(new Set(united.controls.map(({ text }) => text)).size).toBe(united.controls.length)
    for (const { shape, text, ordinal } of united.controls) {
      expect(united.ordinalOf(shape, text)).toBe(ordinal)
      expect([united.isControl(ordinal), united.isListed(text)]).toEqual([true, false])
    }
  })

  it('is one of the lengths and shapes of all', () => {
    expect(openSubjectIndex(chain, testKeys).shapes).toStrictEqual([
      { shape: 'decimal', lengths: [7, 19] },
      { shape: 'uuid', lengths: [32] },
      { shape: 'email', lengths: [9] },
      { shape: 'handle', lengths: [8] },
      { shape: 'dotted', lengths: [8] },
    ])
  })

  it('may add nobody, and then changes nothing', () => {
    const none = buildIndex(first, { bases: [base], seed: 'none' })
    expect(none.summary).toMatchObject({ subjects: 0, controls: 0, duplicates: { count: 3 } })
    const united = openSubjectIndex(
      [base, none.bytes, buildIndex(third, { bases: [base, none.bytes] }).bytes],
      testKeys,
    )
    expect(united.subjects).toBe(6)
    for (const text of [...first, ...third]) expect(isTransferred(united, text)).toBe(true)
    const places = [...first, ...third].map((text) => find(united, `"${text}"`).occurrences.map(({ offset }) => offset))
    expect(new Set(places.map(String))).toEqual(new Set(['1']))
    for (let ordinal = 0; ordinal < united.entries; ordinal++) expect(united.tagOf(ordinal)).toMatch(/^[0-9a-f]{32}$/)
  })

  it('says of any rows in any parts what one index of all says, however few are held back', () => {
    const id = fc.integer({ min: 1000, max: 1060 }).map(String)
    const manifest = fc.array(id, { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(
        fc.array(manifest, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (manifests, most) => {
          const parts = buildParts(manifests, { mostHeld: most })
          const united = openSubjectIndex(parts, testKeys)
          const subjects = new Set(manifests.flat())
          expect(united.subjects).toBe(subjects.size)
          const counted = parts.map((bytes) => openPart(bytes, testKeys).summary.duplicates.count)
          expect(counted.reduce((sum, count) => sum + count, 0)).toBe(manifests.flat().length - subjects.size)
          for (let n = 1000; n <= 1060; n++) expect(isTransferred(united, String(n))).toBe(subjects.has(String(n)))
          united.check()
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('a control of a base that is a subject of what is added', () => {
  // Nearly all numbers of three digits: what is drawn as a control is added later.
  const numbers = Array.from({ length: 900 }, (_, n) => String(100 + n))
  const few = makeIndex(numbers.slice(0, 40))
  const parts = buildParts([numbers.slice(0, 40), numbers])
  const united = openSubjectIndex(parts, testKeys)

  it('is that subject, and no control any more', () => {
    const controls = openPart(parts[0]!, testKeys).controls.map(({ text }) => text)
    expect(few.controls.length).toBe(4)
    expect(controls.filter((text) => numbers.includes(text)).length).toBeGreaterThan(0)
    for (const text of controls) expect(isTransferred(united, text)).toBe(numbers.includes(text))
    for (const text of numbers) expect(united.isControl(ordinalOf(united, text))).toBe(false)
    // Each under one ordinal, whoever asks which part.
    expect(new Set(numbers.map((text) => ordinalOf(united, text))).size).toBe(numbers.length)
    const { entries } = openPart(parts[0]!, testKeys)
    for (const text of controls.filter((each) => numbers.includes(each)))
      expect(ordinalOf(united, text)).toBeGreaterThanOrEqual(entries)
  })

  it('leaves the index with controls of its shape', () => {
    expect(united.controls.length).toBeGreaterThanOrEqual(4)
    for (const { text } of united.controls) expect(isTransferred(united, text)).toBe(false)
  })
})

describe('an identifier that is pending', () => {
  const withPending = buildIndex(first, { pending: ['later_on', '5550001'] }).bytes

  it('in the base and confirmed in what is added is confirmed', () => {
    const added = buildIndex(['later_on', 'new_one'], { bases: [withPending], seed: 'added' }).bytes
    const united = openSubjectIndex([withPending, added], testKeys)
    expect(['later_on', '5550001'].map((text) => isTransferred(united, text))).toEqual([true, false])
    expect(['later_on', '5550001', 'new_one'].map((text) => united.isListed(text))).toEqual([true, true, true])
    const pending = pendingIndexOf(united)!
    expect(['later_on', '5550001', 'new_one'].map((text) => ordinalOf(pending, text) !== -1)).toEqual([
      false,
      true,
      false,
    ])
  })

  it('in what is added is not to be shown either, also where a base has it as a control', () => {
    const { text } = openPart(base, testKeys).controls.find(({ shape }) => shape === 'handle')!
    const pending = ['other_one', 'later_on', text]
    const added = buildIndex(['new_one'], { bases: [withPending], pending, seed: 'added' }).bytes
    const united = openSubjectIndex([withPending, added], testKeys)
    for (const each of pending) expect([united.isListed(each), isTransferred(united, each)]).toEqual([true, false])
  })

  const refused = (rows: string[], pending: string[], bases: Uint8Array[]) => {
    try {
      buildIndex(rows, { bases, pending, seed: 'added' })
    } catch (error) {
      expect(error).toBeInstanceOf(ManifestInvalid)
      return error as ManifestInvalid
    }
    return undefined
  }

  it('in what is added and confirmed in a base contradicts it, by line and without a word of it', () => {
    for (const bases of [[base], [base, more]]) {
      const refusal = refused(['new_one', 'jane_doe'], ['later_on', 'Jane_Doe', uuid.replaceAll('-', '')], bases)!
      expect(refusal.badRows).toEqual([
        { line: 4, problem: expect.stringMatching(/the index that is added to confirms it$/) },
        { line: 5, problem: expect.stringMatching(/the index that is added to confirms it$/) },
      ])
      expect(refusal.message).toMatch(/got 2 such rows/)
      expect(refusal.message.toLowerCase()).not.toMatch(/jane|3f2504e0/)
    }
  })

  it('in what is added and confirmed there contradicts itself, whatever the base says', () => {
    const refusal = refused(['later_on', 'new_one'], ['new_one', 'later_on'], [withPending])!
    expect(refusal.badRows?.map(({ line }) => line)).toEqual([3, 4])
    expect(refusal.badRows?.[0]?.problem).toMatch(/line 2 confirms it/)
  })
})

describe('indexes that are not one', () => {
  const sibling = buildIndex(third, { bases: [base], seed: 'sibling' }).bytes
  const rebuilt = buildIndex(first, { seed: 'rebuilt' }).bytes
  const cases: { name: string; files: Uint8Array[]; message: RegExp }[] = [
    { name: 'one that adds, alone', files: [more], message: /^subject index: base: .*before it, got none$/ },
    { name: 'without the first', files: [more, last], message: /index 1 of 2: base: .*before it, got none$/ },
    { name: 'without the middle one', files: [base, last], message: /index 2 of 2: base: .*before it, got another$/ },
    { name: 'in another order', files: [base, last, more], message: /index 2 of 3: base: .*got another order$/ },
    { name: 'the whole one last', files: [more, base], message: /index 1 of 2: base: .*got none$/ },
    { name: 'twice', files: [base, more, more], message: /index 3 of 3: base: expected each index once/ },
    { name: 'the whole one twice', files: [base, base], message: /index 2 of 2: base: expected each index once/ },
    { name: 'two that add to the same', files: [base, more, sibling], message: /index 3 of 3: .*got another order$/ },
    { name: 'two whole ones', files: [base, rebuilt], message: /index 2 of 2: .*got one that adds to none$/ },
    { name: 'the base built again', files: [rebuilt, more], message: /index 2 of 2: .*before it, got another$/ },
  ]
  it.each(cases)('are refused by what is wrong: $name', ({ files, message }) => {
    const open = () => openSubjectIndex(files, testKeys)
    expect(open).toThrow(IndexInvalid)
    expect(open).toThrow(message)
  })

  it('are refused with another case key, and with another rule for case', () => {
    expect(() => openSubjectIndex(chain, caseKeysOf(Buffer.alloc(32, 8)))).toThrow(/case key: expected the one/)
    const exact = buildIndex(second, { bases: [base], caseRule: 'exact' }).bytes
    expect(() => openSubjectIndex([base, exact], testKeys)).toThrow(/index 2 of 2: case: expected the rule of/)
  })

  it('are refused where a text would have to be hashed for each of them', () => {
    const { footer } = readIndexParts(sourceOfBytes(more), testKeys)
    const rest = more.subarray(0, more.length - formatFooter(footer, testKeys).length)
    const other = Buffer.concat([rest, formatFooter({ ...footer, seed: [1, 2] }, testKeys)])
    expect(() => openSubjectIndex([base, other], testKeys)).toThrow(/index 2 of 2: seed: expected that of/)
  })

  it('are refused when a base is swapped for one of the same name, even under the case key', () => {
    const { footer } = readIndexParts(sourceOfBytes(base), testKeys)
    const rest = base.subarray(0, base.length - formatFooter(footer, testKeys).length)
    const swapped = { ...footer, report: { ...footer.report, rows: footer.report.rows + 1 } }
    const other = Buffer.concat([rest, formatFooter(swapped, testKeys)])
    expect(() => openSubjectIndex(other, testKeys)).not.toThrow()
    expect(() => openSubjectIndex([other, more], testKeys)).toThrow(/before it, got another/)
  })

  it('are refused when a byte of any is another one', () => {
    openSubjectIndex(chain, testKeys).check()
    for (const [at, bytes] of chain.entries())
      for (let place = at; place < bytes.length; place += 7) {
        const changed = bytes.slice()
        changed[place]! ^= 0x10
        expect(() => openSubjectIndex(chain.with(at, changed), testKeys).check(), `${at} ${place}`).toThrow(
          IndexInvalid,
        )
      }
  })

  it('are not taken for a whole one by whoever reads tables alone', () => {
    expect(() => readIndexTables(sourceOfBytes(base), testKeys)).not.toThrow()
    expect(() => readIndexTables(sourceOfBytes(more), testKeys)).toThrow(/expected a whole index, got one that adds/)
    const behind = Buffer.concat([base, more])
    expect(() => readIndexTables(sourceOfBytes(behind), testKeys)).toThrow(IndexInvalid)
    expect(() => openSubjectIndex(behind, testKeys)).toThrow(IndexInvalid)
  })
})

describe('adding to a large index', () => {
  const many = Array.from({ length: 150_000 }, (_, n) => String(7_000_000_000 + n * 13))
  const { bytes } = buildIndex(many, { seed: 'many' })
  const { footer } = readIndexParts(sourceOfBytes(bytes), testKeys)
  const entriesAt = headBytes + filterBytesOf(footer.filter)
  const digestBytes = footer.entries.digests * 16

  /** Reads the base, and counts what is read of its digests. */
  function counted(): IndexSource & { sum: number; most: number } {
    return {
      size: bytes.length,
      sum: 0,
      most: 0,
      read(from, to) {
        const digests = Math.min(to, entriesAt + digestBytes) - Math.max(from, entriesAt)
        this.sum += Math.max(0, digests)
        this.most = Math.max(this.most, digests)
        return bytes.subarray(from, to)
      },
    }
  }

  it('reads next to nothing of its digests for rows that it does not have', () => {
    const source = counted()
    const { summary } = buildIndex(
      Array.from({ length: 3000 }, (_, n) => String(8_000_000_000 + n * 7)),
      { bases: [source], seed: 'new' },
    )
    expect(summary).toMatchObject({ subjects: 3000, duplicates: { count: 0 } })
    expect(source.sum).toBeLessThan(0.05 * digestBytes)
  })

  it('reads each shard once, and no more than one at a time, for rows that it has', () => {
    const source = counted()
    const { summary } = buildIndex([...many, '8000000000'], { bases: [source], seed: 'same' })
    expect(summary).toMatchObject({ subjects: 1, duplicates: { count: many.length } })
    expect(source.most).toBeLessThan(30_000)
    expect(source.sum).toBeGreaterThanOrEqual(digestBytes)
    expect(source.sum).toBeLessThan(1.1 * digestBytes)
  })

  it('cannot take what comes in another order for new', () => {
    const ordinalOf = openPart(bytes, testKeys).walkSubjects()
    expect([ordinalOf(Uint32Array.of(1, 2, 3, 4)), ordinalOf(Uint32Array.of(1, 2, 3, 4))]).toEqual([-1, -1])
    expect(ordinalOf(Uint32Array.of(2 ** 32 - 1, 0, 0, 0))).toBe(-1)
    expect(() => ordinalOf(Uint32Array.of(2 ** 31, 0, 0, 0))).toThrow(/expected ascending digests/)
  })

  it('is refused when a shard that is needed is damaged', () => {
    const changed = bytes.slice()
    changed[entriesAt + 60_000]! ^= 1
    expect(() => buildIndex(many, { bases: [changed] })).toThrow(
      /entries: digests, shard \d+ of \d+: expected an undamaged/,
    )
  })
})

it('says what a row is before it is held back', () => {
  const parts = [openPart(base, testKeys)]
  const builder = createIndexBuilder({ caseRule: 'fold', keys: testKeys, random: seededRandom('x'), bases: parts })
  expect(builder.add(1, new Identifier('two words'))).toMatch(/expected a decimal number/)
  expect(builder.exclude(2, new Identifier('two words'))).toMatch(/expected a decimal number/)
  expect(() => builder.finish(testReport, () => undefined)).toThrow(/subjects: expected at least one/)
})
