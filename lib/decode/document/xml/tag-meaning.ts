import { hasHeaderCodes } from './header-codes.ts'
import { kindOfRun, separates } from './inline-tags.ts'
import { cellNumberOf, isNumberData, isNumericFrom } from './lossy-cells.ts'
import { type SheetTag, sheetTagOf } from './sheet-cells.ts'
import { type Change, changeOf } from './tracked-changes.ts'
import { type TranslationTag, translationTagOf } from './translation-tags.ts'

/** What a tag says of the texts around it, by what is written in it alone. */
export type TagMeaning = {
  /** The texts before and behind it are two. */
  separates: boolean
  /** Begins or ends what is none of the text around it, or is all of that. */
  aside?: 'begin' | 'end' | 'whole'
  fieldPart?: 'begin' | 'separate' | 'end'
  /** What it is in documents of which it is the root where it is `document`. */
  translation: TranslationTag | undefined
  /** See `TrackedChanges`. */
  isWord: boolean
  change?: Change
  /** See `kindOfRun`. */
  kind: string | undefined
  isBetweenRuns: boolean
  isHyphen: boolean
  isGlyphs: boolean
  /** Says where in a spreadsheet what follows is. */
  ofSheets: SheetTag | undefined
  /** The text behind it has codes of headers. */
  hasCodes: boolean
  /** The text behind it may be in base64 in lines. */
  isData: boolean
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

/** `text`: without its brackets, with the prefixes of `knownPrefixes`. */
export function meaningOf(text: string): TagMeaning {
  const [, end] = aside.exec(text) ?? []
  const [, part] = fieldPart.exec(text) ?? []
  const change = changeOf(text)
  const kind = kindOfRun(text)
  return {
    separates: separates(text),
    ...(end !== undefined && { aside: text.endsWith('/') ? 'whole' : end === '' ? 'begin' : 'end' }),
    ...(part !== undefined && { fieldPart: part as NonNullable<TagMeaning['fieldPart']> }),
    translation: translationTagOf(text),
    isWord: text.startsWith('w:'),
    ...(change !== undefined && { change }),
    kind,
    isBetweenRuns: kind === undefined && /^\/?[wa]:(?!t\b)|^\/[wa]:t\b/.test(text),
    isHyphen: nonBreakingHyphen.test(text),
    isGlyphs: glyphs.test(text),
    ofSheets: sheetTagOf(text),
    hasCodes: hasHeaderCodes(text),
    // Of property lists.
    isData: text === 'data',
    isValue: /^([\w.-]+:)?v$/.test(text),
    isNumberData: isNumberData(text),
    isNumeric: isNumericFrom(text),
    number: cellNumberOf(text),
  }
}

/** Before the first tag. */
export const noTag: TagMeaning = meaningOf('')
