import { type Config, parseConfig } from '../../config.ts'
import { EvidenceConflict, IndexInvalid, ServiceUnavailable } from '../../errors.ts'
import { parseEvidence } from '../../evidence-json.ts'
import type { ManifestReport } from '../../manifest/read-manifest.ts'
import type { Evidence, LargeEvidence, Ports } from '../../ports.ts'
import { type CaseKeys, caseKeysOf } from '../../subject-index/case-keys.ts'
import type { IndexSummary } from '../../subject-index/index-format.ts'
import { type IndexSource, sourceWithin } from '../../subject-index/index-source.ts'
import { openSubjectIndex, type SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { requireManifest } from '../../subject-index/read-index.ts'
import { parseStoreReport } from '../../verdict/parse-store-report.ts'
import type { StoreReport } from '../../verdict/store-report.ts'
import { runKey } from './evidence-keys.ts'

/**
 * What `build-index` keeps about the manifest: how it read, and the index that it became. `before`: the indexes that this one adds
 * to, which lie before it in the same document, each of `bytes`; only where indexes were adopted. `sha256` is of all of them.
 * `at`: when transfers had to be confirmed by; absent in runs of earlier versions and where indexes were adopted.
 */
export type ManifestDocument = {
  schemaVersion: 1
  at?: string
  report: ManifestReport
  index: IndexSummary & { sha256: string }
  before?: { bytes: number; report: ManifestReport; index: IndexSummary }[]
}

export function formatDocument(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`
}

/** @throws EvidenceMissing @throws EvidenceConflict when it is damaged */
export async function readDocument<T>({ evidence }: { evidence: Evidence }, key: string): Promise<T> {
  return parseEvidence<T>(Buffer.from(await evidence.get(key)).toString('utf8'), key)
}

/** Undefined: there is none. @throws EvidenceConflict when it is damaged */
export async function readIfThere<T>(ports: { evidence: Evidence }, key: string): Promise<T | undefined> {
  return (await ports.evidence.has(key)) ? readDocument<T>(ports, key) : undefined
}

/** A store report, read as strictly as its reader will. @throws FormatInvalid */
export async function readStoreReport({ evidence }: { evidence: Evidence }, key: string): Promise<StoreReport> {
  return parseStoreReport(await evidence.get(key))
}

/** The configuration that this run began with, checked again: a home store is refused wherever it comes from. */
export async function readRunConfig(ports: Pick<Ports, 'evidence'>, runId: string): Promise<Config> {
  return parseConfig(await readDocument(ports, runKey(runId, 'config.json')), `run ${runId}`)
}

/** One store of the run's configuration. @throws EvidenceConflict when the run has no such store. */
export async function readRunStore(ports: Pick<Ports, 'evidence'>, runId: string, storeId: string) {
  const config = await readRunConfig(ports, runId)
  const store = config.stores.find((each) => each.id === storeId)
  if (store === undefined) throw new EvidenceConflict(`run ${runId}: expected a store ${storeId} in its configuration`)
  return { config, store }
}

export function readManifestDocument(ports: Pick<Ports, 'evidence'>, runId: string): Promise<ManifestDocument> {
  return readDocument(ports, runKey(runId, 'manifest.json'))
}

type IndexPorts = Pick<Ports, 'evidence' | 'largeEvidence' | 'caseKey'>
type OpenIndex = { index: SubjectIndex; keys: CaseKeys; source: IndexSource }
const opened = new WeakMap<LargeEvidence, { runId: string; index: Promise<OpenIndex> }>()

/**
 * The run's subject index. The last one stays open, since a warm worker reads many batches of one run, unless another large document
 * took its room.
 */
export async function openRunIndex(ports: IndexPorts, runId: string): Promise<OpenIndex> {
  const last = opened.get(ports.largeEvidence)
  if (last?.runId === runId) {
    const index = await last.index
    if (isThere(index)) return index
  }
  const index = loadIndex(ports, runId)
  index.catch(() => opened.delete(ports.largeEvidence))
  opened.set(ports.largeEvidence, { runId, index })
  return index
}

function isThere({ source }: OpenIndex): boolean {
  try {
    source.read(0, 1)
    return true
  } catch (error) {
    if (error instanceof ServiceUnavailable) return false
    throw error
  }
}

/** Refuses an index that looks for less than is said: a name stands once for each salt. @throws IndexInvalid */
export function requireHashedForms({ hashed }: Pick<SubjectIndex, 'hashed'>, names: readonly string[]): void {
  const timesIn = (list: readonly string[], name: string) => list.filter((each) => each === name).length
  for (const name of names) {
    const [wanted, got] = [timesIn(names, name), timesIn(hashed?.forms ?? [], name)]
    if (got < wanted)
      throw new IndexInvalid(
        `subject index: hashed forms: expected ${name}${wanted === 1 ? '' : ` ${wanted} times`}, as it is configured, got an index ` +
          (got === 0 ? 'without it' : `with ${got} of them`),
      )
  }
}

async function loadIndex(ports: IndexPorts, runId: string): Promise<OpenIndex> {
  const keys = caseKeysOf(await ports.caseKey.read())
  const { report, before = [] } = await readManifestDocument(ports, runId)
  const source = await ports.largeEvidence.open(runKey(runId, 'subject-index'))
  const ends = before.map((_, at) => before.slice(0, at + 1).reduce((sum, { bytes }) => sum + bytes, 0))
  const files = [...ends, source.size].map((end, at) => sourceWithin(source, ends[at - 1] ?? 0, end))
  const index = openSubjectIndex(files, keys)
  requireManifest(index, report.sha256)
  return { index, keys, source }
}
