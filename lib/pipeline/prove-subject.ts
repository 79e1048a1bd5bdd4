import { canonicalOf, type Identifier } from '../manifest/identifier.ts'
import type { LargeEvidence, Ports } from '../ports.ts'
import { createResultHasher } from '../proof/build-result-shard.ts'
import { chunkLeaves, pathOf } from '../proof/chunk-nodes.ts'
import { leafOrderOf } from '../proof/leaf-order.ts'
import { openSubject } from '../proof/subject-leaf.ts'
import { formatPath, proofFormat, type SubjectProof } from '../proof/subject-proof.ts'
import { readResultChunk, readScopeChunk, shardLeaves } from '../proof/tree-files.ts'
import { type CaseKeys, caseKeysOf } from '../subject-index/case-keys.ts'
import { createConfirm } from '../subject-index/confirm.ts'
import type { IndexSource } from '../subject-index/index-source.ts'
import { readIndexTables } from '../subject-index/read-index.ts'
import { shapeCodes } from '../subject-index/shape-code.ts'
import { decideSubject } from '../verdict/decide-subject.ts'
import { readDocument } from './evidence/documents.ts'
import { runKey, shardKey } from './evidence/evidence-keys.ts'
import { isPartlyTakenBack } from './log/taken-back.ts'
import { readNodes, type ScopeTree } from './scope/build-scope-tree.ts'
import type { SubjectsDocument } from './settle-subjects.ts'

export type Asked =
  | { kind: 'proof'; proof: SubjectProof }
  | { kind: 'not-in-scope' }
  /** The run says nothing of anybody any more, whatever a bundle says that was made before. */
  | { kind: 'taken-back' }
  /** What is wrong with the text, without quoting it. */
  | { kind: 'no-identifier'; problem: string }

/**
 * What a run came to for one subject, with what shows it. Reads of the index its directories and one shard, of 10^8 subjects some 5 MB,
 * the leaves of 4,096 subjects, and of each tree one hash for each 4,096. The proof holds only if the attested roots say so: who hands it out verifies it first.
 * @throws EvidenceMissing when the run did not settle its subjects
 */
export async function proveSubject(
  ports: Pick<Ports, 'evidence' | 'caseKey'> & { largeEvidence: Pick<LargeEvidence, 'look'> },
  run: Pick<SubjectProof, 'runId' | 'scopeEnvelope' | 'summaryEnvelope'>,
  id: Identifier,
  leavesPerShard = shardLeaves,
): Promise<Asked> {
  const { runId } = run
  if (await isPartlyTakenBack(ports, runId)) return { kind: 'taken-back' }
  const keys = caseKeysOf(await ports.caseKey.read())
  const sought = await ports.largeEvidence.look(runKey(runId, 'subject-index'), (index) => findSubject(index, keys, id))
  if ('problem' in sought) return { kind: 'no-identifier', problem: sought.problem }
  const { shape, identifier, ordinal } = sought
  const tree = await readDocument<ScopeTree>(ports, runKey(runId, 'scope-tree.json'))
  const index = ordinal < 0 ? undefined : leafOrderOf(tree.controls).leafOf(ordinal)
  if (index === undefined) return { kind: 'not-in-scope' }

  const { run: verdict } = await readDocument<SubjectsDocument>(ports, runKey(runId, 'subjects.json'))
  const shard = Math.floor(index / leavesPerShard)
  const first = shard * leavesPerShard
  const leaves = Math.min(leavesPerShard, tree.leaves - first)
  const chunk = Math.floor((index - first) / chunkLeaves)
  const leavesOf = (name: 'scope-tree' | 'result-tree') => shardKey(runId, name, shard, 'leaves')
  const { look } = ports.largeEvidence
  const scopeLeaves = await look(leavesOf('scope-tree'), (source) => readScopeChunk(source, leaves, chunk))
  const rows = await look(leavesOf('result-tree'), (source) => readResultChunk(source, leaves, chunk))
  const resultLeaves = createResultHasher()(scopeLeaves, chunk * chunkLeaves, rows, verdict)
  const shards = Math.ceil(tree.leaves / leavesPerShard)
  const hits = hitsIn(rows, index - first)
  const { salt } = openSubject(keys, shape, identifier)
  const proof: SubjectProof = {
    format: proofFormat,
    runId,
    scopeEnvelope: run.scopeEnvelope,
    summaryEnvelope: run.summaryEnvelope,
    shape,
    identifier,
    salt: Buffer.from(salt).toString('hex'),
    index,
    subjects: tree.leaves,
    status: decideSubject(hits, verdict),
    ...hits,
    scopePath: formatPath(pathOf(index, scopeLeaves, await readNodes(ports, runId, 'scope-tree', shards))),
    resultPath: formatPath(pathOf(index, resultLeaves, await readNodes(ports, runId, 'result-tree', shards))),
  }
  return { kind: 'proof', proof }
}

/** The ordinal is negative where the index has nobody of this name. */
function findSubject(index: IndexSource, keys: CaseKeys, id: Identifier) {
  const { footer, entries } = readIndexTables(index, keys)
  const canonical = canonicalOf(id.revealText(), footer.caseRule)
  if ('problem' in canonical) return canonical
  const { shape, canonical: identifier } = canonical
  const bytes = Buffer.from(identifier, 'latin1')
  const ordinal = createConfirm(entries, keys.tagKey).find(shapeCodes[shape], bytes, 0, bytes.length)
  return { shape, identifier, ordinal }
}

function hitsIn(rows: Uint32Array, leaf: number): { before: number; after: number } {
  for (let row = 0; row < rows.length; row += 3)
    if (rows[row] === leaf) return { before: rows[row + 1]!, after: rows[row + 2]! }
  return { before: 0, after: 0 }
}
