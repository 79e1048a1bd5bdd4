import type { Gap } from '../decode/unverified.ts'
import { ReadFailed } from '../errors.ts'
import type { createCollector } from '../finding/collect-findings.ts'
import type { InventoryEntry, ListedVersion, Protection } from '../inventory/object-version.ts'
import type { Ports, Store } from '../ports.ts'
import type { Outcome } from '../scan/outcome.ts'
import { findInKey } from '../scan/redact-key.ts'
import { scanObject } from '../scan/scan-object.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'

/** What reading takes; `isLate` says that this call has no time left to read. */
export type Reading = {
  store: Store
  index: SubjectIndex
  meter: Ports['meter']
  isLate(): boolean
  callSeconds: number
}

export type Found = ReturnType<typeof createCollector>
export type Unread = { reason: Extract<Outcome, { kind: 'unverified' }>['reason']; detail: string }

/** What the content of a version came to. A `gap` is why it cannot be clean. */
export type Content = {
  bytes: number
  decodedBytes: number
  records: number
  sha256?: string
  protection?: Protection
  gap?: Unread
}

export const nothingRead = { bytes: 0, decodedBytes: 0, records: 0 }

/** Reads the version of an entry, with what the store keeps beside it, to its last byte. */
export async function readVersion(
  entry: InventoryEntry,
  version: ListedVersion,
  reading: Reading,
  found: Found,
): Promise<Content> {
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
        const scan = await scanObject(body.chunks, reading.index, (occurrence) => found.add('content', occurrence))
        const settled = await opened.settle()
        const { bytes, decodedBytes, records, sha256 } = scan
        const gap: Unread | undefined =
          body.late() ??
          (settled.kind === 'changed'
            ? { reason: 'changed', detail: settled.detail }
            : scan.complete
              ? opened.gap
              : toUnread(scan.gaps[0]))
        const read = bytes === entry.size && settled.kind === 'unchanged'
        const protection = found.count > 0 ? await opened.protection?.() : undefined
        return {
          bytes,
          decodedBytes,
          records,
          ...(read && { sha256 }),
          ...(protection && { protection }),
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

/** A gap as the reason of an outcome. */
export function toUnread(gap: Gap | undefined): Unread {
  if (gap === undefined) return { reason: 'contradictory', detail: 'not complete, and no reason given' }
  const place = gap.path.length === 0 ? '' : `${gap.path.join(' in ')}, `
  return { reason: gap.reason, detail: `${place}byte ${gap.offset}: ${gap.detail}` }
}

function lateFor({ callSeconds }: Pick<Reading, 'callSeconds'>): Unread {
  return { reason: 'limit', detail: `expected to be read within the time of one call, ${callSeconds} seconds` }
}

/**
 * Chunks that are counted as they are read, and that end with `ReadFailed` when the call has no time left for more;
 * `late` tells that from a medium that failed. Better an outcome with a reason than a call that ends without one.
 */
export function inTime(chunks: AsyncIterable<Uint8Array>, { meter, isLate, callSeconds }: Reading) {
  let late: Unread | undefined
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (isLate()) {
        late = lateFor({ callSeconds })
        throw new ReadFailed('store: read: expected more time')
      }
      yield chunk
      meter.add({ bytes: chunk.length })
    }
  }
  return { chunks: counted(), late: () => late }
}
