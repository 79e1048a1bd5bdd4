import type { StoreConfig } from '../../config.ts'

const executors: ReadonlySet<string> = new Set(['delete-files', 's3-delete-versions'])

export const deletesItself = ({ channel }: Pick<StoreConfig, 'channel'>): boolean => executors.has(channel.kind)

/** What will be done about findings in a store: nobody should learn of a deletion from its having been done. */
export function describeChannel(store: Pick<StoreConfig, 'channel'>): string {
  const rewrites = 'rewrite' in store.channel && store.channel.rewrite === true
  const what = rewrites ? 'deletes, and rewrites what has records of others as well,' : 'deletes'
  const how = deletesItself(store) ? `, which ${what} during the run, without asking anybody` : ''
  return `deletion channel: ${store.channel.kind}${how}`
}
