import type { RestoreConfig } from '../config.ts'
import type { ArchivedSum } from '../inventory/archived.ts'
import type { ArchiveClass } from '../inventory/object-version.ts'
import { type CostItem, costItem } from './cost-item.ts'
import { prices } from './prices.ts'

type Order = Pick<RestoreConfig, 'tier' | 'days'>

/** Whether versions of the class can be restored in this tier at all. */
export const isOffered = (name: ArchiveClass, tier: Order['tier']): boolean => prices.restore[name][tier] !== undefined

/** What it costs to restore these versions of a store once. Classes that the tier is not offered for are left out. */
export function restoreItems(storeId: string, archived: readonly ArchivedSum[], { tier, days }: Order): CostItem[] {
  return archived.flatMap(({ class: name, versions, bytes }) => {
    const price = prices.restore[name][tier]
    if (price === undefined) return []
    const gigabytes = Math.ceil(bytes / 1e9)
    const what = `restore of ${storeId} from ${name}, ${tier}`
    return [
      costItem(`${what}: asking`, versions, 'requests', price.request),
      costItem(`${what}: retrieval`, gigabytes, 'GB', price.gigabyte),
      costItem(`${what}: copies for ${days} days`, gigabytes, 'GB', (prices.s3GigabyteMonth * days) / 30),
    ]
  })
}
