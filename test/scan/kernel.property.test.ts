import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { someOf } from '../support/some-of.ts'
import { identifiers, piece, subsets } from './contents.ts'
import { find } from './find.ts'

/** What the kernel finds and what plain TypeScript finds, in the same pieces. */
function both(
  index: SubjectIndex,
  bytes: Uint8Array,
  options: { sizes?: readonly number[]; blockBytes?: number } = {},
) {
  return [find(index, bytes, { ...options, looking: 'kernel' }), find(index, bytes, { ...options, looking: 'plain' })]
}

/** Numbers that depend on the seed alone. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const hex = '0123456789abcdef'
const word = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'
const digits = '0123456789'
/** Identifiers of a shape with lengths around `least`. */
const shapes: Record<string, (below: (n: number) => number, least: number) => string> = {
  decimal: (below, least) => textOf(digits, least + below(4), below),
  handle: (below, least) => `${textOf(word, least - 1 + below(6), below)}z`,
  dotted: (below, least) => `${textOf(word, least - 2 + below(5), below)}.x`,
  email: (below, least) =>
    `${textOf(word, least - 2 + below(20), below)}@${textOf(word.slice(0, 52), 1 + below(20), below)}`,
  uuid: (below) => textOf(hex, 32, below).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
}

function textOf(alphabet: string, length: number, below: (n: number) => number): string {
  return Array.from({ length }, () => alphabet[below(alphabet.length)]!).join('')
}

