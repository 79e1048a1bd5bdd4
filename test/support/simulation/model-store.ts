import { ReadFailed, StoreUnavailable } from '../../../lib/errors.ts'
import { compareVersions, isInRange } from '../../../lib/inventory/listing-order.ts'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'
import type { Chunks, Deleted, Label, Opened, Store, StoreDeletion } from '../../../lib/ports.ts'
import { type Content, drawContent, people } from './people.ts'
import type { World } from './world.ts'

/** A version, from when to when it was there, and the truth about who is in it. `died`: absent as long as it is there. */
export type ModelVersion = {
  listed: ListedVersion
  content: Content
  labels: Label[]
  hidesTags: boolean
  /** Everybody who stands in it, in its name or beside it. */
  named: ReadonlySet<string>
  born: number
  died?: number
}

type Asked = { runId: string; storeId: string; pass: number }
/** `whole`: its bytes came from the first to the last, and it was settled as unchanged. */
export type Read = Asked & { version: ModelVersion; whole: boolean }
export type Listed = Asked & { listing: string; tick: number; versions: ModelVersion[] }
export type Deletion = Asked & { version: ModelVersion; tick: number; at: number; beganTick: number }

export type ModelStore = ReturnType<typeof createModelStore>

/** A bucket with versions, or a directory, which shows only what is current; each with everything that it ever held. */
export function createModelStore(world: World, storeId: string, kind: 'bucket' | 'directory') {
  const { chance } = world
  const history: ModelVersion[] = []
  const reads: Read[] = []
  const listings: Listed[] = []
  const deletions: Deletion[] = []
  let made = 0
  const draw = (name: string) => `${storeId} ${name}`
  const alive = () => history.filter(({ died }) => died === undefined)
  const current = () => alive().filter(({ listed }) => listed.current && listed.kind === 'object')
  const pageLimit = 1 + Math.floor(chance.number(draw('page')) * 6)

  const asked = (): Asked => {
    const { runId = '', pass = 0 } = (world.calls.getStore()?.payload ?? {}) as Partial<Asked>
    return { runId, storeId, pass }
  }
  const die = (version: ModelVersion) => {
    version.died = ++world.tick
    version.listed.current = false
  }

  /** Without content it is a delete marker. */
  function add(key: string, content: Content | undefined): void {
    const markerOnly = content === undefined
    const earlier = alive().filter(({ listed }) => listed.key === key)
    for (const each of earlier) {
      if (kind === 'directory') die(each)
      each.listed.current = false
    }
    const person = chance.pick(draw('label'), [...people.confirmed.slice(0, 1), ...people.pending, ...people.strangers])
    const labels: Label[] =
      kind === 'bucket' && !markerOnly && chance.number(draw('has label')) < 0.15
        ? [{ place: 'tags', text: `owner ${person}` }]
        : []
    const body = content?.body ?? new Uint8Array()
    const isHeld = !markerOnly && chance.number(draw('held')) < 0.03
    const inKey = Object.values(people)
      .flat()
      .filter((id) => key.includes(id))
    history.push({
      listed: {
        kind: markerOnly ? 'delete-marker' : 'object',
        key,
        versionId: `v${String(++made).padStart(6, '0')}`,
        current: true,
        size: body.length,
        modifiedAt: new Date(world.now).toISOString(),
        ...(isHeld && { protection: { code: 'legal-hold' as const } }),
      },
      content: content ?? { body, owners: [], named: [], isOpaque: false, suffix: '' },
      labels,
      hidesTags: kind === 'bucket' && !markerOnly && chance.number(draw('hides tags')) < 0.02,
      named: new Set([...(content?.named ?? []), ...labels.map(({ text }) => text.slice(6)), ...inKey]),
      born: ++world.tick,
    })
  }

  function addSomething(): void {
    const content = drawContent(chance)
    const name = chance.pick(draw('name'), ['a', 'b', 'c', 'd', 'e', 'f'])
    const person = chance.pick(draw('name of'), Object.values(people).flat())
    const directory =
      chance.number(draw('personal name')) < 0.12 ? `of-${person}/` : chance.pick(draw('in'), ['m/', 'z/', ''])
    add(`${directory}${name}${content.suffix}`, content)
  }

  /** What people and programs do to a store that is not theirs to hold still. */
  function change(): void {
    const victim = chance.pick(draw('victim'), current())
    const deed = chance.pick(draw('deed'), ['add', 'add', 'replace', 'remove', 'mark', 'restore', 'move'] as const)
    const dead = history.filter(({ died, listed }) => died !== undefined && listed.kind === 'object')
    if (deed === 'restore' && dead.length > 0) {
      const again = chance.pick(draw('restored'), dead)
      add(again.listed.key, again.content)
    } else if (deed === 'add' || victim === undefined) addSomething()
    else if (deed === 'replace') add(victim.listed.key, drawContent(chance))
    else if (deed === 'mark' && kind === 'bucket') add(victim.listed.key, undefined)
    else die(victim)
    if (victim?.died !== undefined && deed === 'move')
      add(chance.pick(draw('moved to'), ['a/moved', 'zz/moved']), victim.content)
  }

  async function list(cursor: string | undefined, _limit: number, range = {}) {
    return world.through('store.list', async () => {
      const call = world.calls.getStore()
      const listing = String(call?.payload.listing ?? 'other')
      const [key, versionId] = cursor === undefined ? [] : (JSON.parse(cursor) as string[])
      const ahead = alive()
        .filter(({ listed }) => isInRange(listed.key, range))
        .filter(({ listed }) => key === undefined || compareVersions(listed, { key, versionId: versionId! }) > 0)
        .toSorted((a, b) => compareVersions(a.listed, b.listed))
      let page = ahead.slice(0, pageLimit)
      const last = page.at(-1)
      const next =
        ahead.length > pageLimit && last ? JSON.stringify([last.listed.key, last.listed.versionId]) : undefined
      // A closing listing that is not the truth cannot be told from a true one; an opening one can.
      if (listing === 'opening' && chance.rarely(`stale listing of ${storeId}`, world.weather.lies))
        page = page.slice(1)
      if (page.length > 1 && chance.rarely(`listing of ${storeId} out of order`, world.weather.lies)) page.reverse()
      if (page.length > 0 && chance.rarely(`listing of ${storeId} repeats itself`, world.weather.lies))
        page.push(page[0]!)
      listings.push({ ...asked(), listing, tick: world.tick, versions: page })
      if (call) call.listedAt = world.tick
      return { versions: page.map(({ listed }) => ({ ...listed })), mounts: [], ...(next !== undefined && { next }) }
    })
  }

  const find = (wanted: ListedVersion) =>
    alive().find(({ listed }) => compareVersions(listed, wanted) === 0 && listed.size === wanted.size)

  async function* chunksOf(version: ModelVersion, from: number, to: number, seen: { whole: boolean }): Chunks {
    const { body } = version.content
    const cut = chance.rarely(`read of ${storeId} ends early`, world.weather.lies)
    const step = Math.max(1, Math.ceil((to - from) / 2))
    for (let at = from; at < to; at += step) {
      await world.pass('chunk')
      if (chance.rarely(`read of ${storeId} fails`, world.weather.lies)) throw new ReadFailed('store: read failed')
      if (cut && at > from) return
      yield Uint8Array.from(body.subarray(at, Math.min(at + step, to)))
    }
    seen.whole = from === 0 && to === body.length
  }

  async function open(wanted: ListedVersion, range?: { from: number; to: number }): Promise<Opened> {
    return world.through('store.open', async () => {
      const version = find(wanted)
      if (version === undefined) return { kind: 'unreadable', reason: 'disappeared', detail: 'gone' }
      const seen = { whole: false }
      const whole = asked()
      return {
        kind: 'opened',
        chunks: chunksOf(version, range?.from ?? 0, range?.to ?? version.listed.size, seen),
        async settle() {
          await world.pass('settle')
          if (version.died !== undefined) return { kind: 'changed', detail: 'gone' }
          reads.push({ ...whole, version, whole: seen.whole })
          return { kind: 'unchanged' }
        },
        labels: version.hidesTags ? [] : version.labels,
        ...(version.hidesTags && { gap: { reason: 'access-denied' as const, detail: 'its tags' } }),
        close: async () => {},
      }
    })
  }

  const remove = (version: ModelVersion) => {
    const call = world.calls.getStore()!
    deletions.push({ ...asked(), version, tick: world.tick, at: world.now, beganTick: call.began.tick })
    die(version)
  }

  const deletion: StoreDeletion = {
    async deleteVersions(condemned) {
      const results: Deleted[] = []
      for (const { version: wanted, judge } of condemned) {
        await world.pass('delete')
        if (chance.rarely(`deleting in ${storeId} breaks off`, world.weather.faults))
          throw new StoreUnavailable('store: gone')
        const version = find(wanted)
        if (version === undefined) results.push({ kind: 'gone' })
        else if (version.listed.protection) results.push({ kind: 'kept', reason: 'it is under legal-hold' })
        else {
          const judged = await judge(chunksOf(version, 0, version.listed.size, { whole: false }))
          await world.pass('judged')
          if (judged.kind === 'keep') results.push({ kind: 'kept', reason: judged.reason })
          else if (version.died !== undefined) results.push({ kind: 'gone' })
          else {
            remove(version)
            results.push({ kind: 'deleted', bytes: version.listed.size })
          }
        }
      }
      if (chance.rarely(`reply of deleting in ${storeId} lost`, world.weather.faults))
        throw new StoreUnavailable('store: gone')
      return results
    },
    async removeRemnants(remnants, intend) {
      const results: Deleted[] = []
      for (const remnant of remnants) {
        await world.pass('remove remnant')
        const marker = find(remnant)
        const hidden = alive().some(({ listed }) => listed.key === remnant.key && listed.kind === 'object')
        if (marker === undefined) results.push({ kind: 'gone' })
        else if (hidden) results.push({ kind: 'kept', reason: 'it hides versions' })
        else {
          await intend?.(remnant)
          remove(marker)
          results.push({ kind: 'deleted', bytes: 0 })
        }
      }
      return results
    },
  }

  const store: Store = {
    list,
    open,
    boundaries: async () => world.through('store.boundaries', async () => (pageLimit % 2 ? ['b', 'm/c'] : ['m/a'])),
  }
  return {
    storeId,
    kind,
    history,
    reads,
    listings,
    deletions,
    alive,
    current,
    die,
    addSomething,
    change,
    store,
    deletion,
  }
}
