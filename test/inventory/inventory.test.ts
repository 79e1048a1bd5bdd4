import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPart, parsePart, toEntry, toListed } from '../../lib/inventory/inventory-part.ts'
import { compareListings, compareVersions } from '../../lib/inventory/listing-order.ts'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import { planBatches } from '../../lib/inventory/plan-batches.ts'
import { openText, sealText } from '../../lib/inventory/seal-key.ts'

const sealKey = randomBytes(32)
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
    expect(() => openText(sealed.toString('base64'), randomBytes(32))).toThrow(/sealed under this case key/)
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
    expect(toListed(parsePart(Buffer.from(text)).entries[0]!, sealKey)).toEqual({
      ...version,
      protection: { code: 'read-only-snapshot', name: 'before-[identifier]' },
    })
  })

  it('is refused without its end: a part that was cut off must not look complete', () => {
    const text = formatPart({
      entries: [toEntry(listed('a'), 0, (name) => name, { key: sealKey, random: (n) => randomBytes(n) })],
      end: { kind: 'end', complete: true, nextSeq: 1, mounts: [], marked: false, startedAt: '', finishedAt: '' },
    })
    expect(() => parsePart(Buffer.from(text.split('\n')[0]!))).toThrow(/expected an end line/)
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
  it('puts every entry into exactly one batch, in order and within the limits unless a single one is larger', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(120)), (sizes) => {
        const batches = planBatches(
          sizes.map((size) => ({ size })),
          { segment: 2, part: 3 },
          10,
          { bytes: 100, versions: 4 },
        )
        const covered = batches.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index))
        expect(covered).toEqual(sizes.map((_, index) => index))
        for (const [index, batch] of batches.entries()) {
          expect(batch.batch).toBe(10 + index)
          expect(batch.versions).toBe(batch.to - batch.from)
          expect(batch.bytes).toBe(sizes.slice(batch.from, batch.to).reduce((sum, size) => sum + size, 0))
          expect(batch.bytes <= 100 || batch.versions === 1).toBe(true)
        }
      }),
    )
  })
})
