import type { Channel, Obligation } from '../config.ts'
import type { FoundPlace } from '../finding/found-place.ts'
import type { InventoryEntry } from '../inventory/object-version.ts'
import type { Piece } from '../inventory/piece.ts'
import type { PendingLabels } from '../scan/outcome.ts'

/**
 * A deletion request: what a custodian is asked to delete after one pass. It names exact object versions, listed one a
 * line in the documents beside it (`versionsSha256` pins them, one after the other). It holds no identifier: keys are shown redacted, and a
 * version is told apart by its id, size and digest, or the digests of its pieces where it was read in slices. `deletableFrom`: when the last of the protected versions whose
 * protection ends at a known time can be deleted (each of them says it for itself).
 */
export type DeletionRequest = {
  schemaVersion: 1
  requestId: string
  runId: string
  storeId: string
  pass: number
  custodian?: string
  channel: Channel['kind']
  obligation?: Obligation
  requestedAt: string
  deadline?: string
  versions: number
  bytes: number
  findings: number
  subjects: number
  protectedVersions: number
  deletableFrom?: string
  versionsSha256: string
}

/**
 * One line of a request: a version that holds findings, and the first places where they are. What was read is pinned by the `sha256` of the whole, or by
 * `pieces`, which are all of it, in order; without either it was not read to its end, or in slices by a version of this program that pinned none. `pendingLabels`: see
 * there.
 */
export type RequestedVersion = InventoryEntry & {
  sha256?: string
  pieces?: Piece[]
  pendingLabels?: PendingLabels
  findings: number
  subjects: number
  places: FoundPlace[]
}

/**
 * The answer to a request. `deadline`: nobody answered in time. `rewritten`: versions, of so many bytes, in whose places others without `records` of subjects are; absent:
 * none. `kept` groups what was not deleted by reason.
 */
export type Acknowledgement = {
  schemaVersion: 1
  requestId: string
  by: 'custodian' | 'executor' | 'deadline'
  acknowledgedAt: string
  certificateSha256?: string
  deleted: { versions: number; bytes: number }
  rewritten?: { versions: number; bytes: number; records: number }
  gone: number
  kept: { reason: string; versions: number; bytes: number }[]
}
