import type { KeyObject } from 'node:crypto'
import type { RestoredVersions } from '../attestation/limitations.ts'
import { type RestoreConfig, secondsOf } from '../config.ts'
import { type CostItem, sumOf } from '../cost/cost-item.ts'
import { isOffered, restoreItems } from '../cost/restore-price.ts'
import { InputInvalid } from '../errors.ts'
import { type ArchivedPart, type ArchivedSum, addArchived, mustBeRestored, total } from '../inventory/archived.ts'
import { toListed } from '../inventory/inventory-part.ts'
import type { ListedVersion } from '../inventory/object-version.ts'
import type { Ports, RestoreRefusal, Restores, Restoring } from '../ports.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'
import { readArchived } from './evidence/batches.ts'
import { formatDocument, readDocument, readIfThere, readRunStore } from './evidence/documents.ts'
import { type PassRef, passKey } from './evidence/evidence-keys.ts'
import { readPart } from './evidence/segments.ts'
import { parseInput, type RestorePlace, restoreInput } from './task-input.ts'

/** What is asked for and at what price, written before anything is: `usdBefore` is what earlier passes of the run asked for. */
export type RestoreDocument = Pick<RestoreConfig, 'tier' | 'days' | 'maxUsd'> & {
  schemaVersion: 1
  decision: 'asked' | 'declined'
  decidedAt: string
  /** Until then copies are waited for. */
  deadline: string
  archived: ArchivedSum[]
  /** Of a class that has no such tier: they are not asked for. */
  notOffered: number
  items: CostItem[]
  usd: number
  usdBefore: number
}

/** What became of it. Versions that are not restored are read all the same, and end as `archived`. */
export type RestoredDocument = {
  schemaVersion: 1
  finishedAt: string
  versions: number
  restored: number
  refusals: Partial<Record<RestoreRefusal, number>>
}

/** A function on AWS lives for five minutes. */
const atOnce = { versions: 64, milliseconds: 180_000 }

/** Seconds between looks: a part of what a tier takes, and no more than this many looks, which an execution has events for. */
const usualPause: Record<RestoreConfig['tier'], number> = { expedited: 60, standard: 900, bulk: 1800 }
const mostLooks = 200

type RestorePorts = Pick<Ports, 'clock' | 'evidence' | 'stores' | 'caseKey'>

export type RestoreProgress = {
  decision: RestoreDocument['decision']
  next: 'again' | 'wait' | 'done'
  /** How long to wait, for `wait`. */
  seconds: number
  at: RestorePlace
}

/**
 * Restores the archived versions of a pass, in as many calls as it needs, unless that is too dear.
 * 1. The price is estimated and written down with the decision and the deadline. *Crash: what is written counts.*
 * 2. A copy of every version is asked for, once. *Crash: those of one call are asked for again, which costs no second copy.*
 * 3. They are looked after in order, up to the first that is still on its way; the next look begins there.
 * It ends when no version is on its way any more, or at the deadline, with a look at all that are left.
 */
export async function restoreArchived(ports: RestorePorts, input: unknown): Promise<RestoreProgress> {
  const { at, ...ref } = parseInput('restore-archived', restoreInput, input)
  const { store: config } = await readRunStore(ports, ref.runId, ref.storeId)
  const order = config.s3?.restore
  const { restores } = await ports.stores.open(config)
  if (order === undefined || restores === undefined)
    throw new InputInvalid(`store ${ref.storeId}: s3.restore: expected a store that restores`)

  const parts = await readArchived(ports.evidence, ref)
  const document = await decide(ports, ref, order, parts)
  const isLate = () => ports.clock().getTime() >= Date.parse(document.deadline)
  const end = ports.clock().getTime() + atOnce.milliseconds
  const left = (next: 'again' | 'wait', place: RestorePlace): RestoreProgress => ({
    decision: document.decision,
    next,
    seconds: next === 'wait' ? pauseOf(document, order, ports.clock()) : 0,
    at: place,
  })
  const over = async (place: RestorePlace): Promise<RestoreProgress> => {
    const restored: RestoredDocument = {
      schemaVersion: 1,
      finishedAt: ports.clock().toISOString(),
      versions: total(document.archived, 'versions'),
      restored: place.restored,
      refusals: place.refusals,
    }
    await ports.evidence.put(passKey(ref, 'restored.json'), formatDocument(restored))
    return { decision: document.decision, next: 'done', seconds: 0, at: place }
  }
  if (document.decision === 'declined') return over(at)

  const { sealKey } = caseKeysOf(await ports.caseKey.read())
  let place = at
  for await (const group of groupsFrom(ports, ref, parts, { at, order, sealKey })) {
    if (place.step === 'begin' && isLate()) break
    const found = await Promise.all(group.versions.map((version) => handle(restores, version, place.step, order)))
    const isWaited = place.step === 'look' && !isLate()
    const first = isWaited ? found.findIndex(({ kind }) => kind === 'in-progress') : -1
    place = { ...count(place, first < 0 ? found : found.slice(0, first)), ...group.placeOf(first) }
    if (first >= 0) return left('wait', place)
    if (ports.clock().getTime() >= end) return left('again', place)
  }
  if (place.step === 'look') return over(place)
  return left(place.begun ? 'wait' : 'again', { ...place, step: 'look', line: 0, entry: 0 })
}

