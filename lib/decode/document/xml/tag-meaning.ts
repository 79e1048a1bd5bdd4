import { kindOfRun, separates } from './inline-tags.ts'
import { cellNumberOf, isNumberData, isNumericFrom } from './lossy-cells.ts'
import { isOfSheets } from './sheet-cells.ts'

/** What a tag says of the texts around it, by what is written in it alone. */
export type TagMeaning = {
  /** Without its brackets, with the prefixes of `knownPrefixes`. */
  text: string
  /** The texts before and behind it are two. */
  separates: boolean
  /** Begins or ends what is none of the text around it, or is all of that. */
  aside?: 'begin' | 'end' | 'whole'
  fieldPart?: 'begin' | 'separate' | 'end'
  /** See `kindOfRun`. */
  kind: string | undefined
  isBetweenRuns: boolean
  isHyphen: boolean
  isGlyphs: boolean
  /** Says where in a spreadsheet what follows is. */
  isOfSheets: boolean
  /** The text behind it is a value of a cell. */
  isValue: boolean
  isNumberData: boolean
  /** See `isNumericFrom`. */
  isNumeric: boolean | undefined
  /** See `cellNumberOf`. */
  number: string | undefined
}

/** Of XPS: where which characters of a font stand (ECMA-388, 12.1). */
const glyphs = /^(?:[\w.-]+:)?Glyphs\s/

/** Of Word: a hyphen at which no line may end. */
const nonBreakingHyphen = /^w:noBreakHyphen\s*\/?$/

/** Of OpenDocument and Word: a note, a comment, a drawing or its older form, how a word is pronounced. Texts in them are none of the paragraph that they stand in. */
const aside =
  /^(\/?)(?:text:note|office:annotation|draw:(?:frame|custom-shape|line|rect|ellipse|circle|path|poly\w+|connector|g)|w:(?:drawing|pict|object|footnote|endnote|rt)|mc:Fallback)(?=[\s/]|$)/
/** Of Word: where the instruction of a field begins, its result, and its end. */
const fieldPart = /^w:fldChar\s(?:.*\s)?w:fldCharType\s*=\s*["'](begin|separate|end)["']/

/** Of tags that are longer, or come when so many are known, nothing is kept in mind. */
const longestKnown = 64
const mostKnown = 1024

/** Reads tags; most tags of a document are a few that are written alike, which are read once. */
export function tagReader(): (tag: string) => TagMeaning {
  const known = new Map<string, TagMeaning>()
  return (tag) => {
    const before = known.get(tag)
    if (before !== undefined) return before
    const meaning = meaningOf(tag)
    if (tag.length <= longestKnown && known.size < mostKnown) known.set(tag, meaning)
    return meaning
  }
}

function meaningOf(text: string): TagMeaning {
  const [, end] = aside.exec(text) ?? []
  const [, part] = fieldPart.exec(text) ?? []
  const kind = kindOfRun(text)
  return {
    text,
    separates: separates(text),
    ...(end !== undefined && { aside: text.endsWith('/') ? 'whole' : end === '' ? 'begin' : 'end' }),
    ...(part !== undefined && { fieldPart: part as NonNullable<TagMeaning['fieldPart']> }),
    kind,
    isBetweenRuns: kind === undefined && /^\/?[wa]:(?!t\b)|^\/[wa]:t\b/.test(text),
    isHyphen: nonBreakingHyphen.test(text),
    isGlyphs: glyphs.test(text),
    isOfSheets: isOfSheets(text),
    isValue: /^([\w.-]+:)?v$/.test(text),
    isNumberData: isNumberData(text),
    isNumeric: isNumericFrom(text),
    number: cellNumberOf(text),
  }
}

/** Before the first tag. */
export const noTag: TagMeaning = meaningOf('')
