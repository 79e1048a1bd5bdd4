import { GateBlind } from '../../errors.ts'
import { type Sought, scanObject } from '../../scan/scan-object.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { View } from './views.ts'

/** An identifier that was found: in which part, `record` (line, from 1) and `offset` (bytes, from 0) of it, and in which form. */
export type Hit = { ordinal: number; path: string; part?: string; record: number; offset: number; form?: string }

/** `hits`: the first of them, and of every entry its first, in the order in which they were found; `counts`: how often each was. */
export type Search = { hits: Hit[]; counts: Map<number, number> }

const keptHits = 1000
const chunkBytes = 256 * 1024
/** What is searched begins like text, whatever it is. */
const head = Buffer.from('text\n')
const lineFeed = Buffer.from('\n')

/**
 * Searches parts of a bundle for the identifiers of an index, as one content in which each begins on a line of its own: a
 * search for each of the many small ones would take longer than searching them.
 * @throws GateBlind when it was not read to its end
 */
export async function searchViews(
  views: Iterable<View>,
  index: SubjectIndex,
  forms: readonly string[],
  sought: Sought = 'subjects',
): Promise<Search> {
  /** Where each part begins: in bytes, and in lines. */
  const begun: { view: Omit<View, 'bytes'>; offset: number; lines: number }[] = []
  let offset = head.length
  let lines = 1
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let waiting: Uint8Array[] = [head]
    let size = 0
    for (const { bytes, ...view } of views) {
      begun.push({ view, offset, lines })
      offset += bytes.length + 1
      lines += countLines(bytes) + 1
      waiting.push(bytes, lineFeed)
      size += bytes.length
      if (size < chunkBytes) continue
      yield Buffer.concat(waiting)
      waiting = []
      size = 0
    }
    yield Buffer.concat(waiting)
  }
  const hits: Hit[] = []
  const counts = new Map<number, number>()
  const onOccurrence = (found: { ordinal: number; record: number; offset: number; form?: string }) => {
    const before = counts.get(found.ordinal) ?? 0
    counts.set(found.ordinal, before + 1)
    if (before > 0 && hits.length >= keptHits) return
    const place = begun.findLast((each) => each.offset <= found.offset) ?? begun[0]!
    hits.push({
      ordinal: found.ordinal,
      ...place.view,
      record: found.record - place.lines,
      offset: found.offset - place.offset,
      ...(found.form !== undefined && { form: found.form }),
    })
  }
  const { gaps } = await scanObject(chunks(), index, onOccurrence, sought, undefined, forms)
  const gap = gaps.find(({ reason }) => !mayHide.has(reason))
  if (gap !== undefined) {
    const { path, part } = begun.findLast((each) => each.offset <= gap.offset)?.view ?? { path: 'bundle' }
    throw new GateBlind(`leak gate: ${placeOf(path, part)}: expected text that can be searched, got ${gap.reason}`)
  }
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

function countLines(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++
  return lines
}
