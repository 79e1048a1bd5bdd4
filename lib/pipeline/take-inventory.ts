import { EvidenceConflict, StoreUnavailable } from '../errors.ts'
import { formatPart, type InventoryPart, parsePart, toEntry } from '../inventory/inventory-part.ts'
import { compareVersions } from '../inventory/listing-order.ts'
import type { ListedVersion } from '../inventory/object-version.ts'
import { digestText, openText, sealNonceLength, sealText } from '../inventory/seal-key.ts'
import type { Evidence, Ports } from '../ports.ts'
import { redactKey } from '../scan/redact-key.ts'
import { openRunIndex, readRunStore } from './documents.ts'
import { type Listing, type PassRef, partKey } from './evidence-keys.ts'
import { pageInput, parseInput } from './task-input.ts'

const pageSize = 2000

/**
 * Lists one page of a store into the evidence and says whether it was the last. The page that was stored first counts,
 * also for where the next one begins: a repeated page cannot leave a hole.
 * @throws EvidenceConflict when a store lists out of order or repeats itself. @throws StoreUnavailable when its marker is
 * not there
 */
export async function takeInventory(
  ports: Pick<Ports, 'clock' | 'random' | 'evidence' | 'stores' | 'caseKey'>,
  input: unknown,
): Promise<{ complete: boolean; versions: number; bytes: number }> {
  const { listing, page, ...ref } = parseInput('take-inventory', pageInput, input)
  const key = partKey(ref, listing, page)
  if (!(await ports.evidence.has(key)))
    await ports.evidence.put(key, formatPart(await listPage(ports, ref, listing, page)))
  const { entries, end } = parsePart(await ports.evidence.get(key))
  return {
    complete: end.complete,
    versions: entries.length,
    bytes: entries.reduce((sum, { size }) => sum + size, 0),
  }
}

async function listPage(
  ports: Pick<Ports, 'clock' | 'random' | 'evidence' | 'stores' | 'caseKey'>,
  ref: PassRef,
  listing: Listing,
  page: number,
): Promise<InventoryPart> {
  const { index, keys } = await openRunIndex(ports, ref.runId)
  const { store } = await readRunStore(ports, ref.runId, ref.storeId)
  const seal = (text: string) => sealText(text, keys.sealKey, ports.random(sealNonceLength))
  const before = page === 0 ? undefined : parsePart(await ports.evidence.get(partKey(ref, listing, page - 1))).end
  const startedAt = ports.clock().toISOString()
  const { versions, next, mounts } = await (await ports.stores.open(store)).list(
    before?.cursor === undefined ? undefined : openText(before.cursor, keys.sealKey),
    pageSize,
  )
  const last = before?.last && { key: openText(before.last.sealedKey, keys.sealKey), versionId: before.last.versionId }
  checkOrder(ref, last ? [last, ...versions] : versions)

  const marked = before?.marked === true || versions.some(({ key }) => key === store.marker)
  if (store.marker !== undefined && next === undefined && !marked)
    throw new StoreUnavailable(`store ${store.id}: marker: expected it in the listing, got none: is the store mounted?`)
  const firstSeq = before?.nextSeq ?? 0
  const tail = versions.at(-1)
  const lastPlace = tail ? { sealedKey: seal(tail.key), versionId: tail.versionId } : before?.last
  return {
    entries: versions.map((version, offset) =>
      toEntry(version, firstSeq + offset, (name) => redactKey(name, index), {
        key: keys.sealKey,
        random: ports.random,
      }),
    ),
    end: {
      kind: 'end',
      complete: next === undefined,
      ...(next !== undefined && { cursor: seal(next) }),
      ...(lastPlace && { last: lastPlace }),
      nextSeq: firstSeq + versions.length,
      mounts: mounts.map((mount) => digestText(mount, keys.sealKey)),
      marked,
      startedAt,
      finishedAt: ports.clock().toISOString(),
    },
  }
}

function checkOrder({ storeId }: PassRef, places: readonly Pick<ListedVersion, 'key' | 'versionId'>[]): void {
  const wrong = places.findIndex((place, index) => index > 0 && compareVersions(places[index - 1]!, place) >= 0)
  if (wrong >= 0)
    throw new EvidenceConflict(`store ${storeId}: listing: expected every object version once and in order`)
}

/** The parts of a listing that was taken, in order. @throws EvidenceMissing when one is not there. */
export async function* readParts(evidence: Evidence, ref: PassRef, listing: Listing): AsyncGenerator<InventoryPart> {
  for (let page = 0; ; page++) {
    const part = parsePart(await evidence.get(partKey(ref, listing, page)))
    yield part
    if (part.end.complete) return
  }
}
