import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseConfig, type RestoreConfig } from '../../lib/config.ts'
import { formatPart, toEntry } from '../../lib/inventory/inventory-part.ts'
import type { ArchiveClass } from '../../lib/inventory/object-version.ts'
import { type CostDocument, estimateRunCost } from '../../lib/pipeline/estimate-cost.ts'
import { formatDocument, readDocument } from '../../lib/pipeline/evidence/documents.ts'
import { partKey, passKey, runKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { planBatches } from '../../lib/pipeline/plan-batches.ts'
import { planSegment } from '../../lib/pipeline/plan-segment.ts'
import {
  type RestoreDocument,
  type RestoredDocument,
  type RestoreProgress,
  restoreArchived,
} from '../../lib/pipeline/restore-archived.ts'
import type { Evidence, Ports, RunRecord, Store } from '../../lib/ports.ts'
import { archiveStore, type Kept, toListed } from '../support/archive.ts'

const hour = 3_600_000
const first = { step: 'begin', line: 0, entry: 0, begun: false, restored: 0, refusals: {} }
const usual: RestoreConfig = { tier: 'bulk', days: 7, wait: '2d', maxUsd: 10_000 }

const archivedAs = (name: ArchiveClass, restored = false) => ({ archived: { class: name, restored } })
const versionsOf = (count: number, name: ArchiveClass = 'DEEP_ARCHIVE'): Kept[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `${name}-${String(i).padStart(5, '0')}`,
    body: 'x',
    ...archivedAs(name),
  }))

function memoryEvidence() {
  const documents = new Map<string, string>()
  const evidence: Pick<Evidence, 'has' | 'get' | 'put'> = {
    has: async (key) => documents.has(key),
    get: async (key) => Buffer.from(documents.get(key)!),
    async put(key, body) {
      const created = !documents.has(key)
      if (created) documents.set(key, String(body))
      return { sha256: '', bytes: 0, created }
    },
  }
  return { evidence: evidence as Evidence, documents }
}

/** A pass whose inventory is in the evidence, in parts of `perPart` versions; `size` of each, in bytes. */
async function prepare(
  kept: readonly Kept[],
  {
    restore = usual,
    perPart = 10,
    size = 100e9,
    pass = 0,
    before = memoryEvidence(),
  }: {
    restore?: RestoreConfig
    perPart?: number
    size?: number
    pass?: number
    before?: ReturnType<typeof memoryEvidence>
  } = {},
) {
  const { evidence, documents } = before
  const ref = { runId: 'r1', storeId: 'sg', pass }
  const sealing = { key: createSecretKey(randomBytes(32)), random: randomBytes }
  const config = parseConfig({ stores: [{ id: 'sg', s3: { bucket: 'bucket', region: 'ap-southeast-1', restore } }] })
  await evidence.put(runKey('r1', 'config.json'), formatDocument(config))
  await evidence.put(passKey(ref, 'segments.json'), formatDocument({ schemaVersion: 1, segments: [{}] }))
  const parts = Math.max(1, Math.ceil(kept.length / perPart))
  for (let part = 0; part < parts; part++) {
    const entries = kept
      .slice(part * perPart, (part + 1) * perPart)
      .map((each, seq) => toEntry({ ...toListed(each), size }, part * perPart + seq, (name) => name, sealing))
    const end = { kind: 'end' as const, complete: part === parts - 1, nextSeq: 0, mounts: [], marked: false }
    const times = { startedAt: '2026-11-01T00:00:00.000Z', finishedAt: '2026-11-01T00:00:00.000Z' }
    await evidence.put(
      partKey({ ...ref, segment: 0 }, 'opening', part),
      formatPart({ entries, end: { ...end, ...times } }),
    )
  }
  await planSegment({ evidence }, { ...ref, segment: 0 })
  const planned = await planBatches({ evidence }, ref)
  const world = {
    documents,
    planned,
    time: Date.parse('2026-11-02T00:00:00.000Z'),
    /** How long one question takes. */
    perCall: 0,
    call(store: Store, at: unknown = first): Promise<RestoreProgress> {
      const restores = {
        begin: (...given: Parameters<NonNullable<Store['restores']>['begin']>) => {
          world.time += world.perCall
          return store.restores!.begin(...given)
        },
        look: (...given: Parameters<NonNullable<Store['restores']>['look']>) => {
          world.time += world.perCall
          return store.restores!.look(...given)
        },
      }
      const ports = {
        clock: () => new Date(world.time),
        evidence,
        stores: { open: async () => ({ ...store, ...(store.restores && { restores }) }) },
        caseKey: { read: async () => new Uint8Array(32) },
      } satisfies Pick<Ports, 'clock' | 'evidence' | 'stores' | 'caseKey'>
      return restoreArchived(ports, { ...ref, at })
    },
    /** The items of the run's cost that are about restoring, and what its passes hold. */
    async cost(trigger: RunRecord['trigger']) {
      const run: RunRecord = { runId: 'r1', trigger, state: 'finished', startedAt: '', stores: [] }
      const runState = { getRun: async () => run } as unknown as Ports['runState']
      const ports = { clock: () => new Date(world.time), evidence, runState, region: 'us-east-1', scanMemory: 1769 }
      await estimateRunCost(ports, { runId: 'r1' })
      const { items, passes } = await readDocument<CostDocument>({ evidence }, runKey('r1', 'cost.json'))
      return { restores: items.filter(({ item }) => item.startsWith('restore of sg')).length, passes }
    },
    /** As the state machine does: waits where it is told to. */
    async run(store: Store) {
      const steps: RestoreProgress[] = [await world.call(store)]
      while (steps.at(-1)!.next !== 'done') {
        world.time += steps.at(-1)!.seconds * 1000
        steps.push(await world.call(store, steps.at(-1)!.at))
      }
      return steps
    },
    decided: () => readDocument<RestoreDocument>({ evidence }, passKey(ref, 'restore.json')),
    ended: () => readDocument<RestoredDocument>({ evidence }, passKey(ref, 'restored.json')),
  }
  return world
}

