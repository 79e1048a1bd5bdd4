import type { WholeNumbers } from '../../decode/whole-numbers.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { NumberPlace } from '../finders/number-lookup.ts'
import type { FixedWidth } from '../fixed-width/fixed-width.ts'
import { createTokenMatcher, type Matcher } from '../matcher.ts'
import { type Occurrence, withoutLength } from '../occurrence.ts'
import { contextOf, type Report } from './form.ts'
import { formSearchOf } from './form-search.ts'
import { lossyNumber } from './numbers/lossy-number.ts'
import { searchNumbers } from './numbers/search-numbers.ts'
import { plainAlone } from './plain-alone.ts'
import { createPlainFound, type Found, inOrder, keepIfSimplest } from './simplest-found.ts'
import { createSpots } from './spots.ts'

/**
 * `undecided`: nothing is reported later that begins before it. `finish` ends a part of a content with what is behind it, at least `context` bytes if there are so many: they may belong
 * to an identifier that begins in the part, or spoil one. `stop` ends a content that was cut off: what touches the cut is
 * not reported. `lossy`: where the first number begins of which digits are gone and that may have been one of the index's. `glued`: see `FixedWidth`.
 */
export type FormMatcher = Matcher & {
  finish(after: Uint8Array): void
  stop(): void
  lossy(): number | undefined
  glued(): number | undefined
  undecided(): number
}

const defaultWindow = 128 * 1024

/**
 * `before`: what is before a part of a content. `fields`: looks at the same bytes, and was given those before. `windowBytes` are searched in one go, which changes nothing that is found. Neither does
 * it whether the kernel leaves out what is in no form, or everything is looked at in plain TypeScript.
 */
type Options = {
  before?: Uint8Array
  fields?: FixedWidth | undefined
  windowBytes?: number
  looking?: 'kernel' | 'plain'
}

/** How many bytes before and behind a part of a content decide what is found in it. */
export function contextFor(index: SubjectIndex, names: readonly string[]): number {
  return names.length === 0 ? 0 : contextOf(index)
}

/**
 * Finds the identifiers of an index in one content, plain and in forms. What stands there plainly is reported as such and
 * not once more; the others follow when enough of what is behind them is known.
 */
