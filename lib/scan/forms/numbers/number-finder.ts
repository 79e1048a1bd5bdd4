import { digits, hexDigits } from '../../finders/alphabets.ts'
import { createRuns, type Runs } from '../../finders/collect-runs.ts'
import { endsEscape, longestEscape, mayGlueDigits } from '../../finders/escapes.ts'
import type { Form, FormFinder, FormTools, Region, Report } from '../form.ts'
import { collectRunsIn } from '../long-runs.ts'
import type { SpotList } from '../spots.ts'

/** How numbers are written that have these digits: each looks at one group of digits [start, end) of a region. */
export type Look = (region: Region, start: number, end: number, report: Report) => void

/** The lengths of the index's decimal numbers, or undefined. */
export function lengthsOf({ index }: FormTools): readonly number[] | undefined {
  return index.shapes.find(({ shape }) => shape === 'decimal')?.lengths
}

/**
 * Calls `look` for every group of digits in the runs of `alphabet` that have at least `shortest` bytes, and that `isWorth`
 * looking at by their ends.
 */
export function createNumberFinder(
  list: SpotList,
  alphabet: Uint8Array,
  shortest: number,
  look: Look,
  isWorth: (region: Region, start: number, end: number) => boolean = () => true,
): FormFinder {
  let runs: Runs | undefined
  let capacity = 0
  return (region, report) => {
    const { bytes, to } = region
    if (runs === undefined || to > capacity) {
      capacity = Math.max(to, 2 * capacity)
      runs = createRuns(capacity, shortest)
    }
    collectRunsIn(runs, region, list, alphabet, shortest)
    for (let run = 0; run < runs.count; run++) {
      const first = runs.starts[run]!
      const last = runs.ends[run]!
      if (!isWorth(region, first, last)) continue
      if (alphabet === digits) {
        look(region, first, last, report)
        continue
      }
      for (let at = first; at < last; at++) {
        if (digits[bytes[at]!] === 0) continue
        const start = at
        while (at < last && digits[bytes[at]!] === 1) at++
        look(region, start, at, report)
      }
    }
  }
}

/** What a group of digits may have before it that is not its own: which byte is right before it, and whether such a thing ends at `end`. */
type Glue = { may: Uint8Array; ends(bytes: Uint8Array, end: number): boolean }

const escapeGlue: Glue = { may: mayGlueDigits, ends: endsEscape }

const equals = 0x3d

/**
 * Also `=22` of quoted-printable (RFC 2045, section 6.7), which cannot be decoded together with a number that has commas, spaces or a point
 * in it: they end what an escape is decoded with.
 */
export const numberGlue: Glue = {
  may: mayGlueDigits.with(equals, 1),
  ends: (bytes, end) =>
    endsEscape(bytes, end) ||
    (end > 2 && bytes[end - 3] === equals && hexDigits[bytes[end - 2]!] === 1 && hexDigits[bytes[end - 1]!] === 1),
}

/** Calls `look` from where a group of digits begins, and from behind each escape that it begins with. */
export function behindEscapes(look: Look, glue = escapeGlue): Look {
  return (region, start, end, report) => {
    const { bytes } = region
    look(region, start, end, report)
    if (start === 0 || glue.may[bytes[start - 1]!] === 0) return
    const last = Math.min(end - 1, start + longestEscape)
    for (let at = start + 1; at <= last; at++) if (glue.ends(bytes, at)) look(region, at, end, report)
  }
}

/** How a form writes decimal numbers, where it has no others. */
export const spellDecimal =
  (spell: (text: string) => string[]): Form['spell'] =>
  (text, shape) =>
    shape === 'decimal' ? spell(text).map((each) => Buffer.from(each)) : []
