import { createSecretKey, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesInOneCall,
  functionSeconds,
  isTimeFor,
  memoryFor,
  sliceBytes,
  wholeProcessor,
} from '../../lib/inventory/call-capacity.ts'
import { formatPart, parsePart, toEntry, toListed } from '../../lib/inventory/inventory-part.ts'
import { compareListings, compareVersions } from '../../lib/inventory/listing-order.ts'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import { batchSizeFor, planBatches } from '../../lib/inventory/plan-batches.ts'
import { openText, sealText } from '../../lib/inventory/seal-key.ts'
import { areSlicesOf, cutIntoSlices, type Slice } from '../../lib/inventory/slice.ts'

const sized = (count: number, size: number) =>
  planBatches(
    Array.from({ length: count }, () => ({ kind: 'object' as const, size })),
    { segment: 0, part: 0 },
    0,
    batchSizeFor(Array.from({ length: count }, () => ({ size }))),
  ).map(({ bytes }) => bytes / 2 ** 20)

const sealKey = createSecretKey(randomBytes(32))
const listed = (key: string, size = 1): ListedVersion => ({
  kind: 'object',
  key,
  versionId: 'v1',
  current: true,
  size,
  modifiedAt: '2026-11-01T00:00:00.000Z',
})

describe('sealed object keys', () => {
  it('open to the same text and show nothing of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 4 }), (text) => {
        const sealed = sealText(text, sealKey, randomBytes(12))
        expect(openText(sealed, sealKey)).toBe(text)
        expect(Buffer.from(sealed, 'base64').includes(Buffer.from(text))).toBe(false)
      }),
    )
  })

  it('are refused under another case key and after any change', () => {
    const sealed = Buffer.from(sealText('users/7123.json', sealKey, randomBytes(12)), 'base64')
    expect(() => openText(sealed.toString('base64'), createSecretKey(randomBytes(32)))).toThrow(
      /sealed under this case key/,
    )
    for (const [index] of sealed.entries()) {
      const changed = Buffer.from(sealed)
      changed[index]! ^= 1
      expect(() => openText(changed.toString('base64'), sealKey)).toThrow(/sealed under this case key/)
    }
    expect(() => openText('', sealKey)).toThrow(/sealed under this case key/)
  })
})

describe('inventory part', () => {
  it('keeps a redacted key sealed beside it, and gives the exact key back', () => {
    const version: ListedVersion = {
      ...listed('users/7123.json'),
      protection: { code: 'read-only-snapshot', name: 'before-7123' },
    }
    const part = {
      entries: [
        toEntry(version, 0, (name) => name.replace('7123', '[identifier]'), {
          key: sealKey,
          random: (n) => randomBytes(n),
        }),
      ],
      end: {
        kind: 'end' as const,
        complete: true,
        nextSeq: 1,
        mounts: [],
        marked: false,
        startedAt: '',
        finishedAt: '',
      },
    }
    const text = formatPart(part)
    expect(text).not.toContain('7123')
    expect(toListed(parsePart(Buffer.from(text), 'part').entries[0]!, sealKey)).toEqual({
      ...version,
      protection: { code: 'read-only-snapshot', name: 'before-[identifier]' },
    })
  })

  it('is refused without its end: a part that was cut off must not look complete', () => {
    const text = formatPart({
      entries: [toEntry(listed('a'), 0, (name) => name, { key: sealKey, random: (n) => randomBytes(n) })],
      end: { kind: 'end', complete: true, nextSeq: 1, mounts: [], marked: false, startedAt: '', finishedAt: '' },
    })
    expect(() => parsePart(Buffer.from(text.split('\n')[0]!), 'part')).toThrow(/expected an end line/)
  })

  it('is refused by its name when it is damaged, in words that quote nothing of it', () => {
    for (const text of ['{"kind":"end","shownKey":"7123', '\0'.repeat(80), ''])
      expect(() => parsePart(Buffer.from(text), 'runs/r/part')).toThrow(
        /^evidence: runs\/r\/part: expected the JSON that was written there, got something damaged; bring it back/,
      )
  })
})

