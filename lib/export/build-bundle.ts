import { isDeepStrictEqual } from 'node:util'
import { keyFingerprint } from '../attestation/envelope.ts'
import { attestationKeyAt, type KeyChains, logKeyAt } from '../attestation/key-chain.ts'
import type { Phase } from '../attestation/statement.ts'
import { EvidenceConflict } from '../errors.ts'
import { parseCheckpoint } from '../log/checkpoint.ts'
import { formatConsistencyProof } from '../log/consistency-proof.ts'
import { consistencyProof, inclusionProof, isSameHash, rootAt, treeOf } from '../log/merkle.ts'
import { formatTlogProof } from '../log/tlog-proof.ts'
import { formatPolicy, formatVkey } from '../log/vkey.ts'
import { certificateFingerprint, formatCertificate, parseCertificates } from '../timestamp/certificate.ts'
import type { KeptTimestamp } from '../timestamp/kept-timestamp.ts'
import {
  authorityPath,
  bundlePaths,
  consistencyPath,
  documentPath,
  envelopePath,
  leftOutPath,
  olderCheckpointPath,
  proofPath,
  retiredKeyPath,
  sigstorePath,
  timestampPath,
} from './bundle-paths.ts'
import { documentKindOf } from './document-of-phase.ts'
import { coveredBy, formatGateDocument, type GateDocument } from './leak-gate/gate-document.ts'
import { formatLeftOut, type LeftOutTimestamp } from './left-out.ts'
import { formatManifestFile } from './manifest-file.ts'
import { type Filing, readFiling } from './read-filing.ts'
import { companionPaths, companionsOf, companionVersion } from './report/companions.ts'
import { schemaFiles } from './schemas.ts'
import { formatSigstoreBundle } from './sigstore.ts'
import { verifyLogScript, verifyScript } from './tools/generated.ts'
import { verifyText } from './verify-text.ts'

/** One attestation that goes into the bundle: the bytes that were logged and the bytes that they vouch for. */
export type BundleEntry = { seq: number; phase: Phase; envelope: Uint8Array; document: Uint8Array }

export type BundleParts = {
  entries: readonly BundleEntry[]
  /** Of every entry that the newest checkpoint covers, in order, also of those that are not in the bundle. */
  leafHashes: readonly Uint8Array[]
  /** All that were signed, by size; the last one is the newest. */
  checkpoints: readonly { size: number; note: string }[]
  /** As they are for the newest checkpoint; the transitions are among the entries. */
  chains: KeyChains
  origin: string
  /** Those that hold, of checkpoints among these. */
  timestamps?: readonly KeptTimestamp[]
  leftOut?: readonly LeftOutTimestamp[]
}

/** A bundle that nobody may have yet: the leak gate and the manifest are still to come. */
export type UnsealedBundle = { files: Map<string, Uint8Array>; filing: Filing }

/**
 * The filing bundle, path by path, but for what seals it. The same parts always give the same bytes. It signs nothing.
 * @throws EvidenceConflict when the leaves are not those that were signed, or an entry is not covered by a checkpoint.
 * @throws FormatInvalid @throws ProofInvalid when the evidence does not hold, so that no report could be made of it
 */
export function buildBundle(parts: BundleParts): UnsealedBundle {
  const files = layOutEvidence(parts)
  const filing = readFiling(files)
  for (const [path, bytes] of companionsOf(filing)) files.set(path, bytes)
  return { files, filing }
}

/** The whole bundle. @throws EvidenceConflict when the gate was passed by other files */
export function sealBundle({ files }: Pick<UnsealedBundle, 'files'>, gate: GateDocument): Map<string, Uint8Array> {
  if (!isDeepStrictEqual(gate.covered, coveredBy(files)))
    throw new EvidenceConflict('bundle: leak gate: expected one that was passed by these files, got another')
  const sealed = new Map(files).set(bundlePaths.leakGate, formatGateDocument(gate))
  return sealed.set(bundlePaths.manifest, formatManifestFile(sealed))
}

/** Every file in its place; those that follow from the evidence, the leak gate and the manifest are empty. */
export function layOutEvidence(parts: BundleParts): Map<string, Uint8Array> {
  const { entries, leafHashes, checkpoints, chains, origin, timestamps = [], leftOut = [] } = parts
  const newest = checkpoints.at(-1)
  if (!newest) throw new EvidenceConflict('bundle: checkpoints: expected at least one, got none')
  const tree = treeOf(leafHashes)
  for (const { size, note } of checkpoints)
    if (size > tree.size || newest.size !== tree.size || !isSameHash(parseCheckpoint(note).root, rootAt(tree, size)))
      throw new EvidenceConflict(`bundle: checkpoint of size ${size}: expected the root of the entries, got another`)

  const files = new Map<string, Uint8Array>()
  const put = (path: string, body: string | Uint8Array) =>
    files.set(path, typeof body === 'string' ? new TextEncoder().encode(body) : body)

  for (const { seq, phase, envelope, document } of entries) {
    if (seq >= tree.size)
      throw new EvidenceConflict(`bundle: entry ${seq}: expected one below the newest checkpoint, ${tree.size}`)
    const proof = formatTlogProof({ index: seq, hashes: inclusionProof(tree, seq), checkpoint: newest.note })
    put(envelopePath(seq), envelope)
    put(proofPath(seq), proof)
    put(sigstorePath(seq), formatSigstoreBundle(envelope, keyFingerprint(attestationKeyAt(chains, seq))))
    put(documentPath(seq, documentKindOf(phase)), document)
  }
  for (const { size, note } of checkpoints.slice(0, -1)) {
    put(olderCheckpointPath(size), note)
    put(
      consistencyPath(size),
      formatConsistencyProof({ from: size, to: tree.size, hashes: consistencyProof(tree, size) }),
    )
  }
  for (const { certificate, response, ...ref } of timestamps) {
    const [authority] = parseCertificates(certificate)
    put(timestampPath(ref), response)
    put(authorityPath(certificateFingerprint(authority!)), formatCertificate(authority!))
  }
  if (leftOut.length > 0) put(leftOutPath, formatLeftOut(leftOut))
  const logKey = logKeyAt(chains, tree.size)
  const vkey = formatVkey(origin, logKey)
  put(bundlePaths.checkpoint, newest.note)
  put(bundlePaths.policy, formatPolicy(vkey))
  put(bundlePaths.attestationKey, attestationKeyAt(chains, tree.size))
  put(bundlePaths.logKey, logKey)
  for (const kind of ['attestation', 'log'] as const)
    for (const [i, { pem }] of chains[kind].slice(0, -1).entries()) put(retiredKeyPath(kind, i + 1), pem)
  put(bundlePaths.vkey, `${vkey}\n`)
  const programs = { verifyScript: Buffer.from(verifyScript), verifyLogScript: Buffer.from(verifyLogScript) }
  put(
    bundlePaths.instructions,
    verifyText({ chains, origin, ...programs, companionVersion, isStamped: timestamps.length > 0 }),
  )
  put(bundlePaths.verifyScript, programs.verifyScript)
  put(bundlePaths.verifyLogScript, programs.verifyLogScript)
  for (const path of [...companionPaths, ...schemaFiles().keys(), bundlePaths.leakGate, bundlePaths.manifest])
    put(path, '')
  return files
}
