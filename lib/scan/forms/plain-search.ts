import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { createTokenMatcher, type Watch } from '../matcher.ts'
import type { Token } from '../occurrence.ts'
import type { Region, Report } from './form.ts'
import { createSpots, type Spots } from './spots.ts'

type PlainSearch = (region: Pick<Region, 'bytes' | 'to'>, report: Report) => Spots | undefined

const searches = new WeakMap<SubjectIndex, PlainSearch>()

/** The search that all short texts of an index share in this thread: to make one takes longer than to search a name. */
export function plainSearchOf(index: SubjectIndex): PlainSearch {
  const search = searches.get(index) ?? createPlainSearch(index)
  searches.set(index, search)
  return search
}

const blockBytes = 16 * 1024
const end = Uint8Array.of(0xff)

/** In fewer bytes it is not worth it to ask the kernel where something may be in a form. */
const leastToSift = 1024

/**
 * Searches a region for identifiers as they are; they end where it ends. Returns where in it something may be in a form, if the
 * kernel can tell.
 */
export function createPlainSearch(index: SubjectIndex, tables?: Uint8Array): PlainSearch {
  let tokens: Token[] = []
  let spots: Spots | undefined
  let regionStart = 0
  let regionEnd = 0
  const watch: Watch | undefined = tables && {
    tables,
    see(sifted, origin) {
      if (sifted === undefined) spots = undefined
      else spots?.add(sifted, origin - regionStart, regionEnd)
    },
  }
  const keep = (token: Token) => tokens.push(token)
  const create = (watch?: Watch) => ({
    written: 0,
    matcher: createTokenMatcher(index, keep, { blockBytes, watch }),
  })
  let plain: ReturnType<typeof create> | undefined
  let watched: ReturnType<typeof create> | undefined
  return ({ bytes, to }, report) => {
    const isWatched = watch !== undefined && to >= leastToSift
    if (isWatched) watched ??= create(watch)
    else plain ??= create()
    const content = (isWatched ? watched : plain)!
    spots = isWatched ? createSpots() : undefined
    regionStart = content.written
    regionEnd = to
    content.matcher.write(bytes.subarray(0, to))
    // Decides whatever touches the end: nothing reaches across.
    content.matcher.write(end)
    content.written += to + end.length
    const found = tokens
    tokens = []
    for (const { ordinal, offset, length, form = '' } of found)
      report(ordinal, offset - regionStart, offset - regionStart + length, form)
    return spots
  }
}
