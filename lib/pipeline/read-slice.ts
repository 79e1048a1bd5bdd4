import { ReadFailed } from '../errors.ts'
import { bytesInOneCall } from '../inventory/call-capacity.ts'
import type { InventoryEntry, ListedVersion } from '../inventory/object-version.ts'
import type { Slice } from '../inventory/slice.ts'
import type { ByteRange, Opened } from '../ports.ts'
import type { SliceReading } from '../scan/outcome.ts'
import { findInKey } from '../scan/redact-key.ts'
import { scanSlice } from '../scan/scan-slice.ts'
import {
  type Content,
  type Found,
  inTime,
  nothingRead,
  type Reading,
  readVersion,
  toUnread,
  type Unread,
} from './read-version.ts'

type SliceContent = Content & { slice: SliceReading }

/**
 * Reads one slice of a version. The worker of each slice looks at the first bytes of the object: what is no container is read
 * slice by slice; the whole of a container is read with the first one, if that fits into a call.
 */
export async function readSlice(
  entry: InventoryEntry,
  version: ListedVersion,
  slice: Slice,
  reading: Reading,
  found: Found,
): Promise<SliceContent> {
  const ranges = openRanges(version, reading)
  const scan = await scanSlice(ranges.read, slice, entry.size, reading.index, (each) => found.add('content', each))
  const none = { ...slice, start: slice.from, end: slice.from }
  switch (scan.kind) {
    case 'unread':
      return { ...nothingRead, gap: ranges.failure() ?? toUnread(scan.gap), slice: { ...none, reading: 'unread' } }
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
      const most = bytesInOneCall('container', reading.callSeconds)
      const content =
        entry.size > most
          ? { ...nothingRead, gap: tooLarge(entry.size, most) }
          : await readVersion(entry, version, reading, found)
      return { ...content, slice: { ...none, reading: 'whole' } }
    }
    case 'read': {
      const first = ranges.first()
      if (slice.index === 0)
        for (const { place, text } of first?.labels ?? [])
          for (const occurrence of findInKey(text, reading.index)) found.add(place, { ...occurrence, path: [] })
      const { start, end, decodedBytes, records, gaps } = scan
      const failure = ranges.failure()
      const gap = failure ?? (gaps[0] && toUnread(gaps[0])) ?? ranges.gap()
      const isRead = failure === undefined && !gaps.some(({ reason }) => reason === 'read-error')
      const protection = found.count > 0 ? await first?.protection?.() : undefined
      return {
        bytes: end - start,
        decodedBytes,
        records,
        ...(protection && { protection }),
        ...(gap && { gap }),
        slice: { ...slice, start, end, reading: isRead ? 'as-is' : 'unread' },
      }
    }
    default:
      return scan satisfies never
  }
}

function tooLarge(size: number, most: number): Unread {
  return {
    reason: 'limit',
    detail: `a container cannot be cut: expected at most ${most} bytes, which one call can read, got ${size}`,
  }
}

type OpenVersion = Extract<Opened, { kind: 'opened' }>

/**
 * Ranges of one version, each opened as the listed version and settled as such. What keeps one from being read ends the
 * reading as a fault of the medium does, and is told by `failure`; `gap`: what cannot be read although the bytes can.
 * `first`: what the store said of the version.
 */
function openRanges(version: ListedVersion, reading: Reading) {
  let first: OpenVersion | undefined
  let gap: Unread | undefined
  let failure: Unread | undefined
  const fail = ({ reason, detail }: Unread): never => {
    failure ??= { reason, detail }
    throw new ReadFailed(`store: read: expected a range of the listed version, got one that is ${reason}`)
  }
  async function* read(range: ByteRange): AsyncGenerator<Uint8Array> {
    const opened = await reading.store.open(version, range)
    if (opened.kind === 'unreadable') return fail(opened)
    first ??= opened
    gap ??= opened.gap
    const body = inTime(opened.chunks, reading)
    let bytes = 0
    try {
      for await (const chunk of body.chunks) {
        bytes += chunk.length
        yield chunk
      }
      const settled = await opened.settle()
      if (settled.kind === 'changed') fail({ reason: 'changed', detail: settled.detail })
      const wanted = range.to - range.from
      if (bytes !== wanted)
        fail({ reason: 'size-differs', detail: `expected ${wanted} bytes of a range, got ${bytes}` })
    } catch (error) {
      if (!(error instanceof ReadFailed)) throw error
      failure ??= body.late()
      // That a version is another one now may show as bytes that do not come.
      const settled = failure === undefined ? await opened.settle() : undefined
      if (settled?.kind === 'changed') failure = { reason: 'changed', detail: settled.detail }
      throw error
    } finally {
      await opened.close()
    }
  }
  return { read, first: () => first, gap: () => gap, failure: () => failure }
}
