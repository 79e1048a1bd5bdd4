import { charactersOfKey, type DerStructure, derStructure } from './der-structure.ts'
import {
  digitsFrom,
  formatProblemOf,
  mostGlued,
  opaqueProblemOf,
  type Problem,
  sextetsOf,
  wholeWindow,
} from './encoded-window.ts'
import { type GeometryStructure, geometryStructure } from './geometry-structure.ts'
import type { Prefix } from './run-prefixes.ts'

/** Characters of a run that has to stand for text. A line that is looked at has as many as a run of the kernel. */
export const longRun = 2048
/** Of them so many are looked at again with what follows: no format needs more to be told. */
export const overlap = 80
/** A sequence of 128 bytes and more (X.690, 8.9), in base64. */
const derBegins = 'MI'

/** What a run of base64 or hexadecimal digits hides, window by window. */
export function runJudge() {
  /** What stands in front of the run, if that says something about it. */
  let prefix: Prefix | undefined
  let glued = 0
  /** What is wrong with a window of the run, which matters once the run is long. */
  let opaque: Problem | undefined
  /** What the run may be instead, from its first window on. */
  let der: DerStructure | undefined
  let geometry: GeometryStructure | undefined
  /** How many of its characters are a key. */
  let ofKey = 0

  return {
    /** `glued`: how many of its first characters are the end of an escape of something else. */
    begin(before: Prefix | undefined, gluedCharacters: number): void {
      prefix = before
      glued = gluedCharacters
      opaque = der = geometry = undefined
      ofKey = 0
    },
    /** `window`: its last characters, of `total`, with `begins` where something may begin; behind the first window it begins with `overlap` of those before. */
    problemOf(window: Buffer, begins: Int32Array, total: number, isEnd: boolean): Problem | undefined {
      const isFirst = window.length === total
      const isFull = window.length === wholeWindow
      if (isFull) opaque ??= opaqueProblemOf(window)
      const derBegin = isFirst && isFull ? window.indexOf(derBegins) : -1
      if (derBegin !== -1 && derBegin <= mostGlued) der = derStructure()
      if (der?.goesOn()) der.take(sextetsOf(window, isFirst ? derBegin : overlap))
      const digits = isFirst && isFull ? digitsFrom(window) : -1
      if (digits !== -1) geometry = geometryStructure(window.subarray(digits))
      if (geometry?.goesOn()) geometry.take(window.subarray(isFirst ? digits : overlap))
      if (isFirst) ofKey = charactersOfKey(window)
      const isKnown =
        total <= ofKey || [der, geometry].some((one) => one !== undefined && (isEnd ? one.isWhole() : one.goesOn()))
      const told = prefix !== undefined && total >= (prefix.least ?? 0) ? prefix.problem : undefined
      return (
        told ??
        formatProblemOf(window, begins, total - window.length, glued) ??
        (total >= longRun && !isKnown ? opaque : undefined)
      )
    },
  }
}
