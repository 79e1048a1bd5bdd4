import { block, byteAt, isIn, Table } from './memory'
import { endBeforeWritten, longestEscape, maxLength, mostUnderscores, underscore } from './runs'
import { addText, isAllowed } from './tokens'

/** Names with points in a run: without what is trimmed, also behind each place where an escape could end. */
export function addDotted(start: i32, runEnd: i32): void {
  const first = trimmedStart(start, runEnd)
  addEnds(first, start, runEnd)
  if (first == 0 || !isIn(Table.mayGlue, byteAt(first - 1))) return
  const last = min(first + longestEscape, runEnd)
  for (let from = first + 1; from <= last; from++) addEnds(trimmedStart(from, runEnd), start, runEnd)
}

/** As in `lib/scan/finders/dotted-finder.ts`: of these as many may belong to an identifier at either end. */
const mostHyphens: i32 = 3
const hyphen: u8 = 0x2d

/** Names from `behind` on, what is trimmed, and hyphens before it. */
function addEnds(behind: i32, start: i32, runEnd: i32): void {
  const least = max(start, behind - mostHyphens)
  for (let first = behind; ; first--) {
    const end = addTrimmed(first, runEnd, start, runEnd)
    if (end - first <= maxLength + mostBehind)
      for (let to = endBeforeWritten(first, end); to > 0; to = endBeforeWritten(first, to))
        addTrimmed(first, to, start, runEnd)
    if (first == least || byteAt(first - 1) != hyphen) return
  }
}

/** Names that end at `to`, without what is trimmed and with hyphens; returns where the first of them ends. */
function addTrimmed(first: i32, to: i32, start: i32, runEnd: i32): i32 {
  let end = to
  while (end > first && isIn(Table.trimmed, byteAt(end - 1))) end--
  const most = min(to, end + mostHyphens)
  addNames(first, end, start, runEnd)
  for (let last = end; last < most && byteAt(last) == hyphen; ) addNames(first, ++last, start, runEnd)
  return end
}

export const dot: u8 = 0x2e
/** Letters of the ending of a file's name, at most, and where the point before it is in the last 16 bytes. */
const longestSuffix: i32 = 7
/** As in `lib/scan/finders/domain-ends.ts`. */
const mostBehind: i32 = 64
export const suffixPlaces: i32 = 0x7f00

/** A name, and what is inside of as many `_` at both ends. */
function addNames(first: i32, last: i32, start: i32, runEnd: i32): void {
  addBeforeSuffixes(first, last, start, runEnd)
  for (let count = 1; count <= mostUnderscores && first + 2 * count < last; count++) {
    if (byteAt(first + count - 1) != underscore || byteAt(last - count) != underscore) return
    addBeforeSuffixes(first + count, last - count, start, runEnd)
  }
}

/** A name, and what it is without short endings behind points: which endings count is decided later. */
function addBeforeSuffixes(first: i32, last: i32, start: i32, runEnd: i32): void {
  if (isAllowed(last - first)) addText(first, last, start, runEnd)
  if (last - first > maxLength + mostBehind) return
  let end = last
  for (let at = last - 1; at > first && end - at <= longestSuffix + 1; at--)
    if (byteAt(at) == dot) {
      if (isAllowed(at - first)) addText(first, at, start, runEnd)
      end = at
    }
}

function trimmedStart(from: i32, to: i32): i32 {
  let start = from
  while (start < to && isIn(Table.trimmed, byteAt(start))) start++
  return start
}
