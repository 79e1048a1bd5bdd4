import { ProofInvalid } from '../../errors.ts'
import {
  type Certificate,
  certificateFingerprint,
  formatCertificate,
  parseCertificates,
} from '../../timestamp/certificate.ts'
import type { TimestampRef } from '../../timestamp/kept-timestamp.ts'
import { verifyTimestamp } from '../../timestamp/verify-timestamp.ts'
import { clocksApart } from '../../verdict/in-order.ts'
import { authorityPath, olderCheckpointPath, timestampPath } from '../bundle-paths.ts'
import { at, type Checked } from '../run-check.ts'
import { textOf } from '../text-of.ts'
import type { Layout } from './layout.ts'
import type { Attested } from './statement.ts'

/** A timestamp that holds: `sha256` is that of the checkpoint. `pinned`: it follows from a certificate that the auditor brought. */
export type CheckedTimestamp = TimestampRef & {
  time: string
  sha256: string
  certificateSha256: string
  pinned: boolean
}

/**
 * Each timestamp is about a checkpoint of the bundle, by an authority whose certificate is in it, and no statement that the checkpoint
 * covers says that it was made later. A bundle never vouches for its own authorities: when the auditor brought certificates,
 * at least one timestamp follows from one of them, and others are shown as what they are.
 */
export function checkTimestamps(
  layout: Layout,
  attested: readonly Pick<Attested, 'seq' | 'statement'>[],
  pinned: readonly Certificate[],
): Checked<CheckedTimestamp[]> {
  const authorities = layout.authorities.map(({ sha256, pem }) =>
    at(authorityPath(sha256), () => certificateIn(textOf(pem), sha256)),
  )
  const newest = latestOf(attested)
  const used = new Set<Certificate>()
  const timestamps = layout.timestamps.map((ref) =>
    at(timestampPath(ref), () => {
      const bytes = noteOf(layout, ref.size)
      const { time, authority, messageSha256 } = verifyTimestamp(ref.response, { bytes, pinned: authorities })
      used.add(authority)
      if (time + clocksApart < newest(ref.size))
        throw new ProofInvalid('time: expected none before that of a statement that it covers, got an earlier one')
      return {
        size: ref.size,
        authority: ref.authority,
        time: new Date(time).toISOString(),
        sha256: messageSha256,
        certificateSha256: certificateFingerprint(authority),
        pinned: isPinned(ref.response, bytes, pinned, authorities),
      }
    }),
  )
  if (used.size < authorities.length)
    throw new ProofInvalid('timestamps/authorities: expected those that a timestamp follows from, got others')
  if (pinned.length > 0 && !timestamps.some((each) => each.pinned))
    throw new ProofInvalid(`timestamps: expected one by a pinned authority, got ${timestamps.length} by others`)
  return { count: timestamps.length, value: timestamps }
}

function certificateIn(pem: string, sha256: string): Certificate {
  const [certificate] = parseCertificates(pem) as [Certificate]
  if (formatCertificate(certificate) !== pem || certificateFingerprint(certificate) !== sha256)
    throw new ProofInvalid('expected one certificate, named by its SHA-256, got another text')
  return certificate
}

/** The bytes of the signed note as they lie in the bundle. */
function noteOf(layout: Layout, size: number): Uint8Array {
  const older = layout.older.find((each) => each.size === size)?.note
  const isNewest = textOf(layout.checkpoint).split('\n')[1] === String(size)
  if (!older && !isNewest)
    throw new ProofInvalid(
      `size: expected that of log/checkpoint or of one in ${olderCheckpointPath(0).slice(0, -2)}, got another`,
    )
  return older ?? layout.checkpoint
}

/** When the last of the first entries that are in the bundle says that it was made; milliseconds. */
function latestOf(attested: readonly Pick<Attested, 'seq' | 'statement'>[]): (size: number) => number {
  const times = attested
    .map(({ seq, statement }) => ({ seq, time: Date.parse(statement.predicate.times.statementCreatedAt) }))
    .sort((a, b) => a.seq - b.seq)
  return (size) => times.reduce((latest, { seq, time }) => (seq < size ? Math.max(latest, time) : latest), 0)
}

function isPinned(
  response: Uint8Array,
  bytes: Uint8Array,
  pinned: readonly Certificate[],
  others: readonly Certificate[],
): boolean {
  try {
    verifyTimestamp(response, { bytes, pinned, others })
    return pinned.length > 0
  } catch {
    return false
  }
}
