import type { StoreConfig } from '../config.ts'
import { type Cost, estimateCost, type Workload } from '../cost/estimate-cost.ts'
import { addArchived } from '../inventory/archived.ts'
import type { Ports } from '../ports.ts'
import { readArchived, readBatches } from './evidence/batches.ts'
import { formatDocument, readDocument, readRunConfig } from './evidence/documents.ts'
import { type PassRef, passKey, runKey } from './evidence/evidence-keys.ts'
import { readSettled } from './evidence/segments.ts'
import { readRestore } from './restore-archived.ts'
import { parseInput, runInput } from './task-input.ts'

/**
 * What a run costs on AWS, at list prices: what it would cost when it is only to be estimated, and what it did cost
 * otherwise. `unlisted` are stores of which there is no plan.
 */
export type CostDocument = Cost & {
  schemaVersion: 1
  runId: string
  estimated: boolean
  passes: Workload[]
  unlisted: string[]
}

/** Writes down the cost of a run. On one machine there is none to tell. */
export async function estimateRunCost(
  ports: Pick<Ports, 'clock' | 'evidence' | 'runState' | 'region' | 'scanMemory'>,
  input: unknown,
): Promise<{ usd: number; unlisted: number }> {
  const { runId } = parseInput('estimate-cost', runInput, input)
  if (ports.region === '') return { usd: 0, unlisted: 0 }
  const key = runKey(runId, 'cost.json')
  if (!(await ports.evidence.has(key))) await ports.evidence.put(key, formatDocument(await composeCost(ports, runId)))
  const cost = await readDocument<CostDocument>(ports, key)
  const run = await ports.runState.getRun(runId)
  if (run?.trigger === 'dry-run' && run.state === 'running')
    await ports.runState.putRun({ ...run, state: 'finished', finishedAt: ports.clock().toISOString() })
  return { usd: cost.usd, unlisted: cost.unlisted.length }
}

async function composeCost(
  ports: Pick<Ports, 'evidence' | 'runState' | 'region' | 'scanMemory'>,
  runId: string,
): Promise<CostDocument> {
  const { stores, passes: most } = await readRunConfig(ports, runId)
  const estimated = (await ports.runState.getRun(runId))?.trigger === 'dry-run'
  const passes: Workload[] = []
  const unlisted: string[] = []
  for (const store of stores) {
    const { id, s3 } = store
    const own: Workload[] = []
    for (let pass = 0; pass < most; pass++) {
      const work = await readWork(ports, { runId, storeId: id, pass })
      if (work === undefined) break
      const archived = await readArchivedWork(ports.evidence, { runId, storeId: id, pass }, store, estimated)
      const bucket = { ...(s3?.region !== undefined && { region: s3.region }), ...(s3?.allTags && { allTags: true }) }
      own.push({ ...work, ...bucket, ...archived })
    }
    if (own.length === 0) unlisted.push(id)
    passes.push(...own)
  }
  return {
    schemaVersion: 1,
    runId,
    estimated,
    ...estimateCost(passes, ports.region, ports.scanMemory),
    passes,
    unlisted,
  }
}

/** A pass that was planned; with the seconds that its batches took, once it is settled. */
async function readWork({ evidence }: Pick<Ports, 'evidence'>, ref: PassRef): Promise<Workload | undefined> {
  if (!(await evidence.has(passKey(ref, 'batches.jsonl')))) return undefined
  const planned = { versions: 0, bytes: 0, batches: 0 }
  for (const { versions, bytes } of await readBatches(evidence, ref)) {
    planned.versions += versions
    planned.bytes += bytes
    planned.batches++
  }
  const scanSeconds = (await evidence.has(passKey(ref, 'coverage.json'))) ? await readSeconds(evidence, ref) : undefined
  return {
    storeId: ref.storeId,
    pass: ref.pass,
    ...planned,
    ...(scanSeconds !== undefined && { scanSeconds }),
  }
}

/** What must be restored first; and how, where a run would ask for it, or did. */
async function readArchivedWork(
  evidence: Ports['evidence'],
  ref: PassRef,
  { s3 }: StoreConfig,
  estimated: boolean,
): Promise<Pick<Workload, 'archived' | 'restore'>> {
  const archived = addArchived((await readArchived(evidence, ref)).flatMap(({ sums }) => sums))
  if (archived.length === 0) return {}
  const decided = await readRestore(evidence, ref)
  const restore = estimated ? s3?.restore : decided?.decision === 'asked' ? decided : undefined
  return { archived, ...(restore && { restore: { tier: restore.tier, days: restore.days } }) }
}

async function readSeconds(evidence: Ports['evidence'], ref: PassRef) {
  let milliseconds = 0
  for await (const { settled } of readSettled(evidence, ref)) milliseconds += settled.scanMilliseconds
  return milliseconds / 1000
}
