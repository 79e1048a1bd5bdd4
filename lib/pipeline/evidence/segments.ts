import type { Copies } from '../../inventory/copies.ts'
import type { SegmentCoverage } from '../../inventory/coverage.ts'
import { type InventoryPart, parsePart } from '../../inventory/inventory-part.ts'
import type { Evidence, KeyRange } from '../../ports.ts'
import type { CountList } from './count-list.ts'
import { readDocument } from './documents.ts'
import { type Listing, type PassRef, partKey, passKey, type SegmentRef, segmentKey } from './evidence-keys.ts'
import type { VersionList } from './version-list.ts'

/**
 * The ranges of a pass, in key order, one for each segment. Their ends are keys, so they are sealed. `copies`: where a bucket's
 * objects are copied to; absent of a directory, and where nobody asked yet.
 */
export type SegmentsDocument = { schemaVersion: 1; segments: KeyRange[]; copies?: Copies }

/** The sealed ranges of a pass. */
export async function readSegments(evidence: Evidence, ref: PassRef): Promise<KeyRange[]> {
  return (await readDocument<SegmentsDocument>({ evidence }, passKey(ref, 'segments.json'))).segments
}

/** What a segment came to, and the file systems that its listings entered. */
export type SettledSegment = {
  coverage: SegmentCoverage
  mounts: { opening: string[]; closing: string[] }
  covered?: { opening: string[]; closing: string[] }
  /** What the batches took together. */
  scanMilliseconds: number
  /** The versions with findings, listed in documents beside this one. */
  found: VersionList
  /** In how many object versions each subject was found, listed in documents beside this one. */
  counts: CountList
}

/** What every segment of a pass came to, in order. @throws EvidenceMissing when one is not settled */
export async function* readSettled(
  evidence: Evidence,
  ref: PassRef,
): AsyncGenerator<{ ref: SegmentRef; settled: SettledSegment }> {
  for (const segment of (await readSegments(evidence, ref)).keys()) {
    const own = { ...ref, segment }
    yield { ref: own, settled: await readDocument<SettledSegment>({ evidence }, segmentKey(own, 'coverage.json')) }
  }
}

/** One page of a segment's listing, as it was stored. @throws EvidenceMissing */
export async function readPart(
  evidence: Evidence,
  ref: SegmentRef,
  listing: Listing,
  page: number,
): Promise<InventoryPart> {
  const key = partKey(ref, listing, page)
  return parsePart(await evidence.get(key), key)
}

/** The parts of one segment's listing, in order. @throws EvidenceMissing when one is not there. */
export async function* readSegmentParts(
  evidence: Evidence,
  ref: SegmentRef,
  listing: Listing,
): AsyncGenerator<InventoryPart> {
  for (let page = 0; ; page++) {
    const part = await readPart(evidence, ref, listing, page)
    yield part
    if (part.end.complete) return
  }
}
