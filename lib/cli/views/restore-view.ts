import type { RestoreConfig } from '../../config.ts'
import { sumOf } from '../../cost/cost-item.ts'
import { isOffered, restoreItems } from '../../cost/restore-price.ts'
import { type ArchivedSum, total } from '../../inventory/archived.ts'
import type { RestoreDocument, RestoredDocument } from '../../pipeline/restore-archived.ts'
import { formatBytes, plural } from '../terminal.ts'

/** A dry run's word on what is archived: how much, and what it would cost to restore it. */
export function foreseeRestore(storeId: string, archived: readonly ArchivedSum[], restore: RestoreConfig | undefined) {
  const [versions, bytes] = [total(archived, 'versions'), total(archived, 'bytes')]
  if (versions === 0) return { lines: [], emitted: {} }
  const what = `archived: ${plural(versions, 'object version')}, ${formatBytes(bytes)}`
  const emitted = { archived: { versions, bytes } }
  if (restore === undefined)
    return { lines: [`    ${what}; without "restore" they end as unverified: archived`], emitted }
  const usd = sumOf(restoreItems(storeId, archived, restore))
  const lines = [`    ${what}; ${priceOf(restore, usd)}${usd > restore.maxUsd ? ': not begun' : ''}`]
  const notOffered = archived.filter(({ class: name }) => !isOffered(name, restore.tier))
  if (notOffered.length > 0) lines.push(notOfferedLine(total(notOffered, 'versions'), restore.tier))
  return { lines, emitted: { archived: { versions, bytes, usd, maxUsd: restore.maxUsd } } }
}

/** What was decided, before anything is asked for. */
export function describeRestore(document: RestoreDocument): string[] {
  const { decision, archived, notOffered, usd, usdBefore, tier, deadline } = document
  const what = `${plural(total(archived, 'versions'), 'archived object version')}, ${formatBytes(total(archived, 'bytes'))}`
  const before = usdBefore > 0 ? `, after ${usdBefore} USD in earlier passes` : ''
  const outcome = decision === 'declined' ? `: not begun, they end as unverified` : `: asked for, until ${deadline}`
  return [
    `${what}; ${priceOf(document, usd)}${before}${outcome}`,
    ...(notOffered > 0 ? [notOfferedLine(notOffered, tier)] : []),
  ]
}

export function describeRestored({ versions, restored, refusals }: RestoredDocument): string[] {
  const refused = Object.entries(refusals).map(([reason, count]) => `    not restored: ${count}: ${reason}`)
  return [`${restored} of ${plural(versions, 'archived object version')} restored`, ...refused]
}

function priceOf({ tier, days, maxUsd }: Pick<RestoreConfig, 'tier' | 'days' | 'maxUsd'>, usd: number) {
  return `a restore (${tier}, for ${plural(days, 'day')}) costs about ${usd} USD, of at most ${maxUsd}`
}

const notOfferedLine = (versions: number, tier: string) =>
  `    ${plural(versions, 'of them is', 'of them are')} of a class that has no ${tier} tier`