describe('planning', () => {
  it('counts what must be restored, and not what can be read', async () => {
    const { planned } = await prepare(
      [
        { key: 'a', body: '' },
        { key: 'b', body: '', ...archivedAs('GLACIER') },
        { key: 'c', body: '', ...archivedAs('GLACIER', true) },
        { key: 'd', body: '', ...archivedAs('DEEP_ARCHIVE') },
      ],
      { perPart: 2, size: 5 },
    )
    expect(planned).toMatchObject({ versions: 4, bytes: 20, archived: { versions: 2, bytes: 10 }, toRestore: 2 })
  })

  it('names no key', async () => {
    const { documents } = await prepare(versionsOf(3))
    const plans = [...documents].filter(([key]) => key.endsWith('archived.jsonl'))
    expect(plans.map(([, text]) => text)).toEqual(
      Array(2).fill('{"segment":0,"part":0,"sums":[{"class":"DEEP_ARCHIVE","versions":3,"bytes":300000000000}]}\n'),
    )
  })
})

describe('restoring what is archived', () => {
  it('asks once for every version, waits, and ends when all copies are there', async () => {
    const world = await prepare(versionsOf(25))
    const { store, asked } = archiveStore(versionsOf(25))
    const steps = await world.run(store)
    expect(steps.map(({ next, seconds }) => [next, seconds])).toEqual([
      ['wait', 1800],
      ['done', 0],
    ])
    expect(asked.begun).toEqual(versionsOf(25).map(({ key }) => key))
    expect([...asked.tiers]).toEqual(['bulk 7'])
    expect(await world.ended()).toMatchObject({ versions: 25, restored: 25, refusals: {} })
  })

  it('looks only from the first that is still on its way, and asks for none again', async () => {
    const world = await prepare(versionsOf(200), { perPart: 100 })
    const { store, asked } = archiveStore(versionsOf(200), { rounds: 2 })
    const steps = await world.run(store)
    expect(asked.begun.length).toBe(200)
    expect(steps.filter(({ next }) => next === 'wait').length).toBeGreaterThan(2)
    // Each group of at most 64 is looked at three times; groups do not cross parts.
    expect(asked.looked.length).toBe(200 * 3)
    const places = steps.map(({ at }) => [at.line, at.entry])
    expect(places).toContainEqual([0, 64])
    expect(places).toContainEqual([1, 0])
    expect(await world.ended()).toMatchObject({ restored: 200 })
  })

  it('writes the price and the deadline before anything is asked for', async () => {
    const world = await prepare(versionsOf(2))
    const { store } = archiveStore([])
    const begun: unknown[] = []
    store.restores = {
      ...store.restores!,
      async begin() {
        begun.push(await world.decided())
        return { kind: 'in-progress' }
      },
    }
    await world.call(store)
    expect(begun[0]).toMatchObject({
      decision: 'asked',
      decidedAt: '2026-11-02T00:00:00.000Z',
      deadline: '2026-11-04T00:00:00.000Z',
      archived: [{ class: 'DEEP_ARCHIVE', versions: 2, bytes: 200e9 }],
      // 2 requests of 0.000025; 200 GB of 0.0025; 200 GB for 7 of 30 days of 0.023.
      usd: 1.5734,
      usdBefore: 0,
      maxUsd: 10_000,
    })
  })

  it.each([
    { name: 'a price above the limit', maxUsd: 1.5733 },
    { name: 'any price, with a limit of nothing', maxUsd: 0 },
  ])('asks for nothing at $name', async ({ maxUsd }) => {
    const world = await prepare(versionsOf(2), { restore: { ...usual, maxUsd } })
    const { store, asked } = archiveStore(versionsOf(2))
    expect(await world.call(store)).toMatchObject({ decision: 'declined', next: 'done', seconds: 0 })
    expect(asked).toEqual({ begun: [], looked: [], tiers: new Set() })
    expect(await world.decided()).toMatchObject({ decision: 'declined', usd: 1.5734 })
    expect(await world.ended()).toMatchObject({ versions: 2, restored: 0 })
  })

  it('is asked for at exactly the limit', async () => {
    const world = await prepare(versionsOf(2), { restore: { ...usual, maxUsd: 1.5734 } })
    expect(await world.call(archiveStore(versionsOf(2)).store)).toMatchObject({ decision: 'asked' })
  })

  it('counts what earlier passes of the run asked for against the limit, and not what they declined', async () => {
    const restore = { ...usual, maxUsd: 3 }
    const before = memoryEvidence()
    for (const [pass, decision] of ['asked', 'declined', 'declined'].entries()) {
      const world = await prepare(versionsOf(2), { restore, pass, before })
      await world.call(archiveStore(versionsOf(2)).store)
      expect(await world.decided()).toMatchObject({ decision, usd: 1.5734, usdBefore: pass === 0 ? 0 : 1.5734 })
    }
  })

  it('goes on without those that are refused, and counts why', async () => {
    const world = await prepare(versionsOf(4))
    const { store } = archiveStore(versionsOf(4), {
      refuses: { 'DEEP_ARCHIVE-00000': 'access-denied', 'DEEP_ARCHIVE-00002': 'access-denied' },
    })
    await world.run(store)
    expect(await world.ended()).toMatchObject({ versions: 4, restored: 2, refusals: { 'access-denied': 2 } })
  })

  it('does not wait when everything is refused', async () => {
    const world = await prepare(versionsOf(2))
    const { store } = archiveStore(versionsOf(2), {
      refuses: { 'DEEP_ARCHIVE-00000': 'gone', 'DEEP_ARCHIVE-00001': 'not-archived' },
    })
    expect((await world.run(store)).map(({ next }) => next)).toEqual(['again', 'done'])
    expect(await world.ended()).toMatchObject({ restored: 0, refusals: { gone: 1, 'not-archived': 1 } })
  })

  it('does not ask in a tier that a class does not have', async () => {
    const kept = [...versionsOf(2, 'GLACIER'), ...versionsOf(3)]
    const world = await prepare(kept, { restore: { ...usual, tier: 'expedited' } })
    const { store, asked } = archiveStore(kept)
    await world.run(store)
    expect(asked.begun).toEqual(['GLACIER-00000', 'GLACIER-00001'])
    expect(await world.decided()).toMatchObject({ notOffered: 3 })
    expect(await world.ended()).toMatchObject({ versions: 5, restored: 2 })
  })

  it('ends at the deadline, after a last look, whatever is still on its way', async () => {
    const world = await prepare(versionsOf(3), { restore: { ...usual, wait: '3h' } })
    const { store, asked } = archiveStore(versionsOf(3), { rounds: 1000 })
    const began = world.time
    const steps = await world.run(store)
    expect(world.time - began).toBe(3 * hour)
    expect(steps.at(-1)!.next).toBe('done')
    expect(asked.begun.length).toBe(3)
    expect(await world.ended()).toMatchObject({ restored: 0 })
  })

  it('counts each copy once, also one that was there before another, and none of what could be read', async () => {
    const [a, b, c] = versionsOf(3) as [Kept, Kept, Kept]
    const readable = [
      { key: 'copied', body: '', ...archivedAs('GLACIER', true) },
      { key: 'usual', body: '' },
    ]
    const kept = [a, readable[0]!, b, readable[1]!, c]
    const world = await prepare(kept, { perPart: 4, restore: { ...usual, wait: '1h' } })
    const { store, asked } = archiveStore(kept)
    /** The second copy takes until the deadline. */
    const hasCopy = (key: string) => key !== b.key || world.time >= Date.parse('2026-11-02T01:00:00.000Z')
    const look = async ({ key }: { key: string }) => ({ kind: hasCopy(key) ? 'restored' : 'in-progress' }) as const
    const steps = await world.run({ ...store, restores: { ...store.restores!, look } })
    expect(steps.map(({ next, at }) => [next, at.restored])).toEqual([
      ['wait', 0],
      ['wait', 1],
      ['done', 3],
    ])
    expect(asked.begun).toEqual([a.key, b.key, c.key])
    expect(await world.ended()).toMatchObject({ versions: 3, restored: 3 })
  })

  it('counts at the deadline every copy that is there, also behind one that is still on its way', async () => {
    const kept = versionsOf(200)
    const world = await prepare(kept, { perPart: 100, restore: { ...usual, wait: '1h' } })
    const { store } = archiveStore(kept)
    const onTheirWay = new Set([kept[0]!.key, kept[70]!.key])
    const look = async ({ key }: { key: string }) =>
      ({ kind: onTheirWay.has(key) ? 'in-progress' : 'restored' }) as const
    await world.run({ ...store, restores: { ...store.restores!, look } })
    expect(await world.ended()).toMatchObject({ versions: 200, restored: 198 })
  })

  it('asks for nothing any more behind the deadline, and counts what was asked for before', async () => {
    const world = await prepare(versionsOf(3))
    const { store, asked } = archiveStore(versionsOf(3))
    await world.call(store)
    asked.begun.length = 0
    world.time += 48 * hour
    expect((await world.run(store)).at(-1)).toMatchObject({ next: 'done' })
    expect(asked.begun).toEqual([])
    expect(await world.ended()).toMatchObject({ restored: 3 })
  })

  it('keeps its deadline and its decision when it is called again after a crash', async () => {
    const world = await prepare(versionsOf(3))
    const { store, asked } = archiveStore(versionsOf(3), { rounds: 1 })
    const once = await world.call(store)
    const decided = await world.decided()
    world.time += hour
    expect(await world.call(store)).toEqual({ ...once, seconds: 1800 })
    expect(await world.decided()).toEqual(decided)
    // Asked for again by the call that nobody heard the end of: the store makes no second copy.
    expect(asked.begun.length).toBe(6)
    world.time = Date.parse(decided.deadline) - 1000
    expect(await world.call(store, once.at)).toMatchObject({ next: 'wait', seconds: 1 })
  })

  it('works for as long as a call lives, and goes on where it stopped', async () => {
    const world = await prepare(versionsOf(300), { perPart: 150 })
    const { store, asked } = archiveStore(versionsOf(300))
    world.perCall = 1000
    const steps = await world.run(store)
    expect(steps.map(({ next }) => next)).toEqual(['again', 'wait', 'again', 'done'])
    expect(asked.begun).toEqual(versionsOf(300).map(({ key }) => key))
    expect(await world.ended()).toMatchObject({ restored: 300 })
  })

  it.each([
    { tier: 'expedited', wait: '2h', seconds: 60 },
    { tier: 'standard', wait: '12h', seconds: 900 },
    { tier: 'bulk', wait: '2d', seconds: 1800 },
    // 200 looks at most, whatever the wait: an execution has events for no more.
    { tier: 'expedited', wait: '7d', seconds: 3024 },
    { tier: 'bulk', wait: '10m', seconds: 600 },
  ] as const)('looks every $seconds s for $tier copies that are waited for $wait', async ({ tier, wait, seconds }) => {
    const kept = versionsOf(1, 'GLACIER')
    const world = await prepare(kept, { restore: { ...usual, tier, wait } })
    expect(await world.call(archiveStore(kept, { rounds: 1 }).store)).toMatchObject({ next: 'wait', seconds })
  })

  it('is refused for a store that restores nothing', async () => {
    const world = await prepare(versionsOf(1))
    const { restores: _, ...store } = archiveStore(versionsOf(1)).store
    await expect(world.call(store)).rejects.toThrow(expect.objectContaining({ name: 'InputInvalid' }))
  })
})

describe('the cost of a run', () => {
  const archived = [{ class: 'DEEP_ARCHIVE', versions: 2, bytes: 200e9 }]

  it('has the price of a restore before it is asked for, in a dry run', async () => {
    const { restores, passes } = await (await prepare(versionsOf(2))).cost('dry-run')
    expect(restores).toBe(3)
    expect(passes).toEqual([expect.objectContaining({ archived, restore: { tier: 'bulk', days: 7 } })])
  })

  it.each([
    { name: 'what was asked for', maxUsd: 100, restores: 3, restore: { tier: 'bulk', days: 7 } },
    { name: 'nothing for what was too dear', maxUsd: 1, restores: 0, restore: undefined },
  ])('has $name, after a run', async ({ maxUsd, restores, restore }) => {
    const world = await prepare(versionsOf(2), { restore: { ...usual, maxUsd } })
    await world.run(archiveStore(versionsOf(2)).store)
    const cost = await world.cost('nightly')
    expect(cost.restores).toBe(restores)
    expect(cost.passes.map((pass) => [pass.archived, pass.restore])).toEqual([[archived, restore]])
  })
})
