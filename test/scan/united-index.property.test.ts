import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runControls } from '../../lib/scan/controls/controls.ts'
import { createFormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { formNames } from '../../lib/scan/forms/form-names.ts'
import { forms } from '../../lib/scan/forms/forms.ts'
import { createTokenMatcher } from '../../lib/scan/matcher.ts'
import { createNameMatcher } from '../../lib/scan/names/name-matcher.ts'
import { findInKey, redactKey } from '../../lib/scan/names/redact-key.ts'
import type { Occurrence } from '../../lib/scan/occurrence.ts'
import { referencePlaces } from '../../lib/scan/opinion/reference-matcher.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { scanSlice } from '../../lib/scan/slices/scan-slice.ts'
import { workspaceOf } from '../../lib/scan/workspace-of.ts'
import { openPart } from '../../lib/subject-index/open-part.ts'
import { openSubjectIndex, type SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { buildParts, makeIndex, testKeys } from '../subject-index/make-index.ts'
import { content, identifiers } from './contents.ts'

const wanted = [...identifiers, '1234567', '98765432101234567']
const whole = makeIndex(wanted)
const isDecimal = (text: string) => /^[0-9]+$/.test(text)
const splits: { name: string; partOf: (text: string, at: number) => number }[] = [
  { name: 'two halves', partOf: (_, at) => at % 2 },
  { name: 'decimal numbers, which add to all others', partOf: (text) => Number(isDecimal(text)) },
  { name: 'all others, which add to decimal numbers', partOf: (text) => Number(!isDecimal(text)) },
  { name: 'four parts, the last of one', partOf: (_, at) => (at === 5 ? 3 : at % 3) },
]
const cases = splits.map(({ name, partOf }) => {
  const numbers = [...new Set(wanted.map(partOf))].sort()
  const manifests = numbers.map((number) => wanted.filter((text, at) => partOf(text, at) === number))
  // What the base has is in the manifest of what adds to it as well.
  const parts = buildParts(manifests.map((_, at) => manifests.slice(0, at + 1).flat()))
  return { name, index: openSubjectIndex(parts, testKeys), parts: manifests.length }
})

type Place = { ordinal: number; offset: number }

/** In the order in which they came, ordinals aside: with tags, and by them at one place. Controls differ in every index. */
function asTold<P extends Place>(index: SubjectIndex, found: readonly P[]) {
  const groups: (Omit<P, 'ordinal'> & { tag: string; offset: number })[][] = []
  for (const { ordinal, ...place } of found) {
    if (index.isControl(ordinal)) continue
    const last = groups.at(-1)
    if (last?.[0]?.offset === place.offset) last.push({ ...place, tag: index.tagOf(ordinal) })
    else groups.push([{ ...place, tag: index.tagOf(ordinal) }])
  }
  return groups.flatMap((group) => group.sort((x, y) => (x.tag < y.tag ? -1 : 1)))
}

type Cut = { sizes: readonly number[]; small: number }

function inPieces(bytes: Uint8Array, { sizes }: Cut, write: (piece: Uint8Array) => void): void {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    write(bytes.slice(at, at + size))
    at += size
  }
}

const readers: Record<string, (index: SubjectIndex, bytes: Uint8Array, cut: Cut) => readonly Place[]> = {
  kernel(index, bytes, cut) {
    const found: Place[] = []
    const matcher = createTokenMatcher(index, (token) => found.push(token), { blockBytes: cut.small })
    inPieces(bytes, cut, matcher.write)
    matcher.end()
    return found
  },
  'plain TypeScript'(index, bytes, cut) {
    const found: Place[] = []
    const matcher = createTokenMatcher(index, (token) => found.push(token), { blockBytes: cut.small, looking: 'plain' })
    inPieces(bytes, cut, matcher.write)
    matcher.end()
    return found
  },
  reference: referencePlaces,
  forms(index, bytes, cut) {
    const found: Occurrence[] = []
    const matcher = createFormMatcher(index, formNames, (each) => found.push(each), { windowBytes: cut.small })
    inPieces(bytes, cut, matcher.write)
    matcher.end()
    return found
  },
  names(index, bytes, cut) {
    const found: Occurrence[] = []
    const create = (on: (each: Occurrence) => void) => createFormMatcher(index, [], on)
    const matcher = createNameMatcher(index, create, (each) => found.push(each))
    inPieces(bytes, cut, matcher.write)
    matcher.end()
    return found
  },
}

const shapeOf = (text: string) => (isDecimal(text) ? 'decimal' : text.includes('@') ? 'email' : 'handle')
const spelled = forms
  .flatMap((form) => wanted.flatMap((text) => form.spell(text, shapeOf(text))))
  .map((bytes) => bytes.toString('latin1'))
const formed = fc
  .array(
    fc.oneof(
      fc.constantFrom(...spelled),
      content.map((bytes) => bytes.toString('latin1')),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'))
const anyCut = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
  small: fc.integer({ min: 1, max: 3000 }),
})
const runs = { numRuns: Number(process.env.ODV_KERNEL_RUNS ?? 25) }

describe('an index of several parts finds what one index of all finds, in the same order', () => {
  for (const { name, index, parts } of cases) {
    it(`in one kernel with the filters of all parts: ${name}`, () => {
      const workspace = workspaceOf(index)
      expect(workspace).toBe(workspaceOf(index))
      expect(workspace?.sources.filters).toStrictEqual(index.parts.map(({ filter }) => filter))
      expect(workspace?.sources.filters?.length).toBe(parts)
    })

    for (const [reader, read] of Object.entries(readers))
      it(`${name}: ${reader}`, () => {
        fc.assert(
          fc.property(reader === 'forms' ? formed : content, anyCut, (bytes, cut) => {
            expect(asTold(index, read(index, bytes, cut))).toStrictEqual(asTold(whole, read(whole, bytes, cut)))
          }),
          runs,
        )
      })
  }

  it('in slices of an object', async () => {
    const inSlices = async (index: SubjectIndex, bytes: Uint8Array, edge: number) => {
      const found: Place[] = []
      for (const slice of [
        { from: 0, to: edge },
        { from: edge, to: bytes.length },
      ])
        await scanSlice(
          async function* ({ from, to }) {
            yield bytes.slice(from, to)
          },
          slice,
          bytes.length,
          index,
          (each) => found.push(each),
        )
      return asTold(index, found)
    }
    await fc.assert(
      fc.asyncProperty(content, fc.nat(500), fc.constantFrom(...cases), async (bytes, at, { index }) => {
        const edge = 1 + (at % bytes.length)
        expect(await inSlices(index, bytes, edge)).toStrictEqual(await inSlices(whole, bytes, edge))
      }),
      runs,
    )
  })

  it('in the keys of objects, and hides them', () => {
    fc.assert(
      fc.property(content, fc.constantFrom(...cases), (bytes, { index }) => {
        const key = bytes.toString('utf8')
        expect(redactKey(key, index)).toBe(redactKey(key, whole))
        expect(asTold(index, findInKey(key, index))).toStrictEqual(asTold(whole, findInKey(key, whole)))
      }),
      runs,
    )
  })

  it('where a base fills a block with what it has, and the others have the rest', () => {
    for (const { index } of cases) {
      const text = Array.from({ length: 9000 }, (_, n) => wanted[(n * 7) % wanted.length]!).join('\n')
      const bytes = Buffer.from(text)
      const cut = { sizes: [bytes.length], small: 1 << 20 }
      const found = asTold(index, readers.kernel!(index, bytes, cut))
      expect(found.length).toBeGreaterThan(9000)
      expect(found).toStrictEqual(asTold(whole, readers.kernel!(whole, bytes, cut)))
    }
  })
})

describe('the controls of all parts', () => {
  it('are planted, and found', async () => {
    const { index } = cases[0]!
    const { positive, negative } = await runControls(index)
    expect(positive.detected).toBe(positive.planted)
    expect(negative.falseAlarms).toBe(0)
  })

  it('are missed by a scanner that is blind to one part', async () => {
    const { index } = cases[0]!
    const blind: SubjectIndex = { ...index, parts: index.parts.slice(0, 1) }
    const { positive } = await runControls(index, (chunks, _, ...others) => scanObject(chunks, blind, ...others))
    expect(positive.detected).toBeGreaterThan(0)
    expect(positive.detected).toBeLessThan(positive.planted)
  })

  it('are missed by a scanner that is blind to one part in forms alone, or in digests', async () => {
    const parts = buildParts([['1234567'], ['1234567', '7654321'], ['1234567', '7654321', '2345678']], {
      hashedForms: [{ algorithm: 'sha256', kind: 'plain', salt: new Uint8Array(0) }],
    })
    const index = openSubjectIndex(parts, testKeys)
    const start = index.entries - openPart(parts.at(-1)!, testKeys).entries
    for (const deaf of ['base64', 'sha256']) {
      const { positive } = await runControls(
        index,
        (chunks, own, take, options) =>
          scanObject(
            chunks,
            own,
            (each) => (each.form === deaf && each.ordinal >= start ? undefined : take(each)),
            options,
          ),
        ['base64'],
      )
      expect(positive.detected).toBeGreaterThan(0)
      expect(positive.detected).toBeLessThan(positive.planted)
    }
  })
})
