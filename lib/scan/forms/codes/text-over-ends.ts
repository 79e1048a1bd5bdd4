import { noValue } from '../../finders/code-values.ts'
import type { Region } from '../form.ts'
import type { Code } from './code-finder.ts'
import { codeLine, mayGoOn, nextLine } from './code-lines.ts'
import { inText } from './code-text.ts'

/** A code as `createCodeFinder` has it, and what of it is worth looking at: bytes of text, and characters of a run. */
type Options = Pick<Code, 'bits' | 'phases' | 'values'> & {
  readonly wanted: number
  readonly shortest: number
}

/**
 * Tells, from few bytes around each line end, that no text goes over any of those that a run goes on behind: most lines that look like a code are digests and words, each
 * by itself. Returns where the last of the lines ends, or -1 where text may.
 */
export function createPassing({ bits, phases, values, wanted, shortest }: Options) {
  /** Byte `place` of a group, the first of which begins with the first character; -1: none begins with this one, or the run ends. */
  function byteOf(one: number, two: number, place: number): number {
    if (place === phases - 1 || one === noValue || two === noValue) return -1
    return (bits === 4 ? (one << 4) | two : (one << (2 + 2 * place)) | (two >> (4 - 2 * place))) & 0xff
  }

  const isText = (byte: number) => byte !== -1 && inText[byte] === 1

  /** Whether the byte over a line end, or those on both sides of it, are text, if a group has so many of these characters before it. */
  function beginsText(bytes: Uint8Array, end: number, next: number, before: number): boolean {
    const [last, one] = [values[bytes[end - 1]!]!, values[bytes[next]!]!]
    if (before > 0) return isText(byteOf(last, one, before - 1))
    return (
      isText(byteOf(values[bytes[end - 2]!]!, last, phases - 2)) && isText(byteOf(one, values[bytes[next + 1]!]!, 0))
    )
  }

  /** Whether as much text as is wanted may be around the line end. */
  function hasText({ bytes, to }: Region, end: number, next: number, before: number): boolean {
    let count = 0
    let place = before
    let two = values[bytes[next]!]!
    for (let at = end - 1; at >= 0; at--) {
      const one = values[bytes[at]!]!
      place = (place + phases - 1) % phases
      const byte = byteOf(one, two, place)
      two = one
      if (byte === -1 ? place !== phases - 1 || one === noValue : inText[byte] === 0) break
      if (byte !== -1 && ++count >= wanted) return true
    }
    place = before
    let one = values[bytes[next]!]!
    for (let at = next + 1; at < to; at++, place = (place + 1) % phases) {
      const second = values[bytes[at]!]!
      // What goes on behind another line end as well is not counted here.
      if (second === noValue) return at - next >= codeLine
      const byte = byteOf(one, second, place)
      one = second
      if (byte === -1) continue
      if (inText[byte] === 0) return false
      if (++count >= wanted) return true
    }
    return true
  }

  return (region: Region, start: number, end: number): number => {
    const { bytes, to } = region
    let [line, last] = [start, end]
    while (mayGoOn(bytes, line, last)) {
      const next = nextLine(bytes, last, to)
      if (next === -1 || values[bytes[next]!] === noValue) break
      for (let before = 0; before < phases; before++)
        if (beginsText(bytes, last, next, before) && hasText(region, last, next, before)) return -1
      line = last = next
      while (last < to && values[bytes[last]!] !== noValue) last++
    }
    // What is in a last line that is shorter than a run has no place.
    const mayHoldText = line > start && last - line < shortest && (last - line) * bits >= wanted * 8
    return mayHoldText ? -1 : last
  }
}
