import { caseRuleOf, formsOf, hashedFormsOf, manifestOf } from '../../config.ts'
import { formatNames } from '../../decode/formats.ts'
import { defaultLimits } from '../../decode/limits.ts'
import { EvidenceConflict } from '../../errors.ts'
import { readManifest } from '../../manifest/read-manifest.ts'
import type { Evidence, LargeEvidence, Ports } from '../../ports.ts'
import { createScopeShard } from '../../proof/build-scope-shard.ts'
import { chunkLeaves, createChunkRoot, rootOfNodes } from '../../proof/chunk-nodes.ts'
import { hashBytes } from '../../proof/kernel/hasher.ts'
import { leafOrderOf } from '../../proof/leaf-order.ts'
import { formatHead, shardLeaves } from '../../proof/tree-files.ts'
import { summariesOf } from '../../scan/forms/form-names.ts'
import { caseKeysOf } from '../../subject-index/case-keys.ts'
import { hashedSummariesOf } from '../../subject-index/hashed-forms.ts'
import { readIndexTables, requireManifest } from '../../subject-index/read-index.ts'
import { formatDocument, readDocument, readManifestDocument, readRunConfig } from '../evidence/documents.ts'
import { runKey, shardKey } from '../evidence/evidence-keys.ts'
import { publishSame, putSame } from '../evidence/publish.ts'

/** The tree over all subjects in scope: whose leaves they are stays with who holds the case key. */
export type ScopeTree = {
  schemaVersion: 1
  leaves: number
  /** Hex. */
  root: string
  /** Ordinals of the index that are no subjects, ascending. */
  controls: number[]
}

type ShardPorts = Pick<Ports, 'manifests' | 'evidence' | 'largeEvidence' | 'caseKey'>

/**
 * Builds one shard of the scope tree, and with the last one the tree, and writes down the scope. The manifest is read once a
 * shard, so that memory is 50 bytes for each of at most 2^24 subjects. `shard`: the next one. *Crash: the stored shard counts;
 * one that would be another is a contradiction.*
 * @throws EvidenceConflict when the manifest is not the one of the index any more
 */
export async function buildScopeShard(
  ports: ShardPorts,
  { runId, at, shard }: { runId: string; at: string; shard: number },
  leavesPerShard = shardLeaves,
): Promise<{ complete: boolean; shard: number }> {
  const keys = caseKeysOf(await ports.caseKey.read())
  const { report } = await readManifestDocument(ports, runId)
  const { footer, entries } = readIndexTables(await ports.largeEvidence.open(runKey(runId, 'subject-index')), keys)
  requireManifest({ manifestSha256: footer.report.sha256 }, report.sha256)
  const controls = footer.controls.map(({ ordinal }) => ordinal).sort((a, b) => a - b)
  const leaves = footer.summary.subjects
  const [from, to] = [shard * leavesPerShard, Math.min(leaves, (shard + 1) * leavesPerShard)]
  if (from >= to) throw new EvidenceConflict(`scope tree: shard ${shard}: expected one of ${leaves} subjects`)

  const order = leafOrderOf(controls)
  const ordinals: [number, number] = [order.ordinalOf(from), order.ordinalOf(to - 1) + 1]
  const tags = withoutControls(entries.range(...ordinals), ordinals[0], controls)
  const builder = createScopeShard({ tags, keys, caseRule: footer.caseRule })
  const name = manifestOf(await readRunConfig(ports, runId))
  const rows = { confirmed: builder.add, pending: () => undefined }
  const again = await readManifest(() => ports.manifests.open(name), { now: new Date(at), name }, rows)
  if (again.sha256 !== report.sha256)
    throw new EvidenceConflict(`${name}: expected the manifest that this run began with, and it has changed since`)

  const nodes = await writeLeaves(ports.largeEvidence, shardKey(runId, 'scope-tree', shard, 'leaves'), builder.finish())
  await putSame(ports.evidence, shardKey(runId, 'scope-tree', shard, 'nodes'), nodes)
  const complete = to === leaves
  if (complete) {
    const root = rootOfNodes(await readNodes(ports, runId, 'scope-tree', shard + 1))
    const tree: ScopeTree = { schemaVersion: 1, leaves, root: Buffer.from(root).toString('hex'), controls }
    await putSame(ports.evidence, runKey(runId, 'scope-tree.json'), Buffer.from(formatDocument(tree)))
    await writeScope(ports, runId, keys.commitment)
  }
  return { complete, shard: shard + 1 }
}

/** In place: what is in front of it takes a control's room. */
function withoutControls(tags: Uint32Array, from: number, controls: readonly number[]): Uint32Array {
  let length = tags.length
  for (const control of controls.toReversed()) {
    const at = (control - from) * 4
    if (at < 0 || at >= length) continue
    tags.copyWithin(at, at + 4, length)
    length -= 4
  }
  return tags.subarray(0, length)
}

/** Writes leaf hashes as a shard; returns its nodes. @throws EvidenceConflict when another shard is stored */
function writeLeaves(largeEvidence: LargeEvidence, key: string, leafHashes: Uint8Array): Promise<Uint8Array> {
  return publishSame(largeEvidence, key, (sink) => {
    const chunkRoot = createChunkRoot()
    const nodes: Uint8Array[] = []
    sink(formatHead('scope'))
    for (let at = 0; at < leafHashes.length; at += chunkLeaves * hashBytes) {
      const chunk = leafHashes.subarray(at, at + chunkLeaves * hashBytes)
      nodes.push(chunkRoot(chunk))
      sink(chunk)
    }
    return Buffer.concat(nodes)
  })
}

/** The nodes of a tree, of all its shards in order. */
export async function readNodes(
  { evidence }: { evidence: Evidence },
  runId: string,
  tree: 'scope-tree' | 'result-tree',
  shards: number,
): Promise<Uint8Array> {
  const nodes: Uint8Array[] = []
  for (let shard = 0; shard < shards; shard++) nodes.push(await evidence.get(shardKey(runId, tree, shard, 'nodes')))
  return Buffer.concat(nodes)
}

/** Who is in scope, what is looked for, and where: the document that is attested before anything is scanned. */
async function writeScope(ports: Pick<Ports, 'evidence'>, runId: string, keyCommitment: string): Promise<void> {
  const config = await readRunConfig(ports, runId)
  const { report, index } = await readManifestDocument(ports, runId)
  const { root } = await readDocument<ScopeTree>(ports, runKey(runId, 'scope-tree.json'))
  await ports.evidence.put(
    runKey(runId, 'scope.json'),
    formatDocument({
      schemaVersion: 1,
      runId,
      manifest: {
        sha256: report.sha256,
        rows: report.rows,
        confirmed: report.confirmed,
        notYetTransferred: report.notYetTransferred.count,
        ...(report.padded && { isPadded: true }),
        subjects: index.subjects,
      },
      scopeRoot: root,
      keyCommitment,
      matcher: {
        shapes: index.shapes,
        caseRule: caseRuleOf(config),
        forms: [
          'utf-8 text',
          'behind backslash, percent, syslog and terminal escapes',
          ...summariesOf(formsOf(config)),
          ...hashedSummariesOf(hashedFormsOf(config)),
        ],
        containers: formatNames,
        limits: defaultLimits,
      },
      stores: config.stores.map(({ id, country, custodian, channel }) => ({
        storeId: id,
        country,
        custodian,
        channel: channel.kind,
      })),
    }),
  )
}
