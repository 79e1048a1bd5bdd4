import { hash } from 'node:crypto'
import { readPublicKey } from '../attestation/public-key.ts'
import { OdvError, UsageInvalid } from '../errors.ts'
import { parseCheckpoint } from '../log/checkpoint.ts'
import { type Certificate, parseCertificates } from '../timestamp/certificate.ts'
import {
  type BundleSummary,
  toAbsentSection,
  toCheckpointSection,
  toKeySection,
  toRunResult,
  toStoreResults,
} from './bundle-summary.ts'
import { checkCheckpoints } from './checks/checkpoint.ts'
import { checkCompanions } from './checks/companions.ts'
import { checkConsistency } from './checks/consistency.ts'
import { checkCorrections } from './checks/correction.ts'
import { checkCoverage } from './checks/coverage.ts'
import { checkDeletion } from './checks/deletion.ts'
import { checkDocuments } from './checks/document.ts'
import { checkEnvelopes } from './checks/envelope.ts'
import { checkInclusion } from './checks/inclusion.ts'
import { checkInstructions } from './checks/instructions.ts'
import { checkKeys, type Pin } from './checks/keys.ts'
import { checkLayout } from './checks/layout.ts'
import { checkLeakGate } from './checks/leak-gate.ts'
import { checkLeftOut } from './checks/left-out.ts'
import { checkManifest } from './checks/manifest.ts'
import { checkScope } from './checks/scope.ts'
import { checkSequence } from './checks/sequence.ts'
import { checkStatements } from './checks/statement.ts'
import { checkSummaries } from './checks/summary.ts'
import { checkTimes } from './checks/time.ts'
import { checkTimestamps } from './checks/timestamp.ts'
import { checkTransitions } from './checks/transition.ts'
import { checkVerdicts } from './checks/verdict.ts'
import { toLogPart } from './report/period.ts'
import { type Checked, runCheck } from './run-check.ts'
import type { RunEvidence } from './run-evidence.ts'

export type { BundleSummary } from './bundle-summary.ts'

/** What the auditor brings: keys from an earlier filing or the ceremony (PEM), and the text of a checkpoint they kept. */
export type VerifyOptions = {
  pinnedKeys?: readonly string[]
  /** Certificates of authorities that timestamp, PEM; one or several in each text. */
  pinnedAuthorities?: readonly string[]
  since?: string
}

/**
 * Verifies a bundle (path by path, as it lies on the disk) offline. Nothing in it is believed before the check that earns
 * it; the order of the checks is the order in which they rely on each other, and each is a file in `checks/`.
 * @throws BundleInvalid naming the first check that fails
 * @throws UsageInvalid when a pinned key or the kept checkpoint is not one
 */
export function verifyBundle(files: ReadonlyMap<string, Uint8Array>, options: VerifyOptions = {}): BundleSummary {
  return verifyFiling(files, options).summary
}

/** The same, and the runs of the bundle, of which everything holds. */
export function verifyFiling(
  files: ReadonlyMap<string, Uint8Array>,
  options: VerifyOptions = {},
): { summary: BundleSummary; runs: RunEvidence[] } {
  const pins = (options.pinnedKeys ?? []).map(pinOf)
  const authorities = (options.pinnedAuthorities ?? []).flatMap(authoritiesOf)
  const since = options.since
  if (since !== undefined) requireCheckpoint(since)

  const checks: { name: string; count: number }[] = []
  const step = <T>(name: string, check: () => Checked<T>): T => {
    const { count, value } = runCheck(name, check)
    checks.push({ name, count })
    return value
  }
  const layout = step('layout', () => checkLayout(files))
  step('manifest', () => checkManifest(files))
  const keyFiles = step('keys', () => checkKeys(layout, pins))
  const keys = step('transition', () => checkTransitions(layout, keyFiles))
  step('instructions', () => checkInstructions(layout, keys))
  const checkpoints = step('checkpoint', () => checkCheckpoints(layout, keys))
  const kept = step('consistency', () => checkConsistency(layout, keys, checkpoints, since))
  const payloads = step('envelope', () => checkEnvelopes(layout, keys))
  const attested = step('statement', () => checkStatements(layout, keys, payloads))
  step('inclusion', () => checkInclusion(layout, checkpoints))
  const isStamped = layout.timestamps.length + layout.authorities.length + authorities.length > 0
  const timestamps = isStamped ? step('timestamp', () => checkTimestamps(layout, attested, authorities)) : []
  const leftOut = layout.leftOut ? step('left-out', () => checkLeftOut(layout, checkpoints)) : []
  const { evidence, transitions } = step('document', () => checkDocuments(attested))
  const runs = step('sequence', () => checkSequence(evidence))
  step('correction', () => checkCorrections(runs))
  step('scope', () => checkScope(runs))
  step('coverage', () => checkCoverage(runs))
  step('deletion', () => checkDeletion(runs))
  step('verdict', () => checkVerdicts(runs))
  step('summary', () => checkSummaries(runs))
  step('time', () => checkTimes(runs))
  step('leak-gate', () => checkLeakGate(files, layout, runs))
  const companions = step('companions', () =>
    checkCompanions(files, layout, { runs, transitions, keys, checkpoints, timestamps, leftOut }),
  )

  const summary: BundleSummary = {
    entries: attested.length,
    runs: runs.map(toRunResult),
    stores: runs.flatMap(toStoreResults),
    ...toCheckpointSection(checkpoints.newest, checkpoints.older),
    ...toAbsentSection(toLogPart(attested, checkpoints.newest.size)),
    ...toKeySection(keys),
    companions,
    ...(kept && { since: { size: kept.size } }),
    ...(timestamps.length > 0 && { timestamps }),
    ...(leftOut.length > 0 && { leftOut }),
    checks,
  }
  return { summary, runs }
}

/** Logs sign with Ed25519; a key of any other type could only be an attestation key. */
function pinOf(pem: string, at: number): Pin {
  try {
    const { key, spki } = readPublicKey(pem)
    const spkiSha256 = hash('sha256', spki, 'hex')
    return { kind: key.asymmetricKeyType === 'ed25519' ? 'log' : 'attestation', spkiSha256 }
  } catch {
    throw new UsageInvalid(`pinned key ${at + 1} (--key): expected a public key in PEM, got another text`)
  }
}

function authoritiesOf(pem: string, at: number): Certificate[] {
  try {
    return parseCertificates(pem)
  } catch (cause) {
    throw new UsageInvalid(
      `pinned authority ${at + 1} (--authority): expected a certificate in PEM, got another text`,
      { cause },
    )
  }
}

function requireCheckpoint(note: string): void {
  try {
    parseCheckpoint(note)
  } catch (cause) {
    throw cause instanceof OdvError
      ? new UsageInvalid('--since: expected a checkpoint as in log/checkpoint, got another text', { cause })
      : cause
  }
}
