import { isBucket } from '../../config.ts'
import type { CostItem } from '../../cost/cost-item.ts'
import type { CostDocument } from '../../pipeline/estimate-cost.ts'
import { readDocument, readIfThere, readRunConfig } from '../../pipeline/evidence/documents.ts'
import { runKey } from '../../pipeline/evidence/evidence-keys.ts'
import type { Evidence } from '../../ports.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { bold, dim, formatBytes, formatCount, plural, type Terminal } from '../terminal.ts'
import { foreseeRestore } from './restore-view.ts'

/** What a run cost, where it cost something: on one machine there is nothing to show. */
export async function showCost(ports: { evidence: Evidence }, runId: string, terminal: Terminal): Promise<void> {
  const cost = await readIfThere<CostDocument>(ports, runKey(runId, 'cost.json'))
  if (cost === undefined) return
  terminal.print(`cost:    ${describeTotal(cost)}`)
  emit(cost, terminal)
}

/** What a dry run of a deployment found: the stores as they were listed, and what a run over them would cost. */
export async function showEstimate(
  ports: { evidence: Evidence },
  runId: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const cost = await readDocument<CostDocument>(ports, runKey(runId, 'cost.json'))
  const { stores } = await readRunConfig(ports, runId)
  for (const { storeId, versions, bytes, archived = [] } of cost.passes) {
    const store = stores.find(({ id }) => id === storeId)
    const where = store && isBucket(store) && store.s3.region !== undefined ? ` in ${store.s3.region}` : ''
    const channel = store?.channel.kind
    terminal.print(
      `${bold(storeId)}${where}: ${plural(versions, 'object version')}, ${formatBytes(bytes)}; deletion channel: ${channel}`,
    )
    const restore = foreseeRestore(storeId, archived, store?.s3?.restore)
    for (const line of restore.lines) terminal.print(line)
    terminal.emit({ kind: 'store', store: storeId, versions, bytes, channel, ...restore.emitted })
  }
  for (const item of cost.items) terminal.print(`  ${describeItem(item)}`)
  terminal.print(`${bold('one pass')} over every store: ${describeTotal(cost)}`)
  emit(cost, terminal)
  const sum = (what: 'versions' | 'bytes') => cost.passes.reduce((total, pass) => total + pass[what], 0)
  const [versions, bytes] = [sum('versions'), sum('bytes')]
  terminal.print(
    `dry run: would read ${plural(versions, 'object version')}, ${formatBytes(bytes)}; nothing was scanned, asked or attested`,
  )
  terminal.emit({ kind: 'summary', dryRun: true, run: runId, versions, bytes })
  for (const id of cost.unlisted)
    terminal.warn(`store ${id}: expected it to be listed, and it could not be: the estimate lacks it`)
  return cost.unlisted.length === 0 ? exitCode.good : exitCode.fault
}

function describeTotal({ usd, requests, lambdaSeconds, asOf, estimated }: CostDocument): string {
  return (
    `${estimated ? 'about ' : ''}${formatUsd(usd)} at list prices of ${asOf}: ` +
    `${formatCount(requests)} requests, ${formatCount(lambdaSeconds)} Lambda seconds`
  )
}

const describeItem = ({ item, quantity, unit, usd }: CostItem) =>
  `${formatUsd(usd).padStart(14)}  ${item} ${dim(`(${formatCount(quantity)} ${unit})`)}`

const formatUsd = (usd: number) => `USD ${usd.toFixed(usd < 1 ? 4 : 2)}`

function emit(
  { estimated, usd, requests, lambdaSeconds, asOf, items, unlisted }: CostDocument,
  terminal: Terminal,
): void {
  terminal.emit({ kind: 'cost', estimated, usd, requests, lambdaSeconds, asOf, items, unlisted })
}
