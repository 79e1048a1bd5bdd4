import type { ListedVersion } from './object-version.ts'

type Place = Pick<ListedVersion, 'key' | 'versionId'>
type Listed = Place & Pick<ListedVersion, 'kind' | 'etag'>

export const compareKeys = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Whether a key lies in `after < key <= until`, by its UTF-8 bytes. */
export function isInRange(key: string, { after, until }: { after?: string; until?: string }): boolean {
  return (after === undefined || compareKeys(after, key) < 0) && (until === undefined || compareKeys(key, until) <= 0)
}

/** The order of every listing: keys by their UTF-8 bytes, then version ids. */
export function compareVersions(a: Place, b: Place): number {
  return compareKeys(a.key, b.key) || compareKeys(a.versionId, b.versionId)
}

/**
 * Compares two listings of one store, both in listing order. `appeared` are versions of the later one that the earlier
 * one lacks, `gone` the reverse. A version that changed is both, also where only its `etag` shows it. A directory that has lost its last file is no news: its
 * name was a part of that file's key.
 */
export async function compareListings(
  earlier: AsyncIterable<Listed>,
  later: AsyncIterable<Listed>,
): Promise<{ appeared: number; gone: number }> {
  const left = earlier[Symbol.asyncIterator]()
  const right = later[Symbol.asyncIterator]()
  let [a, b] = [await left.next(), await right.next()]
  let [appeared, gone] = [0, 0]
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareVersions(a.value, b.value)
    if (order < 0) gone++
    if (order === 0 && a.value.etag !== b.value.etag) {
      gone++
      appeared++
    }
    if (order > 0 && !(b.value.kind === 'empty-directory' && isBelow(a.value, b.value))) appeared++
    if (order <= 0) a = await left.next()
    if (order >= 0) b = await right.next()
  }
  return { appeared, gone }
}

/** In listing order, what a directory holds follows right after its own key. */
const isBelow = (next: Place | undefined, directory: Place) => next?.key.startsWith(directory.key) === true
