/**
 * What a tag is in XLIFF (1.2 and 2.1, "Inline Elements") and TMX (1.4b, "Content Markup"), which take tags out of the text that is translated: `inline` stands within a word;
 * the others are around native code, which is none of it.
 */
export type TranslationTag = 'document' | 'inline' | 'begin' | 'end' | 'whole'

const root = /^(?:[\w.-]+:)?(?:xliff|tmx)(?:\s|$)/
const inline = /^\/?(?:[\w.-]+:)?(?:g|x|bx|ex|mrk|pc|sc|ec|sm|em|cp|sub|hi)(?=[\s/]|$)/
const code = /^(\/?)(?:[\w.-]+:)?(?:bpt|ept|it|ph|ut)(?=[\s/]|$)/

/** `text`: of a tag, without its brackets. */
export function translationTagOf(text: string): TranslationTag | undefined {
  if (root.test(text)) return 'document'
  if (inline.test(text)) return 'inline'
  const [, end] = code.exec(text) ?? []
  if (end === undefined) return undefined
  return text.endsWith('/') ? 'whole' : end === '' ? 'begin' : 'end'
}
