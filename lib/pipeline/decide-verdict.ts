import type { Config, StoreConfig } from '../config.ts'
import type { Acknowledgement, DeletionRequest } from '../deletion/request.ts'
import type { Coverage } from '../inventory/coverage.ts'
import type { Ports } from '../ports.ts'
import { decideVerdict as decide, type Verdict } from '../verdict/decide-verdict.ts'
import { parseStoreReport } from '../verdict/parse-store-report.ts'
import type { OpenVersion, StoreReport } from '../verdict/store-report.ts'
import {
  formatDocument,
  type ManifestDocument,
  readDocument,
  readIfThere,
  readRunStore,
  readStoreReport,
} from './evidence/documents.ts'
import { passKey, runKey, storeKey } from './evidence/evidence-keys.ts'
import { secondsToFirst } from './seconds-to-first.ts'
import { decideInput, type Failure, parseInput } from './task-input.ts'

/**
 * Writes the store report from what is in the evidence, and judges it. The report stored first counts. `overdue`: there
 * are residuals although what was promised, or what a custodian was given to answer, is over by now. `secondsLeft`: until the
 * first of these times, where there are residuals; below zero since then.
 */
export async function decideVerdict(
  ports: Pick<Ports, 'clock' | 'evidence'>,
  input: unknown,
): Promise<{ verdict: Verdict; overdue: boolean; secondsLeft?: number }> {
  const { runId, storeId, failure } = parseInput('decide-verdict', decideInput, input)
  const key = storeKey(runId, storeId, 'report.json')
  if (!(await ports.evidence.has(key))) {
    const document = formatDocument(await composeReport(ports, runId, storeId, failure))
    // What a reader would refuse is not written: nothing of it could be made good later.
    parseStoreReport(new TextEncoder().encode(document))
    await ports.evidence.put(key, document)
  }
  const report = await readStoreReport(ports, key)
  const { verdict } = decide(report)
  if (verdict !== 'residual') return { verdict, overdue: false }
  const deadlines = [report.store.obligation?.dueAt, ...report.requests.map(({ request }) => request.deadline)]
  const left = secondsToFirst(deadlines, ports.clock())
  return { verdict, overdue: left !== undefined && left < 0, ...(left !== undefined && { secondsLeft: left }) }
}

async function composeReport(
  ports: Pick<Ports, 'evidence'>,
  runId: string,
  storeId: string,
  failure: Failure,
): Promise<StoreReport> {
  const { config, store } = await readRunStore(ports, runId, storeId)
  const manifest = await readIfThere<ManifestDocument>(ports, runKey(runId, 'manifest.json'))
  const passes: Coverage[] = []
  const requests: StoreReport['requests'] = []
  let open: OpenVersion[] = []
  for (let pass = 0; pass < config.passes; pass++) {
    const ref = { runId, storeId, pass }
    const coverage = await readIfThere<Coverage>(ports, passKey(ref, 'coverage.json'))
    if (coverage === undefined) break
    passes.push(coverage)
    open = await readDocument(ports, passKey(ref, 'open.json'))
    const request = await readIfThere<DeletionRequest>(ports, passKey(ref, 'request.json'))
    const acknowledgement = await readIfThere<Acknowledgement>(ports, passKey(ref, 'acknowledgement.json'))
    if (request) requests.push({ request, ...(acknowledgement && { acknowledgement }) })
  }
  return {
    schemaVersion: 1,
    runId,
    store: toStoreSection(config, store),
    manifest: { sha256: manifest?.report.sha256 ?? '', subjects: manifest?.index.subjects ?? 0 },
    passes,
    requests,
    ...(failure && { failure }),
    open,
  }
}

/** What evidence says about a store: never where it is mounted. */
export function toStoreSection(config: Config, store: StoreConfig): StoreReport['store'] {
  const obligation = store.obligation ?? config.obligation
  return {
    storeId: store.id,
    ...placeOf(store),
    ...(store.country !== undefined && { country: store.country }),
    ...(store.custodian !== undefined && { custodian: store.custodian }),
    ...(obligation && { obligation }),
    ...(store.mayBeEmpty && { mayBeEmpty: true }),
  }
}

function placeOf({ s3 }: StoreConfig): Pick<StoreReport['store'], 'kind' | 'uri' | 'region' | 'account'> {
  if (s3 === undefined) return { kind: 'directory' }
  const { bucket, prefix = '', region, account } = s3
  return {
    kind: 's3',
    uri: `s3://${bucket}/${prefix}`,
    ...(region !== undefined && { region }),
    ...(account !== undefined && { account }),
  }
}
