import type { KeyObject } from 'node:crypto'
import { EvidenceConflict, StoreUnavailable } from '../errors.ts'
import { formatPart, type InventoryPart, type PartEnd, toEntry } from '../inventory/inventory-part.ts'
import { compareVersions, isInRange } from '../inventory/listing-order.ts'
import type { ListedVersion } from '../inventory/object-version.ts'
import { digestText, openText, sealNonceLength, sealText } from '../inventory/seal-key.ts'
import type { KeyRange, Ports, Store } from '../ports.ts'
import { redactKey } from '../scan/names/redact-key.ts'
import { openRunIndex, readRunStore } from './evidence/documents.ts'
import { type Listing, type PassRef, partKey, type SegmentRef } from './evidence/evidence-keys.ts'
import { readPart, readSegments } from './evidence/segments.ts'
import { pageInput, parseInput } from './task-input.ts'

/** Versions of a page that is followed by another one. */
export const pageSize = 2000

/** Pages of one call: an execution on AWS has 25,000 events, of which a call takes eight. */
export const pagesAtOnce = 500
/** A function on AWS lives for five minutes. */
const atOnceMs = 180_000

/** Sequence numbers are of one listing: those of a segment begin where no earlier segment can get to. */
const segmentSpan = 2 ** 32

type InventoryPorts = Pick<Ports, 'clock' | 'random' | 'evidence' | 'largeEvidence' | 'stores' | 'caseKey' | 'meter'>

/**
 * Lists a segment of a store into the evidence, as many pages as one call has time for, and says where the next call goes
 * on or that the segment is complete. The page that was stored first counts, also for where the next one begins: a
 * repeated page cannot leave a hole.
 * @throws EvidenceConflict when a store lists out of order, beside the segment, or repeats itself.
 * @throws StoreUnavailable when its marker is not there
 */
export async function takeInventory(
  ports: InventoryPorts,
  input: unknown,
): Promise<{ complete: boolean; page: number; versions: number; bytes: number }> {
  const { listing, page: firstPage, ...ref } = parseInput('take-inventory', pageInput, input)
  const take = await openTaking(ports, ref, listing)
  const end = ports.clock().getTime() + atOnceMs
  const sum = { versions: 0, bytes: 0 }
  for (let page = firstPage; ; page++) {
    const { entries, end: last } = await take(page)
    sum.versions += entries.length
    sum.bytes += entries.reduce((total, { size }) => total + size, 0)
    ports.meter.add({ listed: entries.length })
    const full = page + 1 - firstPage >= pagesAtOnce || ports.clock().getTime() >= end
    if (last.complete || full) return { complete: last.complete, page: page + 1, ...sum }
  }
}

/** What takes one page: the stored one if there is one. */
async function openTaking(ports: InventoryPorts, ref: SegmentRef, listing: Listing) {
  const { index, keys } = await openRunIndex(ports, ref.runId)
  const { store: config } = await readRunStore(ports, ref.runId, ref.storeId)
  const sealed = (await readSegments(ports.evidence, ref))[ref.segment]
  if (sealed === undefined)
    throw new EvidenceConflict(`store ${ref.storeId}: segment ${ref.segment}: expected a planned one`)
  const range = openRange(sealed, keys.sealKey)
  const seal = (text: string) => sealText(text, keys.sealKey, ports.random(sealNonceLength))
  const open = (text: string) => openText(text, keys.sealKey)
  let store: Store | undefined

  const listPage = async (page: number): Promise<InventoryPart> => {
    const before = page === 0 ? undefined : (await readPart(ports.evidence, ref, listing, page - 1)).end
    const startedAt = ports.clock().toISOString()
    store ??= await ports.stores.open(config)
    const cursor = before?.cursor === undefined ? undefined : open(before.cursor)
    const { versions, next, mounts, covered = [] } = await store.list(cursor, pageSize, range)
    const last = before?.last && { key: open(before.last.sealedKey), versionId: before.last.versionId }
    checkOrder(ref, last ? [last, ...versions] : versions, range)

    const marked = before?.marked === true || versions.some(({ key }) => key === config.marker)
    if (config.marker !== undefined && isInRange(config.marker, range) && next === undefined && !marked)
      throw new StoreUnavailable(
        `store ${config.id}: marker: expected it in the listing, got none: is the store mounted?`,
      )
    const firstSeq = before?.nextSeq ?? ref.segment * segmentSpan
    const tail = versions.at(-1)
    const lastPlace = tail ? { sealedKey: seal(tail.key), versionId: tail.versionId } : before?.last
    const end: PartEnd = {
      kind: 'end',
      complete: next === undefined,
      ...(next !== undefined && { cursor: seal(next) }),
      ...(lastPlace && { last: lastPlace }),
      nextSeq: firstSeq + versions.length,
      mounts: mounts.map((mount) => digestText(mount, keys.sealKey)),
      ...(covered.length > 0 && { covered: covered.map((key) => digestText(key, keys.sealKey)) }),
      marked,
      startedAt,
      finishedAt: ports.clock().toISOString(),
    }
    const sealing = { key: keys.sealKey, random: ports.random }
    const redact = (name: string) => redactKey(name, index)
    return { entries: versions.map((version, place) => toEntry(version, firstSeq + place, redact, sealing)), end }
  }

  return async (page: number): Promise<InventoryPart> => {
    const key = partKey(ref, listing, page)
    if (!(await ports.evidence.has(key))) {
      const part = await listPage(page)
      if ((await ports.evidence.put(key, formatPart(part))).created) return part
    }
    return readPart(ports.evidence, ref, listing, page)
  }
}

function openRange({ after, until }: KeyRange, sealKey: KeyObject): KeyRange {
  return {
    ...(after !== undefined && { after: openText(after, sealKey) }),
    ...(until !== undefined && { until: openText(until, sealKey) }),
  }
}

type Place = Pick<ListedVersion, 'key' | 'versionId'>

function checkOrder({ storeId }: PassRef, places: readonly Place[], range: KeyRange): void {
  if (places.some((place, index) => index > 0 && compareVersions(places[index - 1]!, place) >= 0))
    throw new EvidenceConflict(`store ${storeId}: listing: expected every object version once and in order`)
  if (!places.every(({ key }) => isInRange(key, range)))
    throw new EvidenceConflict(`store ${storeId}: listing: expected no key outside the segment`)
}
