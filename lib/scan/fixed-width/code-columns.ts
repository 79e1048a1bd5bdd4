import { digits, handleCharacters as gluing, hexDigits } from '../finders/alphabets.ts'
import { hasUuidHyphens, uuidHyphens, uuidLength } from '../finders/written-uuid.ts'
import { areMost, countOf, createApart, isMostly, isSame, runOn } from './column-signs.ts'

/** Fewer hexadecimal digits may be a word, or a number. */
const leastCode = 16
/** In so many of these columns some lines have a letter and some a digit: of ObjectIds that were made one after the other most have the same in all. */
const leastMixed = 2
/** Lines that have a decimal digit, and a letter, where most have a hexadecimal digit: of random ones ten and six in sixteen have. */
const leastOf = 1 / 8

/** Where codes in hexadecimal digits (an ObjectId, a UUID, a digest) begin and end that something is glued onto, at the same columns of most lines. */
export function codeEdges(lines: readonly Uint8Array[], width: number): number[] {
  const isApart = createApart(lines)
  return [...uuidColumns(lines, width), ...hexColumns(lines, width)].flatMap(([from, ...ends]) =>
    isApart(from!) ? [] : [from!, ...ends].filter((column) => column > 0 && runOn(lines, column)),
  )
}

function* uuidColumns(lines: readonly Uint8Array[], width: number): Generator<number[]> {
  for (let from = 0; from + uuidLength <= width; from++)
    if (areMost(lines, (line) => hasUuidHyphens(line, from))) yield [from, from + uuidLength]
}

/** A column, and where its code ends: one or two ends, since of letters that all lines have nobody knows what they belong to. */
function* hexColumns(lines: readonly Uint8Array[], width: number): Generator<number[]> {
  const kinds = Array.from({ length: width + 1 }, (_, column) => kindOf(lines, column))
  for (let from = 0; from < width; from++) {
    let end = from
    while (kinds[end] !== 'other') end++
    const run = kinds.slice(from, end)
    const own = run.findLastIndex((kind) => kind !== 'same') + 1
    const isCode = run.length >= leastCode && countOf(run, (kind) => kind === 'mixed') >= leastMixed
    if (isCode && areMost(lines, (line) => isHexadecimal(line, from, from + own)))
      yield [from, ...new Set([from + own, end])]
    from = end
  }
}

function isHexadecimal(line: Uint8Array, from: number, to: number): boolean {
  let at = from
  while (at < to && hexDigits[line[at] ?? 0] === 1) at++
  return at === to
}

function kindOf(lines: readonly Uint8Array[], column: number): 'mixed' | 'digits' | 'same' | 'other' {
  if (!isMostly(lines, column, hexDigits)) return 'other'
  const isIn = (table: Uint8Array) => (line: Uint8Array) => table[line[column] ?? 0] === 1
  const decimal = countOf(lines, isIn(digits))
  if (decimal >= leastOf * lines.length)
    return countOf(lines, isIn(hexDigits)) - decimal >= leastOf * lines.length ? 'mixed' : 'digits'
  return isSame(lines, column) ? 'same' : 'other'
}

/** Whether three lines have such codes at the same columns, with something glued onto them. */
export function mayHaveCodes(three: readonly Uint8Array[], width: number): boolean {
  const isIn = (table: Uint8Array, column: number) => three.every((line) => table[line[column] ?? 0] === 1)
  const isGlued = (from: number, to: number) =>
    three.some((line) => gluing[line[from - 1] ?? 0] === 1 || gluing[line[to] ?? 0] === 1)
  for (let start = 0, end = 0; start < width; start = end + 1) {
    end = start
    while (end < width && isIn(hexDigits, end)) end++
    if (end - start >= leastCode && isGlued(start, end)) return true
    const uuid = end - uuidHyphens[0]!
    if (uuid >= 0 && three.every((line) => hasUuidHyphens(line, uuid)) && isGlued(uuid, uuid + uuidLength)) return true
  }
  return false
}
