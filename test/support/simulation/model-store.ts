import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { ReadFailed, StoreUnavailable } from '../../../lib/errors.ts'
import { compareVersions, isInRange } from '../../../lib/inventory/listing-order.ts'
import { archiveClasses, type ListedVersion } from '../../../lib/inventory/object-version.ts'
import type { Chunks, Condemned, Deleted, Label, Opened, Restores, Store, StoreDeletion } from '../../../lib/ports.ts'
import { type Content, contentLeft, drawContent, people } from './people.ts'
import type { World } from './world.ts'

/** A version, from when to when it was there, and the truth about who is in it. `died`: absent as long as it is there. */
export type ModelVersion = {
  listed: ListedVersion
  content: Content
  labels: Label[]
  hidesTags: boolean
  /** Everybody who stands in it, in its name or beside it. */
  named: ReadonlySet<string>
  /** Of an archived version: when its copy is there, and until when; in true time. */
  copy?: { from: number; to: number }
  born: number
  died?: number
}

type Asked = { runId: string; storeId: string; pass: number }
/** Bytes that came, before the version was settled as unchanged. */
export type Read = Asked & { version: ModelVersion; from: number; to: number }
export type Listed = Asked & { listing: string; tick: number; versions: ModelVersion[] }
/** `left`: what was put in its place. */
export type Deletion = Asked & { version: ModelVersion; left?: Content; tick: number; at: number; beganTick: number }

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

  /** Without content it is a delete marker, or an unfinished upload. */
  function add(
    key: string,
    content: Content | undefined,
    bare: 'delete-marker' | 'multipart-upload' = 'delete-marker',
  ): void {
    const markerOnly = content === undefined
    const isUpload = markerOnly && bare === 'multipart-upload'
    const earlier = alive().filter(({ listed }) => listed.key === key)
    for (const each of isUpload ? [] : earlier) {
      if (kind === 'directory') die(each)
      each.listed.current = false
    }
    const person = chance.pick(draw('label'), [...people.confirmed.slice(0, 1), ...people.pending, ...people.strangers])
    const labels: Label[] =
      kind === 'bucket' && !markerOnly && chance.number(draw('has label')) < 0.15
        ? [{ place: 'tags', text: `owner ${person}` }]
        : []
    const body = content?.body ?? new Uint8Array()
    const isArchived = kind === 'bucket' && !markerOnly && chance.number(draw('archived')) < 0.05
    const isHeld = !markerOnly && chance.number(draw('held')) < 0.03
    const inKey = Object.values(people)
      .flat()
      .filter((id) => key.includes(id))
    history.push({
      listed: {
        kind: markerOnly ? bare : 'object',
        key,
        versionId: `v${String(++made).padStart(6, '0')}`,
        current: !isUpload,
        size: body.length,
        modifiedAt: new Date(world.now).toISOString(),
        ...(isHeld && { protection: { code: 'legal-hold' as const } }),
        ...(isArchived && { archived: { class: chance.pick(draw('class'), archiveClasses), restored: false } }),
      },
      content: content ?? { body, owners: [], named: [], hashed: [], isOpaque: false, endsCalls: false, suffix: '' },
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
    const isBare = kind === 'bucket' && chance.number(draw('bare')) < 0.06
    if (isBare)
      add(`${directory}${name}`, undefined, chance.pick(draw('bare kind'), ['delete-marker', 'multipart-upload']))
    else add(`${directory}${name}${content.suffix}`, content)
  }

  /** What people and programs do to a store that is not theirs to hold still. */
  function change(): void {
    const victim = chance.pick(draw('victim'), current())
    const deed = chance.pick(draw('deed'), [
      'add',
      'add',
      'replace',
      'remove',
      'mark',
      'restore',
      'move',
      'hold',
    ] as const)
    const dead = history.filter(({ died, listed }) => died !== undefined && listed.kind === 'object')
    if (deed === 'restore' && dead.length > 0) {
      const again = chance.pick(draw('restored'), dead)
      add(again.listed.key, again.content)
    } else if (deed === 'add' || victim === undefined) addSomething()
    else if (deed === 'hold') {
      if (victim.listed.protection) delete victim.listed.protection
      else if (kind === 'bucket') victim.listed.protection = { code: 'legal-hold' }
    } else if (deed === 'replace') add(victim.listed.key, drawContent(chance))
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
      return { versions: page.map(asListed), mounts: [], ...(next !== undefined && { next }) }
    })
  }

  const hasCopy = ({ copy }: ModelVersion) => copy !== undefined && copy.from <= world.now && world.now < copy.to
  const isShut = (version: ModelVersion) => version.listed.archived !== undefined && !hasCopy(version)
  const asListed = (version: ModelVersion): ListedVersion => {
    const { archived, ...listed } = version.listed
    return { ...listed, ...(archived && { archived: { ...archived, restored: hasCopy(version) } }) }
  }
  const restores: Restores = {
    begin: (wanted, { days }) =>
      world.through('store.restore', async () => {
        const version = find(wanted)
        if (version === undefined) return { kind: 'refused', reason: 'gone' }
        if (hasCopy(version)) return { kind: 'restored' }
        if (version.copy === undefined || world.now >= version.copy.to) {
          if (chance.rarely(`no capacity in ${storeId}`, world.weather.lies))
            return { kind: 'refused', reason: 'no-capacity' }
          const from = world.now + Math.floor(chance.number(draw('copy')) * 14 * 3_600_000)
          version.copy = { from, to: from + days * 86_400_000 }
        }
        return { kind: 'in-progress' }
      }),
    look: (wanted) =>
      world.through('store.look', async () => {
        const version = find(wanted)
        if (version === undefined) return { kind: 'refused', reason: 'gone' }
        if (hasCopy(version)) return { kind: 'restored' }
        return version.copy !== undefined && world.now < version.copy.from
          ? { kind: 'in-progress' }
          : { kind: 'refused', reason: 'not-restored' }
      }),
  }

  const find = (wanted: ListedVersion) =>
    alive().find(({ listed }) => compareVersions(listed, wanted) === 0 && listed.size === wanted.size)

  async function* chunksOf(version: ModelVersion, from: number, to: number, seen: { to: number }): Chunks {
    const { body } = version.content
    const cut = chance.rarely(`read of ${storeId} ends early`, world.weather.lies)
    const step = Math.max(1, Math.ceil((to - from) / 2))
    for (let at = from; at < to; at += step) {
      await world.pass('chunk')
      if (chance.rarely(`read of ${storeId} is slow`, world.weather.slow))
        world.now += Math.ceil(chance.number(draw('slow')) * 20) * 60_000
      if (chance.rarely(`read of ${storeId} fails`, world.weather.lies)) throw new ReadFailed('store: read failed')
      if (cut && at > from) return
      seen.to = Math.min(at + step, to)
      yield Uint8Array.from(body.subarray(at, seen.to))
    }
  }

  async function open(wanted: ListedVersion, range?: { from: number; to: number }): Promise<Opened> {
    return world.through('store.open', async () => {
      const version = find(wanted)
      if (version === undefined) return { kind: 'unreadable', reason: 'disappeared', detail: 'gone' }
      if (version.listed.kind === 'multipart-upload')
        return { kind: 'unreadable', reason: 'multipart-upload', detail: 'an upload' }
      if (isShut(version)) return { kind: 'unreadable', reason: 'archived', detail: 'archived' }
      if (version.content.endsCalls) world.endCall()
      const from = range?.from ?? 0
      const seen = { to: from }
      const reader = asked()
      return {
        kind: 'opened',
        chunks: chunksOf(version, from, range?.to ?? version.listed.size, seen),
        async settle() {
          await world.pass('settle')
          if (version.died !== undefined) return { kind: 'changed', detail: 'gone' }
          reads.push({ ...reader, version, from, to: seen.to })
          return { kind: 'unchanged' }
        },
        labels: version.hidesTags ? [] : version.labels,
        ...(version.hidesTags && { gap: { reason: 'access-denied' as const, detail: 'its tags' } }),
        close: async () => {},
      }
    })
  }

  /** Versions of which a pass got every byte. */
  function readBy(runId: string, pass: number): Set<ModelVersion> {
    const own = reads.filter((each) => each.runId === runId && each.pass === pass)
    const isWhole = ([version, ranges]: [ModelVersion, Read[]]) => {
      let end = 0
      for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) if (from <= end) end = Math.max(end, to)
      return end === version.listed.size
    }
    return new Set([...Map.groupBy(own, ({ version }) => version)].filter(isWhole).map(([version]) => version))
  }

  const remove = (version: ModelVersion, left?: Content) => {
    const call = world.calls.getStore()!
    deletions.push({
      ...asked(),
      version,
      ...(left && { left }),
      tick: world.tick,
      at: world.now,
      beganTick: call.began.tick,
    })
    die(version)
  }

  /** A directory exchanges a file in one step; in a bucket the new version hides the old one until that goes. */
  async function exchange(version: ModelVersion, body: Uint8Array): Promise<Deleted['kind']> {
    const left = contentLeft(version.content, body)
    const over = current().find(({ listed }) => listed.key === version.listed.key)
    const isOurs = over !== undefined && Buffer.from(over.content.body).equals(body)
    if (!version.listed.current && !isOurs) return 'kept'
    if (kind === 'directory') remove(version, left)
    if (!isOurs) add(version.listed.key, left)
    await world.pass('put')
    if (version.died === undefined) remove(version, left)
    return 'rewritten'
  }

  /** What is gone was rewritten by an earlier call if what that was about to put is in its place. */
  async function goneOrRewritten({ version: { key }, rewritten }: Condemned): Promise<Deleted> {
    const intended = await rewritten?.()
    const isThere =
      intended !== undefined &&
      current().some(
        ({ listed, content }) => listed.key === key && hash('sha256', content.body, 'hex') === intended.sha256,
      )
    return isThere ? { kind: 'rewritten', records: intended.records } : { kind: 'gone' }
  }

  const deletionFor = ({ mayAbort, mayRewrite }: { mayAbort: boolean; mayRewrite: boolean }): StoreDeletion => ({
    async deleteVersions(condemned) {
      const results: Deleted[] = []
      for (const each of condemned) {
        const { version: wanted, judge } = each
        await world.pass('delete')
        if (chance.rarely(`deleting in ${storeId} breaks off`, world.weather.faults))
          throw new StoreUnavailable('store: gone')
        const version = find(wanted)
        if (version === undefined) results.push(await goneOrRewritten(each))
        else if (isShut(version)) results.push({ kind: 'kept', reason: 'it is archived' })
        else if (version.listed.protection) results.push({ kind: 'kept', reason: 'it is under legal-hold' })
        else {
          const parts: Uint8Array[] = []
          const remaining = { write: (part: Uint8Array) => void parts.push(Uint8Array.from(part)), end() {} }
          const chunks = chunksOf(version, 0, version.listed.size, { to: 0 })
          const judged = await judge(chunks, mayRewrite ? remaining : undefined)
          await world.pass('judged')
          if (judged.kind === 'keep') results.push({ kind: 'kept', reason: judged.reason })
          else if (version.died !== undefined) results.push(await goneOrRewritten(each))
          else if (judged.kind === 'rewrite') {
            const body = Buffer.concat(parts)
            if (!(await judged.isAsWritten(Readable.from([body])))) throw new Error('expected it as it was written')
            const { records } = judged
            results.push(
              (await exchange(version, body)) === 'rewritten'
                ? { kind: 'rewritten', records }
                : { kind: 'kept', reason: 'it is not current' },
            )
          } else {
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
        else if (remnant.kind === 'multipart-upload' && !mayAbort) results.push({ kind: 'kept', reason: 'an upload' })
        else if (remnant.kind === 'delete-marker' && hidden) results.push({ kind: 'kept', reason: 'it hides versions' })
        else {
          await intend?.(remnant)
          remove(marker)
          results.push({ kind: 'deleted', bytes: 0 })
        }
      }
      return results
    },
  })

  const store: Store = {
    list,
    open,
    ...(kind === 'bucket' && { restores }),
    boundaries: async () => world.through('store.boundaries', async () => (pageLimit % 2 ? ['b', 'm/c'] : ['m/a'])),
  }
  return {
    storeId,
    kind,
    history,
    readBy,
    listings,
    deletions,
    alive,
    current,
    die,
    addSomething,
    change,
    store,
    deletionFor,
  }
}
