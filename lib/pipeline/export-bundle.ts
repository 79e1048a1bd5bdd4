import { hash } from 'node:crypto'
import * as z from 'zod/mini'
import { parseEnvelope } from '../attestation/envelope.ts'
import { chainsAt, logKeyAt } from '../attestation/key-chain.ts'
import { parseStatement, type RunPredicate, type Statement } from '../attestation/statement.ts'
import { transitionDocument } from '../attestation/to-key-transition.ts'
import { EvidenceConflict, FormatInvalid, NotKnown, ProofInvalid } from '../errors.ts'
import { type BundleEntry, type BundleParts, buildBundle, sealBundle } from '../export/build-bundle.ts'
import { documentNameOf } from '../export/document-of-phase.ts'
import { passLeakGate } from '../export/leak-gate/pass-leak-gate.ts'
import type { LeftOutTimestamp } from '../export/left-out.ts'
import { verifyCheckpoint } from '../log/checkpoint.ts'
import { leafHash } from '../log/merkle.ts'
import { originOf } from '../log/origin.ts'
import type { CaseKey, Evidence, LargeEvidence, Ledger, PublicKeys, Timestamps } from '../ports.ts'
import { parseCertificates } from '../timestamp/certificate.ts'
import type { KeptTimestamp, TimestampRef } from '../timestamp/kept-timestamp.ts'
import { verifyTimestamp } from '../timestamp/verify-timestamp.ts'
import { formatDocument, readDocument } from './evidence/documents.ts'
import { bundlePrefix, endOf, type Selection, selection, startOf } from './export-selection.ts'
import { readKeyChains } from './keys/key-chains.ts'
import { gateScopesOf } from './scope/gate-scopes.ts'
import { exportId, parseInput } from './task-input.ts'

const exportInput = z.strictObject({ exportId, selection })

/** A timestamp that was kept and does not hold. */
type TimestampFault = TimestampRef & { why: string }

/** This role reads the ledger and the evidence, and subject indexes with the case key; of the keys that sign it can read public ones only. */
export type ExportPorts = {
  evidence: Evidence
  largeEvidence: LargeEvidence
  caseKey: CaseKey
  ledger: Pick<Ledger, 'find' | 'entries' | 'checkpoints'>
  timestamps: Pick<Timestamps, 'list' | 'get'>
  attestationSigner: PublicKeys
  logSigner: PublicKeys
}

const pinKey = (exportId: string) => `exports/${exportId}.json`

/** What an export is made of, so that an export that is repeated gives the same bytes although the log has grown. */
type Pin = {
  schemaVersion: 1
  exportId: string
  selection: Selection
  checkpoint: number
  timestamps?: TimestampRef[]
}

/**
 * Writes the filing bundle of a run or a period to the evidence. Durable steps:
 *
 * 1. `put` the pin: what is selected, and the newest checkpoint: what runs append meanwhile is in the next export. A crash before it leaves nothing.
 * 2. `put` the files, once all of them have passed the leak gate, the manifest last. A crash in between leaves a part of the bundle; repeating writes the same bytes
 *    again. A bundle without its manifest is not whole, and `check-bundle` says so.
 *
 * @throws NotKnown when nothing is selected
 * @throws EvidenceMissing when the document of a selected entry is gone
 * @throws EvidenceConflict when the export was begun with another selection, or the log contradicts its checkpoints
 * @throws IdentifierLeaked @throws GateBlind when the gate is not passed: no file is written then
 */
export async function exportBundle(
  ports: ExportPorts,
  input: unknown,
): Promise<{ exportId: string; prefix: string; files: number; entries: number; leftOut: TimestampFault[] }> {
  const { exportId, selection } = parseInput('export-bundle', exportInput, input)
  const pin = await readPin(ports, exportId, selection)
  const { faults, ...parts } = await collectParts(ports, pin)
  const unsealed = buildBundle(parts)
  const bundle = sealBundle(unsealed, await passLeakGate({ ...unsealed, ...gateScopesOf(ports, unsealed.filing) }))
  const prefix = bundlePrefix(exportId)
  for (const [path, body] of bundle) {
    const { sha256 } = await ports.evidence.put(`${prefix}${path}`, body)
    if (sha256 !== hash('sha256', body, 'hex'))
      throw new EvidenceConflict(`export ${exportId}: ${path}: expected the bytes of this bundle, got others`)
  }
  return { exportId, prefix, files: bundle.size, entries: parts.entries.length, leftOut: faults }
}

