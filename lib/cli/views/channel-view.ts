import type { StoreConfig } from '../../config.ts'

const executors: ReadonlySet<string> = new Set(['delete-files', 's3-delete-versions'])

export const deletesItself = ({ channel }: Pick<StoreConfig, 'channel'>): boolean => executors.has(channel.kind)

/** What will be done about findings in a store: nobody should learn of a deletion from its having been done. */
export function describeChannel(store: Pick<StoreConfig, 'channel'>): string {
  const how = deletesItself(store) ? ', which deletes during the run, without asking anybody' : ''
  return `deletion channel: ${store.channel.kind}${how}`
}
