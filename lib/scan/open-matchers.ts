import { isNames } from '../decode/content-path.ts'
import type { Told } from '../decode/format-place.ts'
import type { OpenSink } from '../decode/sink.ts'
import type { Gap } from '../decode/unverified.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { openFixedWidth } from './fixed-width/fixed-width.ts'
import { createFormMatcher, type FormMatcher } from './forms/form-matcher.ts'
import { multibyte } from './forms/multibyte-form.ts'
import { gapsOf } from './matcher-gaps.ts'
import { createNameMatcher } from './names/name-matcher.ts'
import type { Occurrence } from './occurrence.ts'
import { createPlaceKeeper, type Wanted } from './places/place-keeper.ts'
import { toWhere } from './places/where.ts'
import type { OnOccurrence, PlacedOccurrence, Sought } from './scan-object.ts'

/** One is enough; a hostile object must not fill the memory with them. */
const mostGaps = 10

/** Sinks that look for every identifier, plain and in these forms, of which noise has all by chance: in pixels only for plain ones. `stop` ends those whose content has no end, and counts lines.
 * `gaps`: what their matchers say (`gapsOf`); `moreGaps`: how many others there are. */
export function openMatchers(
  index: SubjectIndex,
  forms: readonly string[],
  sought: Sought,
  onOccurrence: OnOccurrence,
): { open: OpenSink; stop(): { records: number; gaps: Gap[]; moreGaps: number } } {
  /** Contents that are not at their end; there may be many of them in one object, one after the other. */
  const unended = new Map<FormMatcher, readonly string[]>()
  const gaps: Gap[] = []
  let moreGaps = 0
  let records = 0
  const count = (matcher: FormMatcher, path: readonly string[]): void => {
    records += matcher.records()
    const own = gapsOf(matcher, path)
    if (gaps.length < mostGaps) gaps.push(...own)
    else moreGaps += own.length
  }
  /** What was told, which may be known as a whole only when the object has been read. */
  const told: { occurrence: PlacedOccurrence; place: Told }[] = []
  const wanted = (occurrence: PlacedOccurrence): Wanted => ({
    offset: occurrence.offset,
    record: occurrence.record,
    tell: (place) => told.push({ occurrence, place }),
  })
  let contents = 0
  const open: OpenSink = (path, toldBy, isPixels = false) => {
    const own = isPixels ? [] : forms
    const content = contents++
    const report = (occurrence: Occurrence) => {
      if (sought === 'subjects' && index.isControl(occurrence.ordinal)) return
      const placed: PlacedOccurrence = { ...occurrence, path, content }
      if (onOccurrence(placed) !== true) return
      if (typeof toldBy === 'object') told.push({ occurrence: placed, place: toldBy })
      else keeper?.want(wanted(placed))
    }
    const isKept = toldBy !== undefined && typeof toldBy !== 'object'
    const keeper = isKept ? createPlaceKeeper(undefined, toldBy === 'text' ? undefined : toldBy) : undefined
    const fields = toldBy === 'text' ? openFixedWidth(index, own) : undefined
    const create = (onFound: (occurrence: Occurrence) => void) => createFormMatcher(index, own, onFound, { fields })
    const matcher = isNames(path) ? createNameMatcher(index, create, report) : create(report)
    unended.set(matcher, path)
    const close = () => {
      unended.delete(matcher)
      count(matcher, path)
    }
    return {
      readsEightBit: own.includes(multibyte.name),
      skipsZeros: true,
      write(bytes) {
        matcher.write(bytes)
        keeper?.passed(bytes, matcher.undecided())
      },
      // Whoever tells places in lines has to see them.
      ...(keeper === undefined && { writeNumbers: matcher.writeNumbers }),
      end() {
        matcher.end()
        keeper?.end()
        close()
      },
      stop() {
        matcher.stop()
        close()
      },
    }
  }
  return {
    open,
    stop() {
      for (const [matcher, path] of unended) {
        matcher.stop()
        count(matcher, path)
      }
      unended.clear()
      for (const { occurrence, place } of told) showPlace(occurrence, place, index)
      return { records, gaps, moreGaps }
    },
  }
}

/** Gives an occurrence its place, as it may be shown. */
export function showPlace(occurrence: PlacedOccurrence, told: Told, index: SubjectIndex): void {
  const place = typeof told === 'function' ? told() : told
  const where = place && toWhere(place, index)
  if (where !== undefined) occurrence.where = where
}
