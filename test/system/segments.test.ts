import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isInRange } from '../../lib/inventory/listing-order.ts'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import { takeInventory } from '../../lib/pipeline/take-inventory.ts'
import type { KeyRange, ListPage, Ports, Store } from '../../lib/ports.ts'
import { isMoment, type Moment, openPlace } from '../support/pipeline.ts'
import { transferred } from '../support/sample-files.ts'
import { someOf } from '../support/some-of.ts'

const anId = transferred(3)

/** A store in memory that can be listed in ranges, cut at `cuts`. Cursors are keys. */
function rangedStore(objects: Map<string, string>, cuts: string[]): Store {
  const bytes = (text: string) => Buffer.from(text)
  const inOrder = () => [...objects.keys()].toSorted((a, b) => Buffer.compare(bytes(a), bytes(b)))
  return {
    boundaries: async () => cuts,
    async list(cursor, limit, range: KeyRange = {}): Promise<ListPage> {
      const after = cursor ?? range.after
      const rest = inOrder().filter((key) => isInRange(key, { ...range, ...(after !== undefined && { after }) }))
      const versions = rest.slice(0, limit).map(
        (key): ListedVersion => ({
          kind: 'object',
          key,
          versionId: `v${objects.get(key)!.length}`,
          current: true,
          size: bytes(objects.get(key)!).length,
          modifiedAt: '2026-11-01T00:00:00.000Z',
        }),
      )
      return { versions, mounts: [], ...(rest.length > limit && { next: versions.at(-1)!.key }) }
    },
    async open({ key }) {
      const text = objects.get(key)
      if (text === undefined) return { kind: 'unreadable', reason: 'disappeared', detail: 'gone' }
      return {
        kind: 'opened',
        chunks: (async function* () {
          yield bytes(text)
        })(),
        settle: async () => ({ kind: 'unchanged' }),
        labels: [],
        close: async () => {},
      }
    },
  }
}

async function scanned(objects: Map<string, string>, cuts: string[], hands: Parameters<Place['run']>[0] = {}) {
  const place = await openPlace((root) => {
    mkdirSync(join(root, 'sg'))
    return { stores: [{ id: 'sg', root: join(root, 'sg'), segments: 8 }] }
  })
  const wrap = (ports: Ports): Ports =>
    Object.create(ports, { stores: { value: { open: async () => rangedStore(objects, cuts) } } })
  const run = await place.run({ ...hands, wrap })
  return { run, coverage: await run.coverage(0) }
}

type Place = Awaited<ReturnType<typeof openPlace>>

const names = ['a/1', 'a/2', 'b', 'c/1', 'c/2', 'é', '\u{1f600}']
const clean = () => new Map(names.map((name) => [name, `nothing in ${name}\n`]))

const cuts: { name: string; cuts: string[] }[] = [
  { name: 'nowhere', cuts: [] },
  { name: 'between keys', cuts: ['aa', 'bb', 'd'] },
  { name: 'at a key, which belongs to what is before it', cuts: ['a/2', 'c/1'] },
  { name: 'before the first and behind the last', cuts: ['A', '\u{10ffff}'] },
  { name: 'between bytes of UTF-8', cuts: ['z', '\uffee'] },
]

describe('a store that is listed in segments', () => {
  it.each(cuts)('is verified when it is clean, cut $name', async ({ cuts }) => {
    const { run, coverage } = await scanned(clean(), cuts)
    expect(run.verdict).toBe('verified')
    expect(coverage?.inventory.versions).toBe(names.length)
    expect(coverage?.closing).toMatchObject({ versions: names.length, appeared: 0, gone: 0 })
    expect(coverage?.batches.planned).toBe(coverage?.batches.reported)
  })

  it.each(someOf(6, cuts))('has a finding in any of them, cut $name', async ({ cuts }) => {
    for (const name of names) {
      const { run, coverage } = await scanned(clean().set(name, `id ${anId}\n`), cuts)
      expect([name, run.verdict, coverage?.found.versions, coverage?.subjects]).toEqual([name, 'residual', 1, 1])
    }
  })

  it('counts one subject once, in whatever segments it was found', async () => {
    const objects = new Map(names.map((name) => [name, `id ${anId}\n`]))
    const { coverage } = await scanned(objects, ['aa', 'bb', 'd'])
    expect(coverage).toMatchObject({ subjects: 1, findings: names.length, found: { versions: names.length } })
  })

  it('lists no segment that was not planned', async () => {
    const refusals: Promise<unknown>[] = []
    await scanned(clean(), ['b'], {
      call(task, ports, payload) {
        if (task === 'take-inventory')
          refusals.push(takeInventory(ports, { ...(payload as object), segment: 2 }).catch(({ name }) => name))
        return undefined
      },
    })
    expect(await Promise.all(refusals)).toEqual(Array(4).fill('EvidenceConflict'))
  })

  it('shows an object that is moved from a segment that is still to be listed to one that was', async () => {
    const objects = clean()
    const firstListed = Promise.withResolvers<void>()
    const isOpening = (moment: Moment, segment: number) =>
      isMoment(moment, { task: 'take-inventory', listing: 'opening', segment })
    const { run } = await scanned(objects, ['b'], {
      after: (moment) => void (isOpening(moment, 0) && firstListed.resolve()),
      before: async (moment) => {
        if (!isOpening(moment, 1)) return
        await firstListed.promise
        objects.delete('c/1')
        objects.set('a/moved', `id ${anId}\n`)
      },
    })
    expect(run.verdict).toBe('incomplete')
    expect(run.why).toContain('appeared while scanning: 1 object version')
  })

  it('is incomplete when the store lists a key beside its segment', async () => {
    const objects = clean()
    const place = await openPlace((root) => {
      mkdirSync(join(root, 'sg'))
      return { stores: [{ id: 'sg', root: join(root, 'sg'), segments: 8 }] }
    })
    const store = rangedStore(objects, ['b'])
    const careless: Store = { ...store, list: (cursor, limit) => store.list(cursor, limit) }
    const run = await place.run({
      wrap: (ports) => Object.create(ports, { stores: { value: { open: async () => careless } } }),
    })
    expect(run.verdict).toBe('incomplete')
    expect(run.why).toContain('EvidenceConflict')
  })
})
