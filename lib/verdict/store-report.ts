import type { Obligation } from '../config.ts'
import type { UnverifiedReason } from '../decode/unverified.ts'
import type { Acknowledgement, DeletionRequest } from '../deletion/request.ts'
import type { FoundPlace } from '../finding/found-place.ts'
import type { Coverage } from '../inventory/coverage.ts'

/** How many places of one version a store report lists; a deletion request has more. */
export const listedPlaces = 3

/** One object version that stands in the way of `verified`, with its key redacted. `places`: the first of its findings, which are all counted. */
export type OpenVersion = {
  shownKey: string
  versionId: string
  bytes: number
  outcome: 'found' | 'unverified'
  reason?: UnverifiedReason
  detail?: string
  findings: number
  places?: FoundPlace[]
  protection?: string
}

/**
 * Everything that one store's verdict follows from, and the document that its attestation vouches for. `failure` is
 * there when a state failed for good. `open` lists at most 1,000 versions of the last pass; the coverage counts all.
 */
export type StoreReport = {
  schemaVersion: 1
  runId: string
  store: {
    storeId: string
    kind: string
    country?: string
    custodian?: string
    /** Of a bucket: where it is. A directory's place is nobody's business. */
    uri?: string
    region?: string
    account?: string
    obligation?: Obligation
    /** The configuration says that the store may hold nothing at all. */
    mayBeEmpty?: true
  }
  manifest: { sha256: string; subjects: number }
  passes: Coverage[]
  requests: { request: DeletionRequest; acknowledgement?: Acknowledgement }[]
  failure?: { state: string; error: string }
  open: OpenVersion[]
}
