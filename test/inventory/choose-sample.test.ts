import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { chooseSample } from '../../lib/inventory/choose-sample.ts'
import type { InventoryEntry } from '../../lib/inventory/object-version.ts'

const entry = (seq: number, change: Partial<InventoryEntry> = {}): InventoryEntry => ({
  seq,
  sealedKey: 'sealed',
  shownKey: `object-${seq}`,
  versionId: `v${seq}`,
  kind: 'object',
  size: 100,
  current: true,
  modifiedAt: '2026-01-01T00:00:00.000Z',
  etag: 'etag',
  ...change,
})
const seedOf = ({ seq }: InventoryEntry) => hash('sha256', `seed ${seq}`, 'buffer')
const many = Array.from({ length: 6400 }, (_, seq) => entry(seq))

describe('the sample of a batch', () => {
  it('is one in 64, the same whenever it is drawn and in whatever order', () => {
    const { sample, others } = chooseSample(many, seedOf)
    expect(others).toHaveLength(many.length - 100)
    expect(sample.size).toBe(100)
    expect(chooseSample(many.toReversed(), seedOf)).toEqual({ sample, others })
  })

  it('has at least one of those with content, however few there are', () => {
    for (let seq = 0; seq < 100; seq++) {
      const empty = [entry(101, { size: 0 }), entry(102, { kind: 'delete-marker' }), entry(103, { kind: 'unreadable' })]
      expect([...chooseSample([...empty, entry(seq)], seedOf).sample.keys()]).toEqual([seq])
      expect(chooseSample(empty, seedOf).sample.size).toBe(0)
    }
  })

  it('has those that everybody else is as likely to be in', () => {
    const half = [...chooseSample(many, seedOf).sample.keys()].filter((seq) => seq < 3200).length
    expect(half).toBeGreaterThan(25)
    expect(half).toBeLessThan(75)
  })

  it('has one for each gibibyte where they are large, and no others then', () => {
    const sized = (count: number, size: number) =>
      chooseSample(
        many.slice(0, count).map((each) => ({ ...each, size })),
        seedOf,
      ).sample.size
    expect(sized(1, 2 ** 40)).toBe(1)
    expect(sized(10, 100e6)).toBe(1)
    expect(sized(30, 100e6)).toBe(3)
  })
})
