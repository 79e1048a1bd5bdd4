import { digits, tableOf } from '../../finders/alphabets.ts'
import { codeOf, type EscapeSyntax, lengthOf, nothing } from '../escapes/escape-syntax.ts'
import type { FormFinder, FormTools, Region, Report } from '../form.ts'
import { listOf } from '../spots.ts'
import { groupAlphabet, groupDigits } from './grouped-form.ts'
import { lengthsOf } from './number-finder.ts'

/** Bytes of separators that are behind each other in a number. */
const longestSeparator = 3
/** What a soft line break is made of, and how many bytes it has at most. */
const ofBreak = tableOf('= \t\r\n')
const longestBreak = 12

/**
 * Numbers with separators that a soft line break is in (`123,=` and `456` on the next line). Commas and spaces end what else is decoded with an
 * escape, so these are decoded by themselves: digits and separators, and breaks between two of them. Undefined: nobody has such a number.
 */
export function createBrokenNumbers(syntax: EscapeSyntax, tools: FormTools): FormFinder | undefined {
  const lengths = lengthsOf(tools)?.filter((length) => length > groupDigits)
  if (lengths === undefined || lengths.length === 0 || !tools.isNested) return undefined
  const { side } = tools
  const sign = syntax.sign.charCodeAt(0)
  /** Nothing that is farther away is in the same number. */
  const most = Math.max(...lengths) + groupDigits
  const whole = `${syntax.name} grouped`

  /** Behind the break at `at`, or `at`: none is there that is in a number. */
  function behindBreak({ bytes, to }: Region, at: number): number {
    if (at === 0 || bytes[at] !== sign || groupAlphabet[bytes[at - 1]!] === 0) return at
    const unit = syntax.unit(bytes, at, to)
    const end = at + lengthOf(unit)
    return unit !== 0 && codeOf(unit) === nothing && end < to && groupAlphabet[bytes[end]!] === 1 ? end : at
  }

  /** Where the break begins that ends at `end`, or `end`. */
  function startOfBreak(region: Region, end: number): number {
    const { bytes } = region
    for (let at = end - 1; at >= 0 && at >= end - longestBreak && ofBreak[bytes[at]!] === 1; at--)
      if (bytes[at] === sign) return behindBreak(region, at) === end ? at : end
    return end
  }

  function startOf(region: Region, from: number): number {
    const { bytes } = region
    let [count, separators, start] = [0, 0, from]
    while (start > 0) {
      const before = bytes[start - 1]!
      if (groupAlphabet[before] === 0) {
        const begin = startOfBreak(region, start)
        if (begin === start) return start
        start = begin
        continue
      }
      if (digits[before] === 1) [count, separators] = [count + 1, 0]
      else separators += 1
      if (count > most || separators > longestSeparator) return start
      start -= 1
    }
    return start
  }

  /** Decodes what begins at `start` and goes on behind the break at `first`, with the breaks that follow near enough; returns where it ends. */
  function decode(region: Region, start: number, first: number): number {
    const { bytes, to } = region
    side.open()
    // Digits behind the last break.
    let [count, literal, at] = [0, start, start]
    while (at < to && count <= most) {
      if (groupAlphabet[bytes[at]!] === 1) {
        if (at > first && digits[bytes[at]!] === 1) count += 1
        at += 1
        continue
      }
      const end = behindBreak(region, at)
      if (end === at) break
      side.copy(bytes, literal, at)
      literal = at = end
      count = 0
    }
    side.copy(bytes, literal, at)
    return at
  }

  return (region, report) => {
    const places = listOf(region, syntax.name)
    const known = region.buffer.subarray(0, region.to)
    let looked = 0
    const nextFrom = (from: number): number => {
      if (places === undefined) return known.indexOf(sign, from)
      while (looked < places.length && places[looked]! < from) looked++
      return looked < places.length && places[looked]! < region.to ? places[looked]! : -1
    }
    side.target(acrossOnly(report, region), syntax.name)
    for (let at = nextFrom(0); at !== -1; )
      at = nextFrom(behindBreak(region, at) === at ? at + 1 : decode(region, startOf(region, at), at))
    side.flush()
  }

  /** All else than what breaks are in is found without looking at this. */
  function acrossOnly(report: Report, { bytes }: Region): Report {
    return (ordinal, start, end, form) => {
      if (form === whole && bytes.subarray(start, end).includes(sign)) report(ordinal, start, end, form)
    }
  }
}
