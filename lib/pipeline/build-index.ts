import { type Config, caseRuleOf, isBuiltIn, manifestOf, nobodyOf } from '../config.ts'
import { ConfigInvalid, EvidenceConflict } from '../errors.ts'
import { memoryFor } from '../inventory/call-capacity.ts'
import { isCased } from '../manifest/identifier.ts'
import { type ManifestReport, readManifest } from '../manifest/read-manifest.ts'
import type { Ports } from '../ports.ts'
import { createIndexBuilder } from '../subject-index/build-subject-index.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'
import { saltDigestOf } from '../subject-index/hashed-rows.ts'
import type { IndexSummary } from '../subject-index/index-format.ts'
import { openSubjectIndex } from '../subject-index/open-subject-index.ts'
import { formatDocument, type ManifestDocument, readRunConfig } from './evidence/documents.ts'
import { runKey } from './evidence/evidence-keys.ts'
import { publish } from './evidence/publish.ts'
import { buildScopeShard } from './scope/build-scope-tree.ts'
import { readHashedForms } from './scope/read-hashed-forms.ts'
import { tellRefusal } from './scope/refused-manifest.ts'
import { requireSameScope } from './scope/require-same-scope.ts'
import { buildIndexInput, parseInput } from './task-input.ts'

type IndexPorts = Pick<
  Ports,
  'clock' | 'random' | 'manifests' | 'evidence' | 'largeEvidence' | 'caseKey' | 'scanMemory'
>

/**
 * Compiles the transfer manifest into the run's subject index. With a `shard`, makes that one of the scope tree of what was compiled. With
 * `confirms`, asks the manifest as it is by now whether those whom it was compiled of are still transferred, before anything of theirs is
 * deleted. Nobody else reads manifests, which name people. @throws ManifestInvalid
 */
export async function buildIndex(
  ports: IndexPorts,
  input: unknown,
): Promise<{ subjects: number } | { complete: boolean; shard: number } | { confirmedAt: string }> {
  const { shard, confirms, ...run } = parseInput('build-index', buildIndexInput, input)
  if (confirms) {
    const confirmedAt = ports.clock().toISOString()
    await tellRefusal(ports.evidence, run.runId, requireSameScope(ports, run))
    return { confirmedAt }
  }
  return shard === undefined
    ? tellRefusal(ports.evidence, run.runId, compileManifest(ports, run))
    : buildScopeShard(ports, { ...run, shard })
}

async function compileManifest(
  ports: IndexPorts,
  { runId, at }: { runId: string; at: string },
): Promise<{ subjects: number }> {
  const config = await readRunConfig(ports, runId)
  const keys = caseKeysOf(await ports.caseKey.read())
  const name = manifestOf(config)
  const caseRule = caseRuleOf(config)
  const hashedForms = await readHashedForms(ports, config)
  const builder = createIndexBuilder({ caseRule, keys, random: ports.random, hashedForms, nobody: nobodyOf(config) })
  const rows = { confirmed: builder.add, pending: builder.exclude }
  const report = await readManifest(() => ports.manifests.open(name), { now: new Date(at), name }, rows)
  const key = runKey(runId, 'subject-index')
  const { written: summary, stored } = await publish(ports.largeEvidence, key, (sink) => builder.finish(report, sink))
  if (!stored.created) {
    const earlier = openSubjectIndex(await ports.largeEvidence.open(key), keys)
    if (earlier.manifestSha256 !== report.sha256 || earlier.subjects !== summary.subjects)
      throw new EvidenceConflict(`${name}: expected the manifest that this run began with, and it has changed since`)
    const salts = hashedForms.map(({ kind, salt }) => (kind === 'plain' ? undefined : saltDigestOf(salt, keys)))
    if (salts.some((salt, at) => salt !== earlier.hashed?.salts[at]))
      throw new EvidenceConflict(
        'hashedForms: expected the salts that this run began with, and they have changed since',
      )
  }
  const document: ManifestDocument = { schemaVersion: 1, at, report, index: { ...summary, sha256: stored.sha256 } }
  await ports.evidence.put(runKey(runId, 'manifest.json'), formatDocument(document))

  requireMemory(summary, ports.scanMemory)
  checkPremises(config, document)
  return { subjects: summary.subjects }
}

/** @throws ConfigInvalid when the function that scans has no room for this index */
function requireMemory({ subjects, controls, hashed }: IndexSummary, scanMemory: number): void {
  const least = memoryFor(subjects + controls + (hashed?.digests ?? 0))
  if (scanMemory < least)
    throw new ConfigInvalid(
      `scanMemory: expected at least ${least} MB for the index of ${subjects} subjects, got ${scanMemory} (README: --param)`,
    )
}

/** What has to be said before anything is deleted by us. @throws ConfigInvalid */
export function checkPremises(
  { stores, identifierCase }: Config,
  { report, index }: { report: ManifestReport; index: IndexSummary },
): void {
  const deleting = stores.find(({ channel }) => isBuiltIn(channel))
  if (deleting === undefined) return
  if (!report.transferColumn)
    throw new ConfigInvalid(
      `manifest: expected a column or member transferredAt, since we delete in store ${deleting.id}: ` +
        'a list alone does not say that a transfer was confirmed',
    )
  const cased = index.shapes.some(({ shape }) => isCased(shape))
  if (cased && identifierCase === undefined)
    throw new ConfigInvalid(
      `configuration: identifierCase: expected "fold" or "exact", since we delete in store ${deleting.id} and the ` +
        'manifest has identifiers of letters: say whether two that differ only in case name the same subject',
    )
}
