import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headLength } from '../../../lib/decode/checks/known-formats.ts'
import { isReadAsIs } from '../../../lib/decode/parts/decode-part.ts'
import type { Gap } from '../../../lib/decode/unverified.ts'
import * as alphabets from '../../../lib/scan/finders/alphabets.ts'
import { mayGlue } from '../../../lib/scan/finders/escapes.ts'
import { separators, separatorText } from '../../../lib/scan/finders/separators.ts'
import { type PlacedOccurrence, scanObject } from '../../../lib/scan/scan-object.ts'
import { scanSlice } from '../../../lib/scan/slices/scan-slice.ts'
import type { SubjectIndex } from '../../../lib/subject-index/open-subject-index.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { someOf } from '../../support/some-of.ts'
import { content, identifiers, piece, subsets } from '../contents.ts'
import { inPieces } from '../places/find-places.ts'

const inOrder = (found: PlacedOccurrence[]) => found.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)

/** What is hidden in encoded text may be told apart at the edges as well: more is found there, never less. */
const isOfText = ({ reason }: Gap) => reason === 'not-text' || reason === 'invalid-utf8'

async function whole(index: SubjectIndex, bytes: Uint8Array) {
  const found: PlacedOccurrence[] = []
  const scan = await scanObject(inPieces(bytes, 64), index, (each) => found.push(each))
  const { records, decodedBytes, gaps } = scan
  return { found: inOrder(found), records, decodedBytes, gap: gaps.find(isOfText) }
}

/** The slices between these edges, each read by itself, joined: records of earlier ones come before. */
async function inSlices(index: SubjectIndex, bytes: Uint8Array, edges: readonly number[], pieceBytes: number) {
  const bounds = [...new Set([0, ...edges.map((edge) => edge % bytes.length), bytes.length])].toSorted((a, b) => a - b)
  const found: PlacedOccurrence[] = []
  const extents: number[][] = []
  const gaps: Gap[] = []
  let [records, decodedBytes] = [0, 0]
  for (const [at, from] of bounds.slice(0, -1).entries()) {
    const before = records
    const scan = await scanSlice(
      (range) => inPieces(bytes.subarray(range.from, range.to), pieceBytes),
      { from, to: bounds[at + 1]! },
      bytes.length,
      index,
      (each) => found.push({ ...each, record: before + each.record }),
    )
    if (scan.kind !== 'read') throw new Error(`expected a slice to be read, got ${scan.kind}`)
    records += scan.records
    decodedBytes += scan.decodedBytes
    gaps.push(...scan.gaps)
    // Exactly what was scanned is pinned, also where it is not text.
    expect(scan.sha256).toBe(scan.end > scan.start ? hash('sha256', bytes.subarray(scan.start, scan.end)) : undefined)
    if (scan.end > scan.start) extents.push([scan.start, scan.end])
  }
  return {
    joined: { found: inOrder(found), records, decodedBytes, gap: gaps.find(isOfText) },
    extents,
    slices: bounds.length - 1,
  }
}

type Joined = Awaited<ReturnType<typeof whole>>

/**
 * A part is too little to tell an encoding by: where the whole is read as 8-bit text, its slices may say that they are not UTF-8; and where it has a control byte that
 * is a field, that they are no text, if they are cut beside it.
 */
function expectSame(joined: Joined, expected: Joined): void {
  const isStricter = expected.gap === undefined && ['invalid-utf8', 'not-text'].includes(joined.gap?.reason ?? '')
  expect(isStricter ? { ...joined, gap: undefined } : joined).toStrictEqual(expected)
}

const edges = fc.array(fc.nat(3000), { minLength: 1, maxLength: 8 })
const pieceBytes = fc.integer({ min: 1, max: 100 })
/** Characters of several bytes, line ends and text that is none, beside what identifiers are made of. */
const around = fc.constantFrom('\u00e9', '\u20ac', '\u{1f600}', '\r\n', '\n', ' ', '"', 'x'.repeat(40), '\\n', '%22')
const texts = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...identifiers) }, { weight: 4, arbitrary: around }), {
    minLength: 2,
    maxLength: 40,
    size: 'max',
  })
  .map((pieces) => Buffer.from(pieces.join('')))