async function readPin(
  { evidence, ledger, timestamps }: ExportPorts,
  exportId: string,
  selection: Selection,
): Promise<Pin> {
  const key = pinKey(exportId)
  if (!(await evidence.has(key))) {
    const newest = (await ledger.checkpoints()).at(-1)
    if (!newest) throw new NotKnown(`export ${exportId}: expected a log with a checkpoint, got none`)
    const stamped = (await timestamps.list()).filter((each) => each.size <= newest.size)
    await evidence.put(
      key,
      formatDocument({
        schemaVersion: 1,
        exportId,
        selection,
        checkpoint: newest.size,
        ...(stamped.length > 0 && { timestamps: stamped }),
      } satisfies Pin),
    )
  }
  const pin = await readDocument<Pin>({ evidence }, key)
  if (JSON.stringify(pin.selection) !== JSON.stringify(selection))
    throw new EvidenceConflict(`export ${exportId}: expected the selection that it began with, got another`)
  return pin
}

async function collectParts(ports: ExportPorts, pin: Pin): Promise<BundleParts & { faults: TimestampFault[] }> {
  const chains = chainsAt(await readKeyChains(ports), pin.checkpoint)
  const origin = originOf(chains.log[0]!.pem)
  const checkpoints = (await ports.ledger.checkpoints()).filter(({ size }) => size <= pin.checkpoint)
  for (const { size, note } of checkpoints) verifyCheckpoint(note, { origin, publicKeyPem: logKeyAt(chains, size) })

  const runs = await selectRuns(ports, pin)
  const leafHashes: Uint8Array[] = []
  const entries: BundleEntry[] = []
  for await (const { seq, envelope } of ports.ledger.entries(0, pin.checkpoint)) {
    leafHashes.push(leafHash(envelope))
    const { predicate, subject } = statementIn(envelope)
    if (predicate.phase === 'key-transition') {
      // All of them, whatever is selected: with one key that the reader knows they lead to the others.
      entries.push({ seq, phase: predicate.phase, envelope, document: transitionDocument(predicate) })
      continue
    }
    if (!runs.has(predicate.runId)) continue
    const document = await readVouched(ports.evidence, predicate, subject)
    entries.push({ seq, phase: predicate.phase, envelope, document })
  }
  return { entries, leafHashes, checkpoints, chains, origin, ...(await readTimestamps(ports, pin, checkpoints)) }
}

/** Those that hold, as they will for every reader. One that does not proves nothing, and may not stand in the way of what does: it is named. */
async function readTimestamps(
  { timestamps }: ExportPorts,
  { timestamps: refs = [] }: Pin,
  checkpoints: readonly { size: number; note: string }[],
): Promise<{ timestamps: KeptTimestamp[]; leftOut: LeftOutTimestamp[]; faults: TimestampFault[] }> {
  const kept: KeptTimestamp[] = []
  const leftOut: LeftOutTimestamp[] = []
  const faults: TimestampFault[] = []
  for (const ref of refs) {
    const note = checkpoints.find(({ size }) => size === ref.size)?.note
    if (note === undefined) continue
    try {
      const each = await timestamps.get(ref)
      verifyTimestamp(each.response, { bytes: Buffer.from(note), pinned: parseCertificates(each.certificate) })
      kept.push(each)
    } catch (error) {
      if (!(error instanceof FormatInvalid || error instanceof ProofInvalid)) throw error
      leftOut.push({ ...ref, reason: error instanceof FormatInvalid ? 'unreadable' : 'unproven' })
      faults.push({ ...ref, why: error.message })
    }
  }
  return { timestamps: kept, leftOut, faults }
}

async function selectRuns({ ledger }: ExportPorts, { exportId, selection, checkpoint }: Pin): Promise<Set<string>> {
  const runs = new Set<string>()
  const made: string[] = []
  for await (const { envelope } of ledger.entries(0, checkpoint)) {
    const { predicate } = statementIn(envelope)
    if (predicate.phase === 'key-transition') continue
    made.push(predicate.times.statementCreatedAt)
    if (isSelected(predicate, selection)) runs.add(predicate.runId)
  }
  if (runs.size === 0) {
    const wanted = 'runId' in selection ? `of run ${selection.runId}` : `from ${selection.from} to ${selection.to}`
    const others = made.length === 0 ? 'and the log has none' : `the log's are from ${made[0]} to ${made.at(-1)}`
    throw new NotKnown(`export ${exportId}: expected at least one attestation ${wanted}, got none; ${others}`)
  }
  return runs
}

function isSelected({ runId, times }: RunPredicate, selection: Selection): boolean {
  if ('runId' in selection) return runId === selection.runId
  const made = Date.parse(times.statementCreatedAt)
  return startOf(selection.from) <= made && made < endOf(selection.to)
}

/** The bundle's own verification judges the signature; here the statement only says what to collect. */
function statementIn(envelope: Uint8Array): Statement {
  return parseStatement(parseEnvelope(envelope).payload)
}

async function readVouched(
  evidence: Evidence,
  predicate: RunPredicate,
  subject: Statement['subject'],
): Promise<Uint8Array> {
  const name = documentNameOf(predicate)
  const document = await evidence.get(name)
  if (subject[0]!.name !== name || hash('sha256', document, 'hex') !== subject[0]!.digest.sha256)
    throw new EvidenceConflict(`${name}: expected the document that was attested, got another`)
  return document
}
