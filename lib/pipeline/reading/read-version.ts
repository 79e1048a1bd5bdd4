import { inMemory } from '../../decode/byte-source.ts'
import type { ReadAt } from '../../decode/format.ts'
import type { createCollector } from '../../finding/collect-findings.ts'
import type { InventoryEntry, ListedVersion, Protection } from '../../inventory/object-version.ts'
import { findInKey } from '../../scan/names/redact-key.ts'
import type { PendingLabels } from '../../scan/outcome.ts'
import { type PlacedOccurrence, scanObject } from '../../scan/scan-object.ts'
import { openRanges } from './open-ranges.ts'
import { pendingLabelsOf } from './pending-labels.ts'
import { declaredFor, inTime, lateFor, type ReadContext, toUnread, type Unread } from './read-context.ts'

export type Found = ReturnType<typeof createCollector>

/** What the content of a version came to. A `gap` is why it cannot be clean. */
export type VersionReading = {
  bytes: number
  decodedBytes: number
  records: number
  sha256?: string
  protection?: Protection
  pendingLabels?: PendingLabels
  gap?: Unread
}

export const nothingRead = { bytes: 0, decodedBytes: 0, records: 0 }

/** Reads the version of an entry, with what the store keeps beside it, to its last byte. */
export async function readVersion(
  entry: InventoryEntry,
  version: ListedVersion,
  reading: ReadContext,
  found: Found,
): Promise<VersionReading> {
  switch (entry.kind) {
    case 'delete-marker':
    case 'empty-directory':
      return nothingRead
    case 'unreadable':
      return {
        ...nothingRead,
        gap: { reason: entry.reason ?? 'access-denied', detail: 'could not be listed or opened' },
      }
    case 'object':
    case 'multipart-upload':
    case 'symbolic-link': {
      if (reading.isLate()) return { ...nothingRead, gap: lateFor(reading) }
      const opened = await reading.store.open(version)
      if (opened.kind === 'unreadable') return { ...nothingRead, gap: opened }
      try {
        for (const { place, text } of opened.labels)
          for (const occurrence of findInKey(text, reading.index)) found.add(place, { ...occurrence, path: [] })
        const body = inTime(opened.chunks, reading)
        const again = entry.kind === 'object' ? readAgain(version, entry.size, reading) : undefined
        const onOccurrence = (occurrence: PlacedOccurrence) => {
          reading.see?.(occurrence)
          return found.add('content', occurrence)
        }
        const { index, forms, hasSpareCore, picturesMayBeClean } = reading
        const declared = declaredFor(version.key, reading)
        const scan = await scanObject(body.chunks, index, onOccurrence, {
          at: again?.at,
          forms,
          declared,
          picturesMayBeClean,
          means: { hasSpareCore },
        })
        const settled = await opened.settle()
        const { bytes, decodedBytes, records, sha256 } = scan
        const gap: Unread | undefined =
          body.late() ??
          again?.failure() ??
          (settled.kind === 'changed'
            ? { reason: 'changed', detail: settled.detail }
            : scan.complete
              ? opened.gap
              : toUnread(scan.gaps, scan.moreGaps))
        const read = bytes === entry.size && settled.kind === 'unchanged'
        const protection = found.count > 0 ? await opened.protection?.() : undefined
        const pendingLabels = found.count > 0 ? pendingLabelsOf(opened, reading.index) : undefined
        return {
          bytes,
          decodedBytes,
          records,
          ...(read && { sha256 }),
          ...(protection && { protection }),
          ...(pendingLabels && { pendingLabels }),
          ...(gap && { gap }),
        }
      } finally {
        await opened.close()
      }
    }
    default:
      return entry.kind satisfies never
  }
}

/** The bytes of a version at any place, each range opened as the listed version and settled as such. */
export function readAgain(
  version: ListedVersion,
  size: number,
  reading: ReadContext,
): { at: ReadAt; failure(): Unread | undefined } {
  // The meter counts bytes as they come in order.
  const ranges = openRanges(version, { ...reading, meter: { add() {} } })
  const read: ReadAt['read'] = (from, to) => inMemory(ranges.read({ from, to }))
  return { at: { size, read }, failure: ranges.failure }
}