export function createFormMatcher(
  index: SubjectIndex,
  names: readonly string[],
  onOccurrence: (occurrence: Occurrence) => void,
  { before = none, fields, windowBytes = defaultWindow, looking = 'kernel' }: Options = {},
): FormMatcher {
  if (names.length === 0 || index.shapes.length === 0) return plainAlone(index, onOccurrence)
  const { context, tables, doubt, search } = formSearchOf(index, names)
  /** What was found plainly and is not behind yet, by place. */
  const plain = createPlainFound()
  /** Where in the window something may be in a form. */
  const spots = createSpots()
  const matcher = createTokenMatcher(
    index,
    (token) => {
      plain.add(token.offset, token.ordinal)
      onOccurrence(withoutLength(token))
    },
    {
      looking,
      watch: {
        tables,
        see: (sifted, at) => spots.add(sifted ?? anywhere, at - origin, most),
        ...(doubt && { doubt }),
        seeNumbers: (_, places) => {
          doubtful = places
        },
      },
    },
  )

  const most = windowBytes + 2 * context
  let bytes: Uint8Array<ArrayBuffer> = none
  let buffer = none
  /** Bytes in the window, and where in the content begins what is searched next. */
  let filled = 0
  let searched = 0
  /** Where the window begins in the content; negative: in what is before the part. */
  let origin = -before.length
  /** The part's bytes so far. */
  let written = 0
  let lastByte = 0
  let lossy: number | undefined
  /** Of the numbers that were written last. */
  let doubtful: readonly NumberPlace[] = []

  function append(chunk: Uint8Array): void {
    if (filled + chunk.length > bytes.length) {
      const grown = new Uint8Array(Math.min(most, 2 * (filled + chunk.length)))
      grown.set(bytes.subarray(0, filled))
      bytes = grown
      buffer = Buffer.from(bytes.buffer)
    }
    bytes.set(chunk, filled)
    filled += chunk.length
  }

  /** Reports what was found in the window, in order, with the lines that they are in. */
  function report(found: Occurrence[]): void {
    let lines = matcher.records() - (lastByte === lineFeed ? 0 : 1)
    let counted = Math.min(filled, written - origin)
    for (const occurrence of found.toReversed()) {
      const start = occurrence.offset - origin
      const behind = buffer.subarray(start, counted)
      for (let at = behind.indexOf(lineFeed); at !== -1; at = behind.indexOf(lineFeed, at + 1)) lines--
      counted = start
      occurrence.record = lines + 1
    }
    for (const occurrence of found) onOccurrence(occurrence)
  }

  /** Searches for what begins before `to` in the window, and was not reported; then drops what is not needed. */
  function searchUntil(to: number, endsBefore = filled + 1): void {
    const found: Found = new Map()
    const region = { bytes, buffer, to: filled, spots }
    const keep: Report = (ordinal, start, end, form) => {
      const offset = origin + start
      if (offset < searched || start >= to || offset >= written || end >= endsBefore) return
      if (ordinal === lossyNumber) {
        lossy = Math.min(lossy ?? offset, offset)
        return
      }
      keepIfSimplest(found, { ordinal, record: 0, offset, form }, plain)
    }
    if (!spots.isEmpty()) search(region, keep)
    if (found.size > 0) report(inOrder(found))
    searched = origin + to
    drop(Math.max(0, to - context))
  }

  function drop(count: number): void {
    bytes.copyWithin(0, count, filled)
    spots.drop(count)
    filled -= count
    origin += count
    plain.drop(origin)
  }

  /** Of bytes that are in no form, and neither is what is before them, only the last are kept. */
  function pass(chunk: Uint8Array): void {
    const kept = Math.min(context, chunk.length)
    const dropped = Math.max(0, filled + kept - context)
    if (dropped > 0) drop(Math.min(filled, dropped))
    origin += chunk.length - kept
    append(chunk.subarray(chunk.length - kept))
  }

  /** Takes bytes into the window, as many at a time as it holds. `isOwn`: of the part, and not of what is around it. */
  function take(chunk: Uint8Array, isOwn: boolean): void {
    for (let taken = 0; taken < chunk.length; ) {
      const piece = chunk.subarray(taken, taken + most - filled)
      taken += piece.length
      if (isOwn) {
        matcher.write(piece)
        written += piece.length
        lastByte = piece.at(-1)!
      } else spots.add(anywhere, 0, most)
      if (spots.isEmpty()) {
        pass(piece)
        continue
      }
      append(piece)
      if (filled === most) searchUntil(filled - context)
    }
  }

  /** Reports what is written in a form in the lines of numbers that came last, before `lineBytes` of them count as written. */
  function searchDoubtful(numbers: WholeNumbers): void {
    const found: Found = new Map()
    const before = matcher.records() - numbers.count
    searchNumbers(search, numbers, doubtful, (ordinal, line, start, form) => {
      if (ordinal === lossyNumber) lossy = Math.min(lossy ?? Infinity, written + start)
      else keepIfSimplest(found, { ordinal, record: before + line + 1, offset: written + start, form }, plain)
    })
    for (const occurrence of inOrder(found)) onOccurrence(occurrence)
  }

  function finish(after: Uint8Array): void {
    fields?.finish(after)
    matcher.end()
    take(after.subarray(0, context), false)
    searchUntil(filled)
  }

  take(before, false)
  return {
    write(chunk) {
      // Behind numbers stands the end of the last one's line.
      if (filled === 0 && written > 0 && chunk.length > 0) {
        append(Uint8Array.of(lineFeed))
        origin -= 1
      }
      fields?.write(chunk)
      take(chunk, true)
    },
    writeNumbers(numbers) {
      if (doubt === undefined || filled > 0) return undefined
      const lineBytes = matcher.writeNumbers(numbers)
      if (lineBytes === undefined) return undefined
      if (doubtful.length > 0) searchDoubtful(numbers)
      plain.drop(Infinity)
      written += lineBytes
      origin = searched = written
      lastByte = lineFeed
      return lineBytes
    },
    end: () => finish(none),
    finish,
    stop() {
      fields?.finish(none)
      searchUntil(filled, filled)
    },
    lossy: () => lossy,
    glued: () => fields?.glued(),
    undecided: () => Math.max(0, origin, searched),
    records: matcher.records,
  }
}

const none = Buffer.alloc(0)
const lineFeed = 0x0a
const anywhere = () => undefined
