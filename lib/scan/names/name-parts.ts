import { handleCharacters } from '../finders/alphabets.ts'
import { endsEscape } from '../finders/escapes.ts'

/** A part of a name: its text (one character a byte) from `offset`. */
export type NamePart = { offset: number; text: string }

const underscore = 0x5f
const shortest = 3
const longest = 254

/**
 * Calls `look` for the parts of a name. Names are put together with `.`, `-` and `_`, which are in the alphabets too: the
 * run `bob@example.com.jsonl` is no identifier, its part `bob@example.com` is. A part begins and ends where there are not
 * letters or digits on both sides, and begins behind an escape as well.
 */
export function eachNamePart(bytes: Buffer, look: (part: NamePart) => void): void {
  const name = bytes.toString('latin1')
  const isWord = (at: number) =>
    at >= 0 && at < bytes.length && handleCharacters[bytes[at]!] !== 0 && bytes[at] !== underscore
  const ends: number[] = []
  for (let at = 0; at <= bytes.length; at++) if (!isWord(at - 1) || !isWord(at)) ends.push(at)
  let first = 0
  for (let start = 0, next = 0; start <= bytes.length; start++) {
    const isBoundary = ends[next] === start
    if (isBoundary) next++
    else if (!endsEscape(bytes, start)) continue
    while (first < ends.length && ends[first]! - start < shortest) first++
    for (let at = first; at < ends.length && ends[at]! - start <= longest; at++)
      look({ offset: start, text: name.slice(start, ends[at]) })
  }
}
