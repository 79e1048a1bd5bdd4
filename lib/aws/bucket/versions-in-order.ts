import { compareKeys, compareVersions } from '../../inventory/listing-order.ts'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { Conflict, Marker, Pages } from './listing-pages.ts'

type Place = Pick<ListedVersion, 'key' | 'versionId'>

/** A listing in the order of (key, version id), looked at one version at a time. */
export type OrderedListing = {
  /** The next version, absent at the end. It stays until it is taken. */
  peek(): Promise<ListedVersion | undefined>
  take(): void
  /** Every version up to this key was taken: a listing can go on behind it. */
  behind(): string | undefined
}

/** More versions of one key than this are not held at once. */
const heldVersions = 10_000

/**
 * S3 lists the versions of one key by age; here they come by id. A key's versions are collected and sorted; of a key with
 * more than `most` of them the smallest ids are kept, and the key is listed again for the ones that follow: such a key
 * costs requests, never memory. Begins `behind` a key and leaves out what is not after the place `after`.
 * @throws EvidenceConflict when a version or a page comes twice
 */
export function versionsInOrder(
  pages: Pages,
  start: { behind: string | undefined; after: Place | undefined },
  conflict: Conflict,
  most = heldVersions,
): OrderedListing {
  const parts = sortedParts(pages, start, conflict, most)
  let part: Part | undefined
  let at = 0
  let ended = false
  return {
    async peek() {
      while (!ended && (part === undefined || at >= part.versions.length)) {
        const next = await parts.next()
        if (next.done) ended = true
        else [part, at] = [next.value, 0]
      }
      return ended ? undefined : part?.versions[at]
    },
    take() {
      at++
    },
    behind: () => (part === undefined ? start.behind : part.behind),
  }
}

type Part = { versions: ListedVersion[]; behind: string | undefined }

async function* sortedParts(
  pages: Pages,
  start: { behind: string | undefined; after: Place | undefined },
  conflict: Conflict,
  most: number,
): AsyncGenerator<Part> {
  let { behind } = start
  let window: Window | undefined
  for await (const page of eachPage(pages, behind, conflict)) {
    for (const version of page) {
      if (start.after && compareKeys(version.key, start.after.key) < 0) continue
      if (window !== undefined && version.key !== window.key) {
        yield* drained(window, behind, pages, conflict, most)
        behind = window.key
        window = undefined
      }
      window ??= openWindow(version.key, start.after, conflict, most)
      window.add(version)
    }
  }
  if (window !== undefined) yield* drained(window, behind, pages, conflict, most)
}

async function* drained(
  window: Window,
  behind: string | undefined,
  pages: Pages,
  conflict: Conflict,
  most: number,
): AsyncGenerator<Part> {
  let { versions, more } = window.close()
  yield { versions, behind }
  while (more) {
    const next = openWindow(window.key, versions.at(-1), conflict, most)
    await readKey(next, pages, behind, conflict)
    ;({ versions, more } = next.close())
    yield { versions, behind }
  }
}

async function readKey(window: Window, pages: Pages, behind: string | undefined, conflict: Conflict): Promise<void> {
  for await (const page of eachPage(pages, behind, conflict))
    for (const version of page) {
      const order = compareKeys(version.key, window.key)
      if (order > 0) return
      if (order === 0) window.add(version)
    }
}

/** Page after page. Keys only go forward, so pages can only go in circles within one key. */
async function* eachPage(
  pages: Pages,
  behind: string | undefined,
  conflict: Conflict,
): AsyncGenerator<ListedVersion[]> {
  const ids = new Set<string>()
  let after: Marker | undefined = behind === undefined ? undefined : { key: behind }
  for (;;) {
    const { versions, next } = await pages(after)
    yield versions
    if (next === undefined) return
    if (next.key !== after?.key) ids.clear()
    if (next.id !== undefined && ids.has(next.id)) throw conflict('every page once')
    if (next.id !== undefined) ids.add(next.id)
    after = next
  }
}

/** Versions of one key on their way to be sorted: the smallest ids behind a place, and whether there are others. */
type Window = {
  key: string
  add(version: ListedVersion): void
  close(): { versions: ListedVersion[]; more: boolean }
}

function openWindow(key: string, after: Place | undefined, conflict: Conflict, most: number): Window {
  const held: ListedVersion[] = []
  let bound: ListedVersion | undefined
  let more = false
  const shrink = () => {
    held.sort(compareVersions)
    for (let at = 1; at < held.length; at++)
      if (held[at - 1]!.versionId === held[at]!.versionId) throw conflict('every version once')
    if (held.length <= most) return
    held.length = most
    bound = held.at(-1)
    more = true
  }
  return {
    key,
    add(version) {
      if (after !== undefined && compareVersions(version, after) <= 0) return
      if (bound !== undefined && compareVersions(version, bound) > 0) return
      held.push(version)
      if (held.length >= 2 * most) shrink()
    },
    close() {
      shrink()
      return { versions: held, more }
    },
  }
}
