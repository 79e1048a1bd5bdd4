import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareKeys } from '../../../lib/inventory/listing-order.ts'
import type { KeyRange, Store } from '../../../lib/ports.ts'
import { type Loopback, onMinistack, startMinistack, withoutMinistack } from '../../support/ministack.ts'
import { onRadosgw, startRadosgw, withoutRadosgw } from '../../support/radosgw.ts'
import { someOf, someServers } from '../../support/some-of.ts'
import { makeBucket, requestCounter } from './bucket-fixture.ts'

/**
 * Cuts of a bucket into ranges that are listed at the same time. Where they lie decides about speed only: the ranges are
 * listed here one by one and are together the bucket.
 */

const servers = [
  { name: onMinistack, skip: withoutMinistack, start: startMinistack },
  { name: onRadosgw, skip: withoutRadosgw, start: startRadosgw },
]

async function keysIn(store: Store, range: KeyRange): Promise<string[]> {
  const keys: string[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await store.list(cursor, 50, range)
    keys.push(...page.versions.map(({ key }) => key))
    if (page.next === undefined) return keys
    cursor = page.next
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
const hex = (n: number) => ((n * 2654435761) >>> 0).toString(16).padStart(8, '0')

const shapes: { name: string; keys: string[]; prefix?: string; largest: number }[] = [
  { name: 'folders of days', keys: numbers(120).map((n) => `backups/2026/${1 + (n % 12)}/${n}.gz`), largest: 40 },
  { name: 'no folder, but hexadecimal digits in front', keys: numbers(120).map(hex), largest: 40 },
  { name: 'one folder of hexadecimal digits', keys: numbers(120).map((n) => `all/${hex(n)}`), largest: 40 },
  {
    name: 'a prefix, and others beside it',
    keys: [...numbers(60).map((n) => `mine/${hex(n)}`), 'a', 'minf', 'mine', 'z'],
    prefix: 'mine/',
    largest: 30,
  },
  {
    name: 'characters that have to be encoded',
    keys: numbers(60).map((n) => `a b+%/ü${n % 7}/\u{1f600}${n}`),
    largest: 60,
  },
  { name: 'nothing', keys: [], largest: 0 },
  { name: 'a single key', keys: ['only'], largest: 1 },
]

describe.each(someServers(servers, ({ skip }) => skip))('cuts of a bucket $name', ({ skip, start }) => {
  let server: (Loopback & { stop(): Promise<void> }) | undefined
  beforeAll(async () => {
    if (!skip) server = await start()
  })
  afterAll(() => server?.stop())

  it.skipIf(skip).each(someOf(2, shapes))('with $name are ranges that together are all of it', async (shape) => {
    const { keys, prefix, largest } = shape
    const bucket = await makeBucket(server!, 'versioned', { s3: prefix === undefined ? {} : { prefix } })
    for (const key of keys) await bucket.write(key, 'x')
    const { counts, onRequest } = requestCounter()
    const store = await bucket.open({ onRequest })
    const cuts = await store.boundaries!(7)
    expect(cuts.length).toBeLessThanOrEqual(7)
    expect(cuts.toSorted(compareKeys)).toEqual(cuts)
    expect(new Set(cuts).size).toBe(cuts.length)
    expect(counts.ListObjectVersions).toBeLessThanOrEqual(200)

    const ranges = [undefined, ...cuts].map((after, index) => ({
      ...(after !== undefined && { after }),
      ...(cuts[index] !== undefined && { until: cuts[index] }),
    }))
    const listed = await Promise.all(ranges.map(async (range) => keysIn(await bucket.open(), range)))
    const due = keys.filter((key) => key.startsWith(prefix ?? '')).toSorted(compareKeys)
    expect(listed.flat()).toEqual(due)
    expect(Math.max(...listed.map(({ length }) => length))).toBeLessThanOrEqual(largest)
  })
})