describe('the kernel finds what plain TypeScript finds', () => {
  for (const { name, keep, caseRule } of someOf(4, subsets)) {
    const index = makeIndex(
      identifiers.filter((text) => keep.test(text)),
      { caseRule },
    )
    it(`in any content, however it is cut: ${name}`, () => {
      const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 })
      const content = fc.array(piece, { minLength: 2, maxLength: 120, size: 'max' })
      fc.assert(
        fc.property(content, sizes, fc.integer({ min: 1, max: 3000 }), (pieces, cut, blockBytes) => {
          const [kernel, plain] = both(index, Buffer.from(pieces.join(''), 'latin1'), { sizes: cut, blockBytes })
          expect(kernel).toStrictEqual(plain)
        }),
        { numRuns: Number(process.env.ODV_KERNEL_RUNS ?? 120) },
      )
    })
  }

  /** As dense as it can be: every run is an identifier, with one byte between two of them. */
  for (const shape of Object.keys(shapes))
    for (const least of [3, 4, 5, 8, 9, 13, 16, 17, 18, 21, 30, 33, 47, 60, 64, 65, 90, 200])
      it(`where everything is an identifier: ${shape} of ${least} bytes and more`, () => {
        const below = numbers(least)
        const ids = Array.from({ length: 50 }, () => shapes[shape]!(below, least)).filter((id) => id.length >= 3)
        const index = makeIndex(new Set(ids))
        const separators = ['\n', ' ', '"', ',', '\\n', "'", ';', '%22', '\u001b[0m']
        const separatorOf = [() => '\n', () => separators[below(separators.length)]!, () => ' '.repeat(1 + below(70))]
        for (const separator of separatorOf) {
          const text = Array.from({ length: 400 }, () => ids[below(ids.length)]! + separator()).join('')
          const content = Buffer.from(text, 'latin1')
          const [kernel, plain] = both(index, content)
          expect(kernel).toStrictEqual(plain)
          expect(kernel!.occurrences.length).toBeGreaterThan(300)
          expect(both(index, content, { sizes: [1 + below(300)] })[0]).toStrictEqual(plain)
        }
      })

  it('where every other byte is the sign of an address', () => {
    const index = makeIndex(['a@a', 'a@b.c'])
    const content = Buffer.from('a@'.repeat(100_000))
    const [kernel, plain] = both(index, content)
    expect(kernel).toStrictEqual(plain)
    expect(kernel!.occurrences.length).toBe(99_999)
  })

  /** Local parts and domains around the lengths that the kernel looks at in one go, with what may quote or escape in them. */
  it('in what is an address, or nearly one', () => {
    const lengths = (most: number) => Array.from({ length: most }, (_, at) => at + 1)
    const ids = lengths(36).flatMap((local) =>
      lengths(20).map((domain) => `${'a'.repeat(local)}@${'b'.repeat(domain)}`),
    )
    const index = makeIndex(ids.filter((_, at) => at % 3 !== 1))
    const part = (letter: string, most: number, odd: readonly string[]) =>
      fc
        .tuple(fc.nat(most), fc.array(fc.tuple(fc.nat(most), fc.constantFrom(...odd)), { maxLength: 2 }))
        .map(([length, others]) => {
          const text = new Array<string>(length).fill(letter)
          for (const [at, other] of others) if (at < length) text[at] = other
          return text.join('')
        })
    const local = part('a', 36, ['.', '-', '+', '%', "'", '=', '\\', '/', '_', 'é', 'A'])
    const domain = part('b', 20, ['.', '-', '_', ' ', 'B'])
    const between = fc.constantFrom('', ' ', '"', '<', '\\n', '%22', "'", '.', '-', '@', ' '.repeat(61))
    fc.assert(
      fc.property(fc.array(fc.tuple(local, domain, between), { maxLength: 40 }), fc.nat(200), (parts, cut) => {
        const content = Buffer.from(parts.map(([before, behind, other]) => `${before}@${behind}${other}`).join(''))
        const [kernel, plain] = both(index, content, { sizes: [cut + 1, 1000] })
        expect(kernel).toStrictEqual(plain)
        expect(both(index, content)[0]).toStrictEqual(plain)
      }),
      { numRuns: 300 },
    )
  })

  it('in what is a UUID, or nearly one', () => {
    const below = numbers(17)
    const ids = Array.from({ length: 20 }, () => shapes.uuid!(below, 0))
    const index = makeIndex(ids)
    const near = fc
      .tuple(fc.nat(19), fc.option(fc.tuple(fc.nat(35), fc.constantFrom('-', '0', 'g', 'F', '_', ' '))), fc.nat(3))
      .map(([which, change, kind]) => {
        const id = ids[which]!
        const written = [id.replaceAll('-', ''), id.toUpperCase(), id.replaceAll('-', '_'), id][kind]!
        return change === null ? written : written.slice(0, change[0]) + change[1] + written.slice(change[0] + 1)
      })
    const between = fc.constantFrom('', ' ', '"', '-', 'a', '\\n', '\\u0027', '{', ' '.repeat(61), '\n')
    fc.assert(
      fc.property(fc.array(fc.tuple(near, between), { minLength: 1, maxLength: 40 }), fc.nat(200), (parts, cut) => {
        const content = Buffer.from(parts.map(([id, other]) => id + other).join(''))
        const [kernel, plain] = both(index, content, { sizes: [cut + 1, 1000] })
        expect(kernel).toStrictEqual(plain)
        expect(both(index, content)[0]).toStrictEqual(plain)
      }),
      { numRuns: 300 },
    )
  })

  it('where there are as many lines as bytes, and of any length', () => {
    const index = makeIndex(['1234567890'])
    for (const length of [1, 2, 3, 5, 15, 16, 17, 63, 64, 65, 1000]) {
      const lines = Buffer.alloc(20_000, `${' '.repeat(length - 1)}\n`)
      const content = Buffer.concat([
        lines,
        Buffer.from('1234567890'),
        lines.subarray(length),
        Buffer.from('1234567890'),
      ])
      const [kernel, plain] = both(index, content, { sizes: [7919] })
      expect(kernel).toStrictEqual(plain)
      expect(kernel!.occurrences.length).toBe(2)
    }
  })

  it('in UUIDs of decimal digits alone, if the manifest has them as numbers', () => {
    const grouped = '11111111-2222-3333-4444-555555555555'
    const index = makeIndex([grouped.replaceAll('-', ''), 'aaaaaaaa-2222-3333-4444-555555555555'])
    const [kernel, plain] = both(index, Buffer.from(`"${grouped}" `.repeat(5000)))
    expect(kernel).toStrictEqual(plain)
    expect(kernel!.occurrences.length).toBe(5000)
  })
})
