import type { UnverifiedReason } from '../decode/unverified.ts'
import type { Exception } from './exception.ts'
import type { Protection } from './object-version.ts'

/** A count of object versions and their stored bytes. */
export type Tally = { versions: number; bytes: number }

/** What shows that whoever read a batch, or several, could find. */
export type Checks = {
  positiveControls: { planted: number; detected: number; forms: string[] }
  negativeControls: { planted: number; falseAlarms: number }
  /** Versions, or slices of one, of which `bytes` were looked at once more by other means, and with how many of them that disagrees. */
  secondOpinion: { versions: number; bytes: number; mismatches: number }
}

/**
 * The outcomes of one pass settled against its inventory, the denominator. Every version of the inventory is in exactly
 * one of `clean`, `found` and `unverified`. `foundPartly` counts the found ones that were not read to the end.
 * `appeared` counts versions of the closing listing that the inventory lacks, `unlisted` outcomes for versions that are
 * not in it. `inventorySha256` and `outcomesSha256` pin the lines that were counted: the SHA-256 of them, or where a store
 * was listed in several segments, of those digests in hex, one a line. Controls are summed over batches.
 */
export type Coverage = Checks & {
  inventory: Tally & { deleteMarkers: number; multipartUploads: number; startedAt: string; finishedAt: string }
  closing: { versions: number; appeared: number; gone: number; startedAt: string; finishedAt: string }
  /**
   * File systems below the store, how many of those that the first listing entered this pass did not, the same of those that came later, and on how many
   * directories something was mounted since.
   */
  mounts: { seen: number; gone: number; vanished?: number; covers?: number }
  batches: { planned: number; reported: number }
  clean: Tally
  found: Tally
  foundPartly: number
  /** Found versions that cannot be deleted now, by what keeps them; `until`: when the last of them can be (RFC 3339). */
  protected: (Tally & { code: Protection['code']; until?: string })[]
  unverified: (Tally & { reason: UnverifiedReason })[]
  /**
   * What each exception of the configuration, in its order, is about: some of what `unverified` counts, no version twice. Also those that have expired;
   * absent where there is none.
   */
  exceptions?: (Tally & Exception)[]
  unlisted: number
  bytesRead: number
  decodedBytes: number
  records: number
  findings: number
  subjects: number
  inventorySha256: string
  outcomesSha256: string
  /** The builds that read something, sorted (see `digestOfSources`); absent where some coverage is from before they were told. */
  builds?: string[]
}

/** The same of one segment. File systems are counted for the whole store. */
export type SegmentCoverage = Omit<Coverage, 'mounts'>
