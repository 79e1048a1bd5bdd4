import { decodeObject, defaultLimits, type ReadAt } from '../decode/decode-object.ts'
import type { OpenSink } from '../decode/sink.ts'
import type { Gap } from '../decode/unverified.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { createMatcher, type Matcher, type Occurrence } from './matcher.ts'

/**
 * What reading one object came to. `bytes` are stored bytes, `decodedBytes` what was scanned of them, `records` lines
 * in all its contents, `sha256` (hex) of the stored bytes. Only a `complete` scan without occurrences is clean.
 */
export type ObjectScan = {
  bytes: number
  decodedBytes: number
  records: number
  sha256: string
  complete: boolean
  gaps: Gap[]
}

/** An occurrence with the containers around its content, outermost first. */
export type PlacedOccurrence = Occurrence & { path: readonly string[] }

/** How an object is scanned; `scanObject`, or in tests one that is blind. */
export type ScanObject = (
  chunks: AsyncIterable<Uint8Array>,
  index: SubjectIndex,
  onOccurrence: (occurrence: PlacedOccurrence) => void,
  sought?: Sought,
  at?: ReadAt,
) => Promise<ObjectScan>

/**
 * Whose identifiers are reported. A control names nobody: where one stands in a real object, by chance or by somebody's
 * hand, is no reason to delete it, so controls are reported only to the check that planted them.
 */
export type Sought = 'subjects' | 'subjects-and-controls'

/** Reads one object to its last byte, unwraps it, and reports every identifier in it. `at` reads the same bytes at any place. */
export const scanObject: ScanObject = async (chunks, index, onOccurrence, sought = 'subjects', at) => {
  const records = recordCount()
  const open: OpenSink = (path) => {
    const matcher = createMatcher(index, (occurrence) => {
      if (sought === 'subjects' && index.isControl(occurrence.ordinal)) return
      onOccurrence({ ...occurrence, path })
    })
    records.add(matcher)
    return {
      write: matcher.write,
      end() {
        matcher.end()
        records.settle(matcher)
      },
    }
  }
  const reading = await decodeObject(chunks, open, defaultLimits, at)
  return { ...reading, records: records.total() }
}

/** Contents that were cut off never end; so many of them are remembered until the object does. */
const mostOpen = 256

/** Counts the records of contents, of which an object may have millions: a matcher is let go when its content ends. */
function recordCount() {
  const open = new Set<Matcher>()
  const counted = new WeakMap<Matcher, number>()
  let total = 0
  function settle(matcher: Matcher): void {
    total += matcher.records - (counted.get(matcher) ?? 0)
    counted.set(matcher, matcher.records)
    open.delete(matcher)
  }
  return {
    add(matcher: Matcher): void {
      for (const oldest of open) {
        if (open.size < mostOpen) break
        settle(oldest)
      }
      open.add(matcher)
    },
    settle,
    total(): number {
      for (const matcher of open) settle(matcher)
      return total
    },
  }
}