describe('slices of an object together find what a scan of the whole finds', () => {
  for (const { name, keep, caseRule } of someOf(4, subsets)) {
    const index = makeIndex(
      identifiers.filter((text) => keep.test(text)),
      { caseRule },
    )
    it(`in any bytes, wherever they are cut: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(content, edges, pieceBytes, async (bytes, cut, size) => {
          // Some of them begin like a container, which is read from its beginning.
          fc.pre(isReadAsIs(bytes.subarray(0, headLength)))
          const { joined, extents } = await inSlices(index, bytes, cut, size)
          expectSame(joined, await whole(index, bytes))
          expect([0, ...extents.map(([, end]) => end)].slice(0, -1)).toEqual(extents.map(([start]) => start))
          expect(extents.at(-1)?.[1]).toBe(bytes.length)
        }),
        { numRuns: 400 },
      )
    })

    it(`in text of characters of one to four bytes: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(texts, edges, pieceBytes, async (bytes, cut, size) => {
          const { joined } = await inSlices(index, bytes, cut, size)
          expectSame(joined, await whole(index, bytes))
        }),
        { numRuns: 400 },
      )
    })
  }

  it('cut at every byte, around every identifier behind every escape, and into slices of one byte each', async () => {
    const index = makeIndex(identifiers)
    const glue = ['', '\\n', '\\u0027', '%22', '%2522', '#011', '\x1b[0m', '\u00e9', '\r\n', '=', 'mailto:']
    const ids = ['123', 'aaaaaaaa-1111-2222-3333-0123456789ab', 'b+c@x-y.org', 'Bob_1', 'x-y.org']
    for (const id of ids)
      for (const before of glue) {
        const bytes = Buffer.from(`{"a":"${before}${id}","b":1}\r\n${before}${id}---`)
        const expected = await whole(index, bytes)
        for (let at = 1; at < bytes.length; at++)
          expect((await inSlices(index, bytes, [at], 7)).joined).toStrictEqual(expected)
        const all = Array.from(bytes, (_, at) => at)
        expect((await inSlices(index, bytes, all, 3)).joined).toStrictEqual(expected)
      }
  })

  it('so the comparison is worth something: identifiers are found in several slices of one content', async () => {
    const index = makeIndex(identifiers)
    const samples = fc.sample(fc.tuple(content, edges), { numRuns: 200, seed: 1 })
    const counts = await Promise.all(
      samples.map(async ([bytes, cut]) => {
        const { joined, extents } = await inSlices(index, bytes, cut, 50)
        return extents.filter(([start, end]) =>
          joined.found.some((each) => each.offset >= start! && each.offset < end!),
        ).length
      }),
    )
    expect(counts.filter((count) => count >= 2).length).toBeGreaterThan(60)
  })
})

describe('a separator', () => {
  it('belongs to no alphabet and to no escape, and is no part of a longer character', () => {
    const tables = Object.entries(alphabets).filter(([, table]) => table instanceof Uint8Array && table.length === 256)
    const sets = tables.filter(([name]) => name !== 'asIs' && name !== 'lowerCased')
    expect(sets.length).toBeGreaterThan(8)
    for (const byte of Buffer.from(separatorText)) {
      expect(separators[byte]).toBe(1)
      expect(byte).toBeLessThan(0x80)
      for (const [name, table] of [...sets, ['mayGlue', mayGlue] as const])
        expect({ byte, name, belongs: (table as Uint8Array)[byte] }).toEqual({ byte, name, belongs: 0 })
    }
  })

  it('between two contents leaves what is found plainly in each as it is', () => {
    const index = makeIndex(identifiers)
    // A form may reach over it (`0,123`), which is why slices read what is around them.
    const plainly = async (text: string) =>
      (await whole(index, Buffer.from(text, 'latin1'))).found.filter(({ form }) => form === undefined)
    const part = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
    return fc.assert(
      fc.asyncProperty(part, part, fc.constantFrom(...separatorText), async (left, right, separator) => {
        // Bytes that begin like a container are not text.
        const contents = [left + separator + right, left + separator, right].map((text) => Buffer.from(text, 'latin1'))
        fc.pre(contents.every(isReadAsIs))
        const both = await plainly(left + separator + right)
        const first = await plainly(left + separator)
        const second = await plainly(right)
        const places = [
          ...first.map(({ ordinal, offset }) => `${ordinal} ${offset}`),
          ...second.map(({ ordinal, offset }) => `${ordinal} ${offset + left.length + 1}`),
        ]
        expect(both.map(({ ordinal, offset }) => `${ordinal} ${offset}`)).toEqual(places)
      }),
      { numRuns: 400 },
    )
  })
})
