import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOutMemory } from '../../lib/scan/kernel/lay-out-memory.ts'
import { createTokenMatcher } from '../../lib/scan/matcher.ts'
import type { Token } from '../../lib/scan/occurrence.ts'
import { referenceMatches, referenceRecords } from '../../lib/scan/opinion/reference-matcher.ts'
import { workspaceOf } from '../../lib/scan/workspace-of.ts'
import { hashInto } from '../../lib/subject-index/filter.ts'
import { shapeCodes } from '../../lib/subject-index/shape-code.ts'
import { makeFilter } from '../subject-index/make-filter.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { content, identifiers } from './contents.ts'

const index = makeIndex(identifiers)

/** A matcher of a content, what it finds, and what it should. */
function open(bytes: Uint8Array, onToken: (token: Token) => void = () => {}) {
  const found: Token[] = []
  const matcher = createTokenMatcher(
    index,
    (token) => {
      found.push(token)
      onToken(token)
    },
    { blockBytes: 500 },
  )
  const check = () => {
    const places = found.map(({ ordinal, record, offset }) => ({ ordinal, record, offset }))
    expect(places.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)).toEqual(referenceMatches(index, bytes))
    expect(matcher.records()).toBe(referenceRecords(bytes))
  }
  return { bytes, matcher, check }
}

describe('the kernel', () => {
  it('is there on this machine, and is one for all matchers of an index', () => {
    expect(workspaceOf(index)).toBeDefined()
    expect(workspaceOf(index)).toBe(workspaceOf(index))
    expect(workspaceOf(makeIndex(identifiers))).not.toBe(workspaceOf(index))
  })

  it('is shared by the contents that are open at the same time, in whatever order they are written', () => {
    fc.assert(
      fc.property(
        fc.array(content, { minLength: 2, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 300 })), { minLength: 5, maxLength: 60 }),
        (contents, turns) => {
          const opened = contents.map((bytes) => ({ ...open(bytes), at: 0 }))
          // Records may be asked for at any time.
          for (const [who, size] of turns) {
            const turn = opened[who % opened.length]!
            turn.matcher.write(turn.bytes.subarray(turn.at, turn.at + size))
            turn.at = Math.min(turn.at + size, turn.bytes.length)
            const lines = referenceRecords(turn.bytes.subarray(0, turn.at))
            expect(opened[who % opened.length]!.matcher.records()).toBe(lines)
          }
          for (const { matcher, bytes, at } of opened) matcher.write(bytes.subarray(at))
          for (const { matcher } of opened) matcher.end()
          for (const { check } of opened) check()
        },
      ),
      { numRuns: 300 },
    )
  })

  it('may be used by whoever is told of an occurrence, for another content', () => {
    const inner = open(Buffer.from('xx bob@x.org\n12 123 bob'))
    const outer = open(Buffer.from('123 bob\nabc a.b 123\n'.repeat(200)), () => tell())
    let told = 0
    function tell(): void {
      if (told++ === 3) inner.matcher.write(inner.bytes.subarray(0, 9))
      if (told === 200) inner.matcher.write(inner.bytes.subarray(9))
    }
    for (let at = 0; at < outer.bytes.length; at += 333) outer.matcher.write(outer.bytes.subarray(at, at + 333))
    outer.matcher.end()
    inner.matcher.end()
    outer.check()
    inner.check()
  })

  it('is not kept by contents that are never ended', () => {
    for (let round = 0; round < 50; round++) open(Buffer.from('x')).matcher.write(Buffer.from(' 123 bo'))
    const other = open(Buffer.from('b 123 bob'))
    other.matcher.write(other.bytes)
    other.matcher.end()
    other.check()
  })

  it('probes a filter of many shards, and leaves out what it denies', () => {
    const texts = Array.from({ length: 3000 }, (_, at) => String(100_000_007 * (at + 1)))
    const one = makeIndex(texts)
    const halves = new Int32Array(2)
    const hashes = texts.map((text) => {
      const bytes = Buffer.from(text)
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      hashInto(halves, view, bytes, 0, bytes.length, shapeCodes.decimal, one.seed)
      return [halves[0]!, halves[1]!] as const
    })
    for (const shards of [2, 3, 7, 64]) {
      const many = { ...one, parts: [{ ...one.parts[0]!, filter: makeFilter(hashes, shards) }] }
      const offsets: number[] = []
      const content = Buffer.from(texts.map((text) => `${text} ${Number(text) + 1}\n`).join(''))
      const matcher = createTokenMatcher(many, ({ offset }) => offsets.push(offset))
      matcher.write(content)
      matcher.end()
      expect(offsets).toEqual(referenceMatches(one, content).map(({ offset }) => offset))
      const runs = workspaceOf(many)!.sources.runsOf(one.shapes[0]!)
      workspaceOf(many)!.block.bytes.set(content.subarray(0, 60_000))
      runs.collect(0, 60_000, false)
      const seen = content.subarray(0, 60_000).toString().match(/\d+/g)!.length
      expect(runs.count).toBeGreaterThan(seen / 2 - 2)
      expect(runs.count).toBeLessThan(seen / 2 + 10)
    }
  })

  it('has no place for a filter of 4 GiB, and has one for 200 million identifiers', () => {
    const filterOf = (bytes: number) => ({
      first: { length: bytes } as Uint8Array,
      second: { length: bytes } as Uint8Array,
      seeds: new Int32Array(1),
      segmentBits: 16,
      segments: 1,
    })
    const shapes = [{ lengths: [17] }]
    expect(layOutMemory(shapes, [filterOf(2 ** 31)])).toBeUndefined()
    expect(layOutMemory(shapes, [filterOf(225e6)])!.pages).toBeLessThan(7100)
  })
})
