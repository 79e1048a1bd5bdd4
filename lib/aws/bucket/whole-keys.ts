import { StoreUnavailable } from '../../errors.ts'
import type { ListedVersion } from '../../inventory/object-version.ts'
import { type Marker, nullVersion, type Pages, type RawPage, uploadVersion } from './listing-pages.ts'

/**
 * Pages that end behind a whole key, as far as they hold more than one. A page that goes on behind a version within a key is a risk: once that
 * version is deleted, Ceph and others leave out all that the key still has. So the last key of a page is asked for again with the next one. A
 * key that fills pages has to be cut: where it seems to end right at a cut, the version of the cut has to be there still.
 * `pagesOfKey` lists what begins with a key. @throws StoreUnavailable
 */
export function wholeKeys(pages: Pages, pagesOfKey: (key: string) => Pages, what: string): Pages {
  return async (after) => {
    const page = await pages(after)
    if (isWithin(after) && page.versions[0]?.key !== after.key && !(await holds(pagesOfKey(after.key), after)))
      throw new StoreUnavailable(`${what}: expected the version that a page ended with to stay until the next one`)
    return withoutLastKey(page)
  }
}

type Within = Marker & { id: string }

const isWithin = (marker: Marker | undefined): marker is Within => marker?.id !== undefined && marker.listed !== true

function withoutLastKey(page: RawPage): RawPage {
  const last = page.versions.at(-1)?.key
  const before = page.versions.findLast(({ key }) => key !== last)
  if (page.next === undefined || before === undefined) return page
  return { versions: page.versions.filter(({ key }) => key !== last), next: { key: before.key } }
}

async function holds(pages: Pages, { key, id }: Within): Promise<boolean> {
  const isIt = ({ key: listed, versionId }: ListedVersion) =>
    listed === key &&
    (versionId === id || versionId === uploadVersion + id || (id === 'null' && versionId.startsWith(nullVersion)))
  for (let after: Marker | undefined; ; ) {
    const { versions, next } = await pages(after)
    if (versions.some(isIt)) return true
    if (next?.key !== key) return false
    after = next
  }
}
