import { bytesInOneCall } from '../../inventory/call-capacity.ts'
import type { InventoryEntry, ListedVersion } from '../../inventory/object-version.ts'
import type { Slice } from '../../inventory/slice.ts'
import { findInKey } from '../../scan/names/redact-key.ts'
import type { SliceReading } from '../../scan/outcome.ts'
import type { PlacedOccurrence } from '../../scan/scan-object.ts'
import { scanSlice } from '../../scan/slices/scan-slice.ts'
import { openRanges } from './open-ranges.ts'
import { pendingLabelsOf } from './pending-labels.ts'
import { declaredFor, type ReadContext, tooLarge, toUnread } from './read-context.ts'
import { type Found, nothingRead, readVersion, type VersionReading } from './read-version.ts'

/**
 * Reads one slice of a version. The worker of each slice looks at the first bytes of the object: what is no container, or says itself what
 * stands where, is read slice by slice; the whole of any other container is read with the first one, if that fits into a call.
 */
export async function readSlice(
  entry: InventoryEntry,
  version: ListedVersion,
  slice: Slice,
  reading: ReadContext,
  found: Found,
): Promise<VersionReading & { slice: SliceReading }> {
  const ranges = openRanges(version, reading)
  const onOccurrence = (each: PlacedOccurrence) => {
    reading.see?.(each)
    return found.add('content', each)
  }
  const declared = declaredFor(version.key, reading)
  const { index, forms, hasSpareCore, picturesMayBeClean } = reading
  const scan = await scanSlice(ranges.read, slice, entry.size, index, onOccurrence, {
    forms,
    declared,
    picturesMayBeClean,
    means: { hasSpareCore },
  })
  const none = { ...slice, start: slice.from, end: slice.from }
  switch (scan.kind) {
    case 'unread':
      return { ...nothingRead, gap: ranges.failure() ?? toUnread([scan.gap]), slice: { ...none, reading: 'unread' } }
    case 'container': {
      if (slice.index > 0)
        return {
          ...nothingRead,
          gap: {
            reason: 'not-scanned',
            detail: 'left to the first slice, since a container is read from its beginning',
          },
          slice: { ...none, reading: 'left' },
        }
      const most = bytesInOneCall('container', reading.callSeconds, reading.scanMemory)
      const content =
        entry.size > most
          ? { ...nothingRead, gap: tooLarge(entry.size, most) }
          : await readVersion(entry, version, reading, found)
      return { ...content, slice: { ...none, reading: 'whole' } }
    }
    case 'read':
    case 'parts':
    case 'frames': {
      const first = ranges.first()
      if (slice.index === 0)
        for (const { place, text } of first?.labels ?? [])
          for (const occurrence of findInKey(text, reading.index)) found.add(place, { ...occurrence, path: [] })
      const { start, end, sha256, decodedBytes, records, gaps, moreGaps } = scan
      const how = scan.kind === 'read' ? 'as-is' : scan.kind
      const failure = ranges.failure()
      const gap = failure ?? (gaps.length > 0 ? toUnread(gaps, moreGaps) : undefined) ?? ranges.gap()
      const isRead = failure === undefined && !gaps.some(({ reason }) => reason === 'read-error')
      const protection = found.count > 0 ? await first?.protection?.() : undefined
      // Whether anything is found in others shows when they are joined.
      const pendingLabels = slice.index === 0 && first ? pendingLabelsOf(first, reading.index) : undefined
      return {
        bytes: end - start,
        decodedBytes,
        records,
        ...(protection && { protection }),
        ...(pendingLabels && { pendingLabels }),
        ...(gap && { gap }),
        slice: {
          ...slice,
          start,
          end,
          reading: isRead ? how : 'unread',
          ...(isRead && sha256 !== undefined && { sha256 }),
        },
      }
    }
    default:
      return scan satisfies never
  }
}
