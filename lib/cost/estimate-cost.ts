import type { RestoreConfig } from '../config.ts'
import type { ArchivedSum } from '../inventory/archived.ts'
import { wholeProcessor } from '../inventory/call-capacity.ts'
import { type CostItem, costItem as item, sumOf } from './cost-item.ts'
import { prices, transferPrice } from './prices.ts'
import { restoreItems } from './restore-price.ts'

/**
 * What a deployment does in one pass over one store. `scanSeconds`: measured, or absent before the scan. `region` is the
 * store's; a store behind an endpoint has none. `archived` has to be restored before it can be read, by class; `restore` says
 * how, where it is to be paid for.
 */
export type Workload = {
  storeId: string
  pass: number
  region?: string
  /** The tags of every version are asked for. */
  allTags?: boolean
  versions: number
  bytes: number
  batches: number
  scanSeconds?: number
  archived?: ArchivedSum[]
  restore?: Pick<RestoreConfig, 'tier' | 'days'>
}

export type Cost = {
  asOf: string
  currency: 'USD'
  items: CostItem[]
  lambdaSeconds: number
  requests: number
  usd: number
}

/** Memory of the functions that list and settle, in GB: infra/functions.yml. */
const usualMemory = wholeProcessor / 1024

/**
 * How long things take, where they were not measured. A Lambda's network gives about 75 MB/s for long, which is less than
 * any scan takes of what is not compressed, in a function of one whole processor; with less it is taken to scan as much less, though raw text may not; the first byte of an object comes after 30 ms, a page of a listing after 150; a batch opens the index first.
 */
const pace = {
  bytesPerSecond: 60e6,
  secondsPerVersion: 0.03,
  secondsPerPage: 0.15,
  secondsPerBatch: 1,
  settledPerSecond: 50_000,
}

/** S3 lists a thousand versions a request; both listings of a pass do. Evidence keeps two thousand a document. */
const [listedAtOnce, keptAtOnce] = [1000, 2000]

/** States entered for a store and pass beside its batches, and for each of these; statements signed for both. */
const transitions = { pass: 60, batch: 6 }
const statements = 3

/** What an inventory and a report take in the evidence, per object version, in bytes. */
const evidencePerVersion = 750

/** `region`: where the functions run; `scanMemory`: of the one that scans, in MB. */
export function estimateCost(work: readonly Workload[], region: string, scanMemory = wholeProcessor): Cost {
  const sum = (of: (each: Workload) => number) => work.reduce((total, each) => total + of(each), 0)
  const pages = sum(({ versions }) => 2 * Math.max(1, Math.ceil(versions / listedAtOnce)))
  const parts = sum(({ versions, batches }) => 2 * Math.max(1, Math.ceil(versions / keptAtOnce)) + batches + 20)
  const scanSeconds = sum((each) => scanSecondsOf(each, scanMemory))
  const otherSeconds = pages * pace.secondsPerPage + sum(({ versions }) => versions / pace.settledPerSecond)
  const gigabyteSeconds = (scanSeconds * scanMemory) / 1024 + otherSeconds * usualMemory
  const calls = sum(({ batches }) => batches + 20)
  const tags = sum(({ allTags, versions }) => (allTags ? versions : 0))
  const evidence = sum(({ versions }) => versions) * evidencePerVersion
  const items: CostItem[] = [
    item(
      'object versions read',
      sum(({ versions }) => versions),
      'GET requests',
      prices.s3Get,
    ),
    ...(tags > 0 ? [item('tags of every version', tags, 'GET requests', prices.s3Get)] : []),
    item('listings', pages, 'LIST requests', prices.s3List),
    ...work.flatMap(({ storeId, archived = [], restore }) =>
      restore === undefined ? [] : restoreItems(storeId, archived, restore),
    ),
    ...work.filter((each) => transferPrice(each.region, region) > 0).map((each) => transferOf(each, region)),
    item('functions', Math.ceil(gigabyteSeconds), 'GB-seconds', prices.lambdaGigabyteSecond),
    item('calls of functions', calls, 'requests', prices.lambdaRequest),
    item(
      'state machines',
      sum(({ batches }) => transitions.pass + batches * transitions.batch),
      'transitions',
      prices.transition,
    ),
    item('evidence written', parts, 'PUT requests', prices.s3Put),
    item('evidence kept for a year', Math.ceil(evidence / 1e6) / 1000, 'GB', prices.s3GigabyteMonth * 12),
    item('statements', work.length * statements, 'signed and logged', prices.kmsSignature + 5 * prices.dynamoWrite),
  ]
  return {
    asOf: prices.asOf,
    currency: 'USD',
    items,
    lambdaSeconds: Math.ceil(scanSeconds + otherSeconds),
    requests: sum(({ versions }) => versions) + tags + pages,
    usd: sumOf(items),
  }
}

function scanSecondsOf({ scanSeconds, bytes, versions, batches }: Workload, memory: number): number {
  const bytesPerSecond = pace.bytesPerSecond * Math.min(1, memory / wholeProcessor)
  return scanSeconds ?? bytes / bytesPerSecond + versions * pace.secondsPerVersion + batches * pace.secondsPerBatch
}

function transferOf({ storeId, bytes, region }: Workload, to: string): CostItem {
  return item(`transfer of ${storeId} from ${region}`, Math.ceil(bytes / 1e9), 'GB', transferPrice(region, to))
}
