import type { StoreConfig } from '../config.ts'

/**
 * The buckets that rules of a bucket copy its objects to, by name and in order, whether a rule is in force or not: what it has copied stays there. `unknown`: it was
 * not told, and why.
 */
export type Copies = { to: string[] } | { unknown: string }

/**
 * Of those buckets, the ones of which there is no store that would have the copies: they have the keys of what they were made of. One with the bucket's own name is at another place of
 * a provider with several (Ceph).
 */
export function copiesElsewhere(copies: Copies, of: StoreConfig, stores: readonly StoreConfig[]): string[] {
  if ('unknown' in copies) return []
  const seen = stores.filter(({ s3 }) => s3 && (of.s3?.prefix ?? '').startsWith(s3.prefix ?? ''))
  return copies.to.filter(
    (bucket) =>
      bucket === of.s3?.bucket || !seen.some(({ s3 }) => s3?.bucket === bucket && s3.endpoint === of.s3?.endpoint),
  )
}
