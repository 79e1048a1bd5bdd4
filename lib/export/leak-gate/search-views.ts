import { GateBlind } from '../../errors.ts'
import { type Sought, scanObject } from '../../scan/scan-object.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { PreparedViews } from './prepare-views.ts'

/** An identifier that was found: in which part, `record` (line, from 1) and `offset` (bytes, from 0) of it, and in which form. */
export type Hit = { ordinal: number; path: string; part?: string; record: number; offset: number; form?: string }

/** `hits`: the first of them, and of every entry its first, in the order in which they were found; `counts`: how often each was. */
export type Search = { hits: Hit[]; counts: Map<number, number> }

const keptHits = 1000

/**
 * Searches parts of a bundle for the identifiers of an index.
 * @throws GateBlind when they were not read to their end, or are not what was searched for those of another one
 */
export async function searchViews(
  prepared: PreparedViews,
  index: SubjectIndex,
  forms: readonly string[],
  sought: Sought = 'subjects',
): Promise<Search> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* prepared.chunks()
  }
  const placeAt = (offset: number) => prepared.places.findLast((place) => place.offset <= offset) ?? prepared.places[0]
  const hits: Hit[] = []
  const counts = new Map<number, number>()
  const onOccurrence = (found: { ordinal: number; record: number; offset: number; form?: string }) => {
    const before = counts.get(found.ordinal) ?? 0
    counts.set(found.ordinal, before + 1)
    if (before > 0 && hits.length >= keptHits) return
    const place = placeAt(found.offset)!
    hits.push({
      ordinal: found.ordinal,
      ...place.view,
      record: found.record - place.lines,
      offset: found.offset - place.offset,
      ...(found.form !== undefined && { form: found.form }),
    })
  }
  const { gaps, sha256 } = await scanObject(chunks(), index, onOccurrence, { sought, forms })
  const gap = gaps.find(({ reason }) => !mayHide.has(reason))
  if (gap !== undefined) {
    const { path, part } = placeAt(gap.offset)?.view ?? { path: 'bundle' }
    throw new GateBlind(`leak gate: ${placeOf(path, part)}: expected text that can be searched, got ${gap.reason}`)
  }
  if (!prepared.isSame(sha256))
    throw new GateBlind('leak gate: bundle: expected the same bytes for every list of subjects, got others')
  return { hits, counts }
}

/**
 * Text in which the scanner sees long runs that may be compressed or encrypted bytes. In a store that is a reason to doubt; names
 * of objects, ids of versions and digests look like that as well, and a bundle holds nothing else of the kind.
 */
const mayHide = new Set(['unsupported-format', 'encrypted', 'opaque'])

/** A name that may be anybody's is not repeated. */
export function placeOf(path: string, part: string | undefined): string {
  if (part === 'name of the file') return 'name of a file'
  return part === undefined ? path : `${path} (${part})`
}
