import { decideRun } from '../attestation/to-run-summary.ts'
import { EvidenceConflict } from '../errors.ts'
import type { Coverage } from '../inventory/coverage.ts'
import type { Ports } from '../ports.ts'
import { createHits, noStatuses, writeResultShard } from '../proof/build-result-shard.ts'
import { rootOfNodes } from '../proof/chunk-nodes.ts'
import { leafOrderOf } from '../proof/leaf-order.ts'
import { shardLeaves } from '../proof/tree-files.ts'
import { countOf, type InventoryTimes, lastInventoriesOf, type StatusCounts } from '../verdict/decide-subject.ts'
import type { Verdict } from '../verdict/decide-verdict.ts'
import type { StoreReport } from '../verdict/store-report.ts'
import { readCountList } from './evidence/count-list.ts'
import { formatDocument, readDocument, readIfThere } from './evidence/documents.ts'
import { countsKey, type PassRef, passKey, runKey, shardKey, storeKey } from './evidence/evidence-keys.ts'
import { publishSame, putSame } from './evidence/publish.ts'
import { readSettled } from './evidence/segments.ts'
import { readVerdicts } from './evidence/verdicts.ts'
import { readNodes, type ScopeTree } from './scope/build-scope-tree.ts'
import { parseInput, runInput } from './task-input.ts'

/** What the run came to, subject by subject, in one root. `run` is the verdict that they were judged under. */
export type SubjectsDocument = {
  schemaVersion: 1
  run: Verdict
  scopeRoot: string
  resultRoot: string
  statuses: StatusCounts
  /** Only of a verified run: the inventories that show nobody any more. */
  lastInventories?: InventoryTimes
}

type SubjectPorts = Pick<Ports, 'evidence' | 'largeEvidence' | 'ledger'>

/**
 * Judges every subject by the verdicts that were attested and by what each pass found, as it was settled: a report that came
 * later is in neither. The document stored first counts. *Crash: shards are made again, the same.*
 * Memory: 8 bytes for each of at most 2^24 subjects.
 * @throws EvidenceConflict when what was settled of subjects is not what the coverage counts
 */
export async function settleSubjects(
  ports: SubjectPorts,
  input: unknown,
  leavesPerShard = shardLeaves,
): Promise<StatusCounts> {
  const { runId } = parseInput('settle-subjects', runInput, input)
  const key = runKey(runId, 'subjects.json')
  if (!(await ports.evidence.has(key)))
    await ports.evidence.put(key, formatDocument(await composeSubjects(ports, runId, leavesPerShard)))
  return (await readDocument<SubjectsDocument>(ports, key)).statuses
}

async function composeSubjects(ports: SubjectPorts, runId: string, leavesPerShard: number): Promise<SubjectsDocument> {
  const tree = await readDocument<ScopeTree>(ports, runKey(runId, 'scope-tree.json'))
  const { planned, verdicts } = await readVerdicts(ports, runId)
  const run = decideRun({ planned, verdicts }).result
  const stores: StorePasses[] = []
  for (const storeId of planned) stores.push({ storeId, passes: await readPasses(ports, runId, storeId) })
  const passes = passesOf(runId, stores)
  const distinct = passes.map(() => 0)
  const statuses = noStatuses()
  const shards = Math.ceil(tree.leaves / leavesPerShard)
  for (let shard = 0; shard < shards; shard++) {
    const from = shard * leavesPerShard
    const range = { from, leaves: Math.min(leavesPerShard, tree.leaves - from), order: leafOrderOf(tree.controls) }
    const hits = createHits(range)
    for (const [index, pass] of passes.entries()) {
      const own = hits.addPass(pass)
      for await (const pairs of readCounts(ports, pass.ref)) own.add(pairs)
      distinct[index]! += own.distinct()
    }
    const counted = await makeShard(ports, { runId, shard, leaves: range.leaves, run }, hits.of)
    for (const status of Object.values(countOf)) statuses[status] += counted[status]
  }
  for (const [index, { ref, subjects }] of passes.entries())
    if (distinct[index] !== subjects)
      throw new EvidenceConflict(
        `store ${ref.storeId}: pass ${ref.pass}: expected the ${subjects} subjects of the coverage, got ${distinct[index]}`,
      )
  const lastInventories = run === 'verified' ? lastInventoriesOf(stores) : undefined
  return {
    schemaVersion: 1,
    run,
    scopeRoot: tree.root,
    resultRoot: Buffer.from(rootOfNodes(await readNodes(ports, runId, 'result-tree', shards))).toString('hex'),
    statuses,
    ...(lastInventories !== undefined && { lastInventories }),
  }
}

type StorePasses = { storeId: string; passes: Coverage[] }

/** The passes that the store was judged by; of one that was left without a verdict, those that were settled. */
async function readPasses(ports: SubjectPorts, runId: string, storeId: string): Promise<Coverage[]> {
  const report = await readIfThere<StoreReport>(ports, storeKey(runId, storeId, 'report.json'))
  if (report !== undefined) return report.passes
  const passes: Coverage[] = []
  for (;;) {
    const coverage = await readIfThere<Coverage>(
      ports,
      passKey({ runId, storeId, pass: passes.length }, 'coverage.json'),
    )
    if (coverage === undefined) return passes
    passes.push(coverage)
  }
}

/** The passes of all stores, store by store. */
function passesOf(runId: string, stores: readonly StorePasses[]) {
  return stores.flatMap(({ storeId, passes }) =>
    passes.map(({ subjects }, pass) => ({
      ref: { runId, storeId, pass },
      subjects,
      isFirst: pass === 0,
      isLast: pass === passes.length - 1,
    })),
  )
}

async function* readCounts({ evidence }: Pick<Ports, 'evidence'>, ref: PassRef) {
  for await (const { ref: own, settled } of readSettled(evidence, ref))
    yield* readCountList(evidence, (part) => countsKey(own, part), settled.counts)
}

async function makeShard(
  { evidence, largeEvidence }: SubjectPorts,
  { runId, shard, leaves, run }: { runId: string; shard: number; leaves: number; run: Verdict },
  hitsOf: Parameters<typeof writeResultShard>[1],
): Promise<StatusCounts> {
  const scope = await largeEvidence.open(shardKey(runId, 'scope-tree', shard, 'leaves'))
  const key = shardKey(runId, 'result-tree', shard, 'leaves')
  const { nodes, statuses } = await publishSame(largeEvidence, key, (sink) =>
    writeResultShard({ scope, leaves, run }, hitsOf, sink),
  )
  await putSame(evidence, shardKey(runId, 'result-tree', shard, 'nodes'), nodes)
  return statuses
}
