import { gap } from './byte-lists.ts'
import type { EncodedProblem } from './encoded-check.ts'

/** A list of texts of one character each, as JSON writes it, also within a string (Python's quotes are of programs, which have lists of options): at least five that may be of an identifier. */
const list = new RegExp(
  String.raw`\[${gap}{0,40}((?:\\{0,8}"[\w.@+-]\\{0,8}"${gap}{0,40},${gap}{0,40}){4,200}\\{0,8}"[\w.@+-]\\{0,8}")${gap}{0,40}\]`,
  'g',
)
const item = /"([\w.@+-])\\{0,8}"/g

/** Letters of answers and of DNA: a list of these alone spells nothing. */
const answers = new Set('abcdefgnty')
/** Of so many characters, no farther from one another than that, one finds what they spell: `lib/scan/forms/codes/written-lists.ts`. */
const fewestFound = 6
const mostBetween = 24
/** So many digits of as many kinds are no marks. */
const fewestDigits = 9
const fewestKinds = 6

/** Texts as lists of so few characters, or so far apart, that nobody finds them there. */
export function characterListIn(text: string, from: number): EncodedProblem | undefined {
  for (const { 1: written = '', index } of text.matchAll(list)) {
    const items = [...written.matchAll(item)]
    if (!isFound(items) && maySpell(items.map(([, character]) => character!)))
      return {
        reason: 'unsupported-format',
        offset: from + index,
        detail: 'expected no texts as lists of their characters',
      }
  }
  return undefined
}

const isFound = (items: readonly { readonly index: number }[]): boolean =>
  items.length >= fewestFound && items.every(({ index }, at) => at === 0 || index - items[at - 1]!.index <= mostBetween)

/** Whether characters may be a word or a number, and are no alphabet in its order. */
function maySpell(characters: readonly string[]): boolean {
  const kinds = new Set(characters.map((each) => each.toLowerCase()))
  if (characters.every((each) => each >= '0' && each <= '9'))
    return characters.length >= fewestDigits && kinds.size >= fewestKinds && !ascends(characters)
  return [...kinds].filter((each) => !answers.has(each)).length > 1 && !ascends(characters)
}

const ascends = (characters: readonly string[]): boolean =>
  characters.every((each, at) => at === 0 || each > characters[at - 1]!)
