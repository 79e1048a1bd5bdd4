import type { FormFinder, FormTools } from '../form.ts'
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
  const { unit: read, otherwise } = syntax
  const decode = createTokenDecoder(syntax, side)

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
    /** No piece begins before this. */
    let done = 0
    for (let at = nextFrom(0); at !== -1; at = nextFrom(at)) {
      if (isOwn !== undefined && !isOwn(bytes, at, to)) {
        at++
        continue
      }
      const unit = read(bytes, at, to)
      const end = at + (unit === 0 ? 1 : lengthOf(unit))
      const other = otherwise?.(bytes, at, to) ?? 0
      if (
        (unit === 0 || !matters(codeOf(unit), region, at, end)) &&
        (other === 0 || !matters(codeOf(other), region, at, at + lengthOf(other)))
      ) {
        at = otherwise ? at + 1 : end
        continue
      }
      const start = tokenStart(bytes, at, done)
      done = decode(region, start)
      if (otherwise) decode(region, start, otherwise)
      at = done
    }
    side.flush()
  }
}
