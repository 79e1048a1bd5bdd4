import type { ListedVersion } from './object-version.ts'

type Place = Pick<ListedVersion, 'key' | 'versionId'>

/** The order of every listing: keys by their UTF-8 bytes, then version ids. */
export function compareVersions(a: Place, b: Place): number {
  return (
    Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) ||
    Buffer.compare(Buffer.from(a.versionId), Buffer.from(b.versionId))
  )
}

/**
 * Compares two listings of one store, both in listing order. `appeared` are versions of the later one that the earlier
 * one lacks, `gone` the reverse. A version that changed is both.
 */
export async function compareListings(
  earlier: AsyncIterable<Place>,
  later: AsyncIterable<Place>,
): Promise<{ appeared: number; gone: number }> {
  const left = earlier[Symbol.asyncIterator]()
  const right = later[Symbol.asyncIterator]()
  let [a, b] = [await left.next(), await right.next()]
  let [appeared, gone] = [0, 0]
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareVersions(a.value, b.value)
    if (order < 0) gone++
    if (order > 0) appeared++
    if (order <= 0) a = await left.next()
    if (order >= 0) b = await right.next()
  }
  return { appeared, gone }
}
