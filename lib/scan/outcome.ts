import type { UnverifiedReason } from '../decode/unverified.ts'
import type { Protection } from '../inventory/object-version.ts'
import type { Piece } from '../inventory/piece.ts'
import type { Slice } from '../inventory/slice.ts'

/**
 * The outcome of one object version: exactly one per inventory entry.
 * `clean`: read to the last byte, nothing found. `found`: at least one confirmed occurrence; `reason` is there as well
 * when the rest was not read. `unverified`: nothing found, but not everything was read.
 */
export type Outcome =
  | { kind: 'clean' }
  | { kind: 'found'; reason?: UnverifiedReason; detail?: string }
  | { kind: 'unverified'; reason: UnverifiedReason; detail: string }

/** Metadata or tags name somebody whose transfer is not confirmed, or may do so, since they could not be read. */
export type PendingLabels = 'named' | 'unread'

/**
 * One line of a batch's outcomes. `bytes` are stored bytes read, `decodedBytes` what was scanned, `records` lines,
 * `subjects` distinct subjects, `findings` exact count of occurrences (more than the listed ones when beyond the
 * bound), `sha256` of the stored bytes when all were read by one reader, `pieces` instead when they were read in slices, `protection` of a
 * version with findings what keeps it from being deleted, `pendingLabels` as well, if the manifest has somebody whose transfer is not confirmed. With a `slice`, all of this is about that slice alone, and its
 * findings count records from where it begins.
 */
export type ScanReport = {
  seq: number
  versionId: string
  outcome: Outcome
  bytes: number
  decodedBytes: number
  records: number
  findings: number
  subjects: number
  sha256?: string
  pieces?: Piece[]
  protection?: Protection
  pendingLabels?: PendingLabels
  slice?: SliceReading
}

/**
 * How a slice of a version was read. `as-is`: its bytes `start` to before `end`, moved from the planned edges to where an
 * identifier cannot be cut. `parts`: the same where the format says what begins where; `frames`: the
 * text that belongs to frames of a compression, of which offsets are counted from where it begins. Any other container can only be read from its beginning: the first slice read the `whole` of it, and
 * each other was `left` to that, unless it was `unread` because nothing could be told of it. `sha256` (hex) is of exactly the stored
 * bytes `start` to before `end` that were read; absent from reports of earlier versions.
 */
export type SliceReading = Slice & {
  reading: (typeof sliceReadings)[number]
  start: number
  end: number
  sha256?: string
}
export const sliceReadings = ['as-is', 'parts', 'frames', 'whole', 'left', 'unread'] as const