describe('compareListings', () => {
  async function* each(keys: string[]) {
    yield* keys.map((key) => listed(key)).toSorted(compareVersions)
  }

  it('counts exactly what appeared and what is gone', async () => {
    const keys = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 3 }))
    await fc.assert(
      fc.asyncProperty(keys, keys, async (earlier, later) => {
        const expected = {
          appeared: later.filter((key) => !earlier.includes(key)).length,
          gone: earlier.filter((key) => !later.includes(key)).length,
        }
        expect(await compareListings(each(earlier), each(later))).toEqual(expected)
      }),
    )
  })

  const kinds = ['empty-directory', 'unreadable'] as const
  const emptied: { earlier: string[]; kind: (typeof kinds)[number]; appeared: number }[] = [
    { earlier: ['a', 'd/x', 'd/y', 'e'], kind: 'empty-directory', appeared: 0 },
    { earlier: ['d/x/y'], kind: 'empty-directory', appeared: 0 },
    { earlier: ['a', 'd', 'd.x', 'e'], kind: 'empty-directory', appeared: 1 },
    { earlier: [], kind: 'empty-directory', appeared: 1 },
    { earlier: ['d/x'], kind: 'unreadable', appeared: 1 },
  ]
  for (const { earlier, kind, appeared } of emptied)
    it(`counts ${appeared} for d/, ${kind} now, after ${JSON.stringify(earlier)}`, async () => {
      async function* now() {
        yield { ...listed('d/'), kind }
      }
      expect(await compareListings(each(earlier), now())).toEqual({ appeared, gone: earlier.length })
    })
})

