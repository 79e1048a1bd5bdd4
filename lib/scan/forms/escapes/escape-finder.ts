import type { FormFinder, FormTools, Region } from '../form.ts'
import { listOf } from '../spots.ts'
import { createTokenDecoder, tokenStart } from './decode-token.ts'
import { createMatters } from './escape-matters.ts'
import { codeOf, type EscapeSyntax, lengthOf } from './escape-syntax.ts'

/**
 * Finds what escapes of one syntax stand for, where it could be a part of an identifier or of a form inside of it. `isOwn`: looks only at tokens in which one of
 * these is.
 */
export function createEscapeFinder(
  syntax: EscapeSyntax,
  tools: FormTools,
  isOwn?: (bytes: Uint8Array, at: number, to: number) => boolean,
): FormFinder {
  const { side } = tools
  const sign = syntax.sign.charCodeAt(0)
  const matters = createMatters(syntax, tools)
  const { unit: read, otherwise, ambiguous } = syntax
  const decode = createTokenDecoder(syntax, side)
  const isWorth = (unit: number, region: Region, at: number) =>
    unit !== 0 && matters(codeOf(unit), region, at, at + lengthOf(unit))

  /** Whether what is read at `at` in the other way is another unit, and matters. */
  function isWorthOtherwise(unit: number, region: Region, at: number): boolean {
    const other = otherwise?.(region.bytes, at, region.to) ?? unit
    return other !== unit && isWorth(other, region, at)
  }

  return (region, report) => {
    const { bytes, buffer, to } = region
    const known = buffer.subarray(0, to)
    const places = listOf(region, syntax.name)
    /** Of the places, what was looked at. */
    let looked = 0
    const nextFrom = (from: number): number => {
      if (places === undefined) return known.indexOf(sign, from)
      while (looked < places.length && places[looked]! < from) looked++
      return looked < places.length && places[looked]! < to ? places[looked]! : -1
    }
    if (places?.length === 0) return
    side.target(report, syntax.name)
    let nextAmbiguous = -1
    /** Whether a unit that begins in [from, end) may be read in another way; `from` is never less than it was before. */
    const isAmbiguous = (from: number, end: number): boolean => {
      if (otherwise === undefined || ambiguous === undefined) return otherwise !== undefined
      if (nextAmbiguous < from) {
        const next = known.indexOf(ambiguous, from)
        nextAmbiguous = next === -1 ? to : next
      }
      return nextAmbiguous < end
    }
    /** No piece begins before this. */
    let done = 0
    for (let at = nextFrom(0); at !== -1; at = nextFrom(at)) {
      if (isOwn !== undefined && !isOwn(bytes, at, to)) {
        at++
        continue
      }
      const unit = read(bytes, at, to)
      if (!isWorth(unit, region, at)) {
        const hasOther = isAmbiguous(done, at + 1)
        if (!hasOther || !isWorthOtherwise(unit, region, at)) {
          at += unit === 0 || hasOther ? 1 : lengthOf(unit)
          continue
        }
      }
      const start = tokenStart(bytes, at, done)
      done = decode(region, start)
      if (isAmbiguous(start, done)) decode(region, start, otherwise)
      at = done
    }
    side.flush()
  }
}
