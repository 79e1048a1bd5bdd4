import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Ports, Store } from '../../lib/ports.ts'
import { openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse } from '../support/sample-files.ts'

/** A sample of every batch is read twice: no store gets around it. */

const clean = jsonRecords(numbers(30).map(somebodyElse))

/** A store that hands out an object only from the second time on that it is asked: the other reading comes first. */
const shy = (ports: Ports): Ports['stores'] => ({
  async open(config) {
    const store = await ports.stores.open(config)
    const asked = new Set<string>()
    const open: Store['open'] = async (version, range) => {
      if (asked.has(version.key)) return store.open(version, range)
      asked.add(version.key)
      return { kind: 'unreadable', reason: 'access-denied', detail: 'not the first time' }
    }
    return Object.create(store, { open: { value: open } }) as Store
  },
})

async function run(files: Record<string, string | Buffer>, stores?: (ports: Ports) => Ports['stores']) {
  const place = await openStore(files)
  const wrap = (ports: Ports) =>
    stores ? (Object.create(ports, { stores: { value: stores(ports) } }) as Ports) : ports
  const ended = await place.run({ wrap })
  return { ...ended, pass: (await ended.coverage(0))! }
}

describe('a batch of which nothing was read twice', () => {
  it('is not clean, though every object was read to its end and holds nobody', async () => {
    const { store, pass } = await run({ 'a.jsonl': clean }, shy)
    expect(pass.secondOpinion).toEqual({ versions: 0, bytes: 0, mismatches: 0 })
    expect(pass.clean.versions).toBe(0)
    expect(pass.unverified.map(({ reason }) => reason)).toEqual(['second-opinion'])
    expect(store).toBe('incomplete')
  })

  it('takes another object where the drawn one cannot be compared', async () => {
    // Which one is drawn is chance, by a key that each place makes for itself.
    for (const _ of numbers(4)) {
      const { pass } = await run({ 'a.jsonl': clean, 'b.jsonl.gz': gzipSync(clean).subarray(0, -3) })
      expect(pass.secondOpinion).toMatchObject({ versions: 1, mismatches: 0 })
      expect([pass.clean.versions, pass.unverified.map(({ reason }) => reason)]).toEqual([1, ['truncated']])
    }
  })

  it('takes the only object that can be compared among many that cannot', async () => {
    const cutOff = gzipSync(clean).subarray(0, -3)
    const { pass } = await run({ 'a.jsonl': clean, ...Object.fromEntries(numbers(60).map((n) => [`${n}.gz`, cutOff])) })
    expect(pass.secondOpinion).toMatchObject({ versions: 1, mismatches: 0 })
    expect(pass.clean.versions).toBe(1)
  })
})