async function decide(
  { evidence, clock }: RestorePorts,
  ref: PassRef,
  { tier, days, maxUsd, wait }: RestoreConfig,
  parts: readonly ArchivedPart[],
): Promise<RestoreDocument> {
  const key = passKey(ref, 'restore.json')
  if (!(await evidence.has(key))) {
    const archived = addArchived(parts.flatMap(({ sums }) => sums))
    const items = restoreItems(ref.storeId, archived, { tier, days })
    const usd = sumOf(items)
    const usdBefore = await askedBefore(evidence, ref)
    const now = clock()
    const document: RestoreDocument = {
      schemaVersion: 1,
      decision: usd + usdBefore > maxUsd ? 'declined' : 'asked',
      decidedAt: now.toISOString(),
      deadline: new Date(now.getTime() + secondsOf(wait) * 1000).toISOString(),
      tier,
      days,
      archived,
      notOffered: total(
        archived.filter((sum) => !isOffered(sum.class, tier)),
        'versions',
      ),
      items,
      usd,
      usdBefore,
      maxUsd,
    }
    await evidence.put(key, formatDocument(document))
  }
  return readDocument({ evidence }, key)
}

async function askedBefore(evidence: Ports['evidence'], ref: PassRef): Promise<number> {
  let usd = 0
  for (let pass = 0; pass < ref.pass; pass++) {
    const before = await readRestore(evidence, { ...ref, pass })
    if (before?.decision === 'asked') usd += before.usd
  }
  return usd
}

/** What a pass decided about restoring; absent: there was nothing to decide. */
export function readRestore(evidence: Ports['evidence'], ref: PassRef): Promise<RestoreDocument | undefined> {
  return readIfThere({ evidence }, passKey(ref, 'restore.json'))
}

/** The same, with how many are restored: nobody knows, where it did not come to its end. */
export async function readRestored(evidence: Ports['evidence'], ref: PassRef): Promise<RestoredVersions | undefined> {
  const decided = await readRestore(evidence, ref)
  if (decided === undefined) return undefined
  const ended = await readIfThere<RestoredDocument>({ evidence }, passKey(ref, 'restored.json'))
  const { tier, days, decision, archived } = decided
  const versions = total(archived, 'versions')
  return { tier, days, asked: decision === 'asked', versions, restored: ended?.restored }
}

function pauseOf({ deadline }: RestoreDocument, { tier, wait }: RestoreConfig, now: Date): number {
  const pause = Math.max(usualPause[tier], Math.ceil(secondsOf(wait) / mostLooks))
  const seconds = Math.ceil((Date.parse(deadline) - now.getTime()) / 1000)
  return Math.max(1, Math.min(pause, seconds))
}

type Group = {
  versions: ListedVersion[]
  /** Where version `first` of the group is; -1: what follows the group. */
  placeOf(first: number): Pick<RestorePlace, 'line' | 'entry'>
}

/** The versions that can be asked for, some at a time, in the order of the inventory. */
async function* groupsFrom(
  { evidence }: RestorePorts,
  ref: PassRef,
  parts: readonly ArchivedPart[],
  { at, order, sealKey }: { at: RestorePlace; order: RestoreConfig; sealKey: KeyObject },
): AsyncGenerator<Group> {
  for (let line = at.line; line < parts.length; line++) {
    const { segment, part } = parts[line]!
    const { entries } = await readPart(evidence, { ...ref, segment }, 'opening', part)
    const asked = entries.filter((entry) => mustBeRestored(entry) && isOffered(entry.archived!.class, order.tier))
    for (let from = line === at.line ? at.entry : 0; from < asked.length; from += atOnce.versions) {
      const to = Math.min(asked.length, from + atOnce.versions)
      const next = to < asked.length ? { line, entry: to } : { line: line + 1, entry: 0 }
      yield {
        versions: asked.slice(from, to).map((entry) => toListed(entry, sealKey)),
        placeOf: (first) => (first < 0 ? next : { line, entry: from + first }),
      }
    }
  }
}

function handle(
  restores: Restores,
  version: ListedVersion,
  step: RestorePlace['step'],
  { tier, days }: RestoreConfig,
): Promise<Restoring> {
  return step === 'begin' ? restores.begin(version, { tier, days }) : restores.look(version)
}

/** Refusals are counted where a copy is asked for, copies where they are looked after. */
function count(place: RestorePlace, found: readonly Restoring[]): RestorePlace {
  if (place.step === 'look')
    return { ...place, restored: place.restored + found.filter(({ kind }) => kind === 'restored').length }
  const refusals = { ...place.refusals }
  for (const each of found) if (each.kind === 'refused') refusals[each.reason] = (refusals[each.reason] ?? 0) + 1
  return { ...place, begun: place.begun || found.some(({ kind }) => kind === 'in-progress'), refusals }
}