describe('planBatches', () => {
  it('cuts an object into a multiple of slices about as long as each other, where that is asked for', () => {
    for (const size of [101, 250, 399, 400, 401, 1234]) {
      const limit = { bytes: 100, versions: 4, slice: 100, atOnce: 4 }
      const slices = planBatches([{ kind: 'object', size }], { segment: 0, part: 0 }, 0, limit).map(
        ({ slice }) => slice!,
      )
      const lengths = slices.map(({ from, to }) => to - from)
      expect(slices.length).toBe(4 * Math.ceil(size / 400))
      expect(areSlicesOf(slices, size)).toBe(true)
      expect(Math.max(...lengths)).toBeLessThanOrEqual(100)
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(slices.length)
    }
  })

  const kind = fc.constantFrom('object', 'object', 'multipart-upload' as const)
  const entries = fc.array(fc.record({ kind, size: fc.nat(400) }))

  it('puts every byte of every entry into exactly one batch, in order and within the limits', () => {
    fc.assert(
      fc.property(entries, (listed) => {
        const limit = { bytes: 100, versions: 4, slice: 130 }
        const batches = planBatches(listed, { segment: 2, part: 3 }, 10, limit)
        const groups = Map.groupBy(batches, ({ from }) => from)
        expect([...groups.keys()]).toEqual([...groups.keys()].toSorted((a, b) => a - b))
        const covered = [...groups.values()].flatMap((group) =>
          Array.from({ length: group[0]!.to - group[0]!.from }, (_, index) => group[0]!.from + index),
        )
        expect(covered).toEqual(listed.map((_, index) => index))
        for (const [index, batch] of batches.entries()) expect(batch.batch).toBe(10 + index)
        for (const group of groups.values()) {
          const { from, to } = group[0]!
          const sizes = listed.slice(from, to).map(({ size }) => size)
          const sum = sizes.reduce((total, size) => total + size, 0)
          const slices = group.flatMap(({ slice }) => slice ?? [])
          const isCut = to === from + 1 && listed[from]!.kind === 'object' && sum > limit.slice
          expect(group.reduce((total, { bytes }) => total + bytes, 0)).toBe(sum)
          expect(group.reduce((total, { versions }) => total + versions, 0)).toBe(to - from)
          expect(sum <= limit.bytes || to === from + 1).toBe(true)
          expect({ slices: slices.length, all: areSlicesOf(slices, sum) }).toEqual({
            slices: isCut ? group.length : 0,
            all: isCut,
          })
          expect(group.every(({ bytes }) => !isCut || bytes <= limit.slice)).toBe(true)
        }
      }),
    )
  })

  it('makes batches of a small part small, for all cores, and those of a large one large, for fewer transitions', () => {
    expect(sized(40, 2 ** 24)).toEqual([128, 128, 128, 128, 128])
    expect(sized(2000, 2 ** 26)).toEqual(Array.from({ length: 16 }, () => 8000))
    expect(sized(2000, 2 ** 21)).toEqual([...Array.from({ length: 15 }, () => 250), 250])
    expect(sized(1, 2 ** 40)).toEqual(Array.from({ length: 1024 }, () => 1024))
  })

  it('cuts an object of any size that a store may hold into slices that tile it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 * 2 ** 40 }),
        fc.integer({ min: 2 ** 30, max: 2 ** 34 }),
        (size, most) => {
          const slices = cutIntoSlices(size, most)
          expect(areSlicesOf(slices, size)).toBe(true)
          expect(slices.every(({ from, to }) => to - from <= most)).toBe(true)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('tells slices that do not tile an object from those that do', () => {
    const slices = cutIntoSlices(250, 100)
    const wrong: Slice[][] = [
      [],
      slices.slice(1),
      slices.slice(0, 2),
      slices.toReversed(),
      [...slices, slices[2]!],
      [slices[0]!, slices[0]!, slices[2]!],
      slices.map((slice) => ({ ...slice, of: 4 })),
      slices.map((slice) => ({ ...slice, to: slice.to - 1 })),
      slices.map((slice) => ({ ...slice, from: slice.from + 1 })),
      slices.with(1, { ...slices[1]!, index: 2 }),
    ]
    expect(areSlicesOf(slices, 250)).toBe(true)
    expect([249, 251].map((size) => areSlicesOf(slices, size))).toEqual([false, false])
    expect(wrong.map((each) => areSlicesOf(each, 250))).toEqual(wrong.map(() => false))
  })
})

describe('what one call can read', () => {
  it('is more than a slice, and than an object that is not cut, by the rate for what is read slowest', () => {
    expect(bytesInOneCall('container', functionSeconds)).toBeGreaterThan(sliceBytes)
    expect(bytesInOneCall('asIs', functionSeconds)).toBeGreaterThan(10 * sliceBytes)
  })

  it('is less with less memory, but a slice fits into the smallest function, as what is read slowest', () => {
    for (const memory of [576, 1000, wholeProcessor, 10_240, Number.POSITIVE_INFINITY]) {
      expect(bytesInOneCall('container', functionSeconds, memory)).toBeGreaterThan(sliceBytes)
    }
    expect(bytesInOneCall('container', functionSeconds, wholeProcessor / 2)).toBe(1_800_000_000)
  })

  it('is enough for the index of 30 million identifiers in the smallest function, and of 200 million in the usual one', () => {
    expect(memoryFor(30e6)).toBeLessThan(576)
    expect(memoryFor(200e6)).toBeLessThan(wholeProcessor)
    expect(memoryFor(250e6)).toBeGreaterThan(wholeProcessor - 300)
  })

  it('has no limit where a call has none, and is nothing where it has no time', () => {
    expect(bytesInOneCall('container', Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY)
    expect(bytesInOneCall('asIs', 100)).toBe(0)
  })

  it('is computed with the time that the function is deployed with', () => {
    const functions = readFileSync(new URL('../../infra/functions.yml', import.meta.url), 'utf8')
    const scanBatch = functions.slice(functions.indexOf('scanBatch:'), functions.indexOf('settleSegment:'))
    expect(scanBatch).toContain(`timeout: ${functionSeconds}\n`)
  })
})

describe('isTimeFor', () => {
  const cases = [
    { name: 'a container that takes all of a call, at its beginning', bytes: 3_600_000_000, passedMs: 0, fits: true },
    { name: 'the same a second later', bytes: 3_600_000_000, passedMs: 1000, fits: false },
    { name: 'a gigabyte after eight minutes', bytes: 1_000_000_000, passedMs: 480_000, fits: true },
    { name: 'a gigabyte after nine minutes', bytes: 1_000_000_000, passedMs: 540_000, fits: false },
    { name: 'a byte when no time is left', bytes: 1, passedMs: 720_000, fits: false },
  ]
  it.each(cases)('says of $name: $fits', ({ bytes, passedMs, fits }) => {
    expect(isTimeFor('container', bytes, passedMs)).toBe(fits)
  })
})
