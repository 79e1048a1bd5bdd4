import { addGap, type Decoding } from '../../decoding.ts'
import { append, type GrowingBytes, growingBytes } from '../../growing-bytes.ts'
import { endsWord, findByte, hasExponent, isAllWhite, trimmed } from './bytes-of-markup.ts'
import {
  addEntities,
  type Entities,
  mostResolved,
  replaceEscapes,
  resolveAttributes,
  resolver,
} from './character-references.ts'
import { withoutHeaderCodes } from './header-codes.ts'
import { isLossy } from './lossy-cells.ts'
import type { MarkupEvents } from './markup-reader.ts'
import { isPlainText, plainMarkup } from './plain-markup.ts'
import type { SheetCells } from './sheet-cells.ts'
import { noTag, type TagMeaning } from './tag-meaning.ts'
import { tagReader } from './tag-reader.ts'
import { type TextList, textList } from './text-list.ts'
import { type TrackedChanges, trackedChanges } from './tracked-changes.ts'

/** Texts without a tag that separates are put together up to this size, and cut where no identifier goes on. */
const mostText = 2 ** 22
const mostWord = 2 ** 16

/** Property lists have base64 in lines: the deeper it stands the shorter they are, down to 16 characters. */
const isInLines = (text: string) => /[\r\n]/.test(text) && /^[A-Za-z0-9+/=\s]+$/.test(text)

/** Deeper ones are taken for other tags. */
const mostAround = 8

/** A text that goes on; `run`: what it is in Word. */
type OpenText = GrowingBytes & { isJoined: boolean; run: string; changes: TrackedChanges }

const openText = (): OpenText => ({
  ...growingBytes(),
  isJoined: false,
  run: 't',
  changes: trackedChanges(mostText),
})

const hyphen = Buffer.from('-')
/** Numbers that have fewer characters, and no exponent, have lost no digits. */
const shortestLossy = 16

/** Puts texts of a document together that no tag separates, in the order of their ends; the mark of one is the cell that it is in. */
export function joinedTexts(
  path: readonly string[],
  decoding: Decoding,
  cells: SheetCells,
): { texts: TextList; end(): void; events: MarkupEvents } {
  const entities: Entities = new Map()
  const reported = new Set<string>()
  const texts = textList()
  let open = openText()
  /** Those around notes and drawings, which are none of the text that they stand in. */
  const around: OpenText[] = []
  /** How many are around each instruction that has not ended. */
  const instructions: number[] = []
  let tag = noTag
  let isNumeric = false
  /** In XLIFF and TMX. */
  let isTranslation = false
  /** In documents and slides of Office, where white space is none of the text. */
  let isBetweenRuns = false
  /** What there is so far of a text that is none if it is all white space, which may come in pieces; whether something else was in it. */
  const white = growingBytes()
  let isText = false
  const tags = tagReader()
  /** In documents of Word changes to texts are kept track of. */
  let isWord = false
  const plain = decoding.means === 'plain' ? undefined : plainMarkup(tags, texts)
  const references = resolver(entities, () =>
    gap('limit', `texts of at most ${mostResolved} bytes with their entities`),
  )

  function gap(reason: 'lossy-number' | 'limit' | 'unsupported-format', detail: string): void {
    if (!reported.has(detail)) addGap(decoding, { reason, path, offset: 0, detail: `xml: expected ${detail}` })
    reported.add(detail)
  }

  const addAttribute = ({ bytes, length }: GrowingBytes) => texts.add(bytes, 0, length, 0)

  function add(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + mostText - open.length)
      append(open, bytes, at, end)
      open.changes.text(bytes, at, end, open.run)
      if (open.length === mostText) cut()
      at = end
    }
  }

  /** Whether a piece of a text between runs is white space, and nothing else was before it. */
  function isWhite(bytes: Buffer, from: number, to: number): boolean {
    isText ||= white.length + to - from > mostText || !isAllWhite(bytes, from, to)
    if (!isText) append(white, bytes, from, to)
    else if (white.length > 0) {
      add(white.bytes, 0, white.length)
      white.length = 0
    }
    return !isText
  }

  function separate(): void {
    if (open.length > 0) write(open)
    open.length = 0
    open.isJoined = false
  }

  /** What a paragraph says with and without changes to it, beside its texts as they follow one another. */
  function separateParagraph(): void {
    separate()
    const { versions, isLong } = open.changes.take()
    for (const version of versions) write({ bytes: Buffer.from(version, 'latin1'), length: version.length })
    if (isLong) gap('limit', 'short paragraphs where changes are tracked')
  }

  /** A text with references and escapes in it. */
  function write(written: GrowingBytes): void {
    const hasReference = findByte(written.bytes, ampersand, 0, written.length) !== -1
    const { bytes, length } = hasReference ? references.resolve(written.bytes, 0, written.length) : written
    if (tag.hasCodes || tag.isData || mayHaveEscape(bytes, length)) writeEdited(bytes.toString('latin1', 0, length))
    else writeTrimmed(bytes, length)
  }

  function writeEdited(text: string): void {
    const unescaped = replaceEscapes(text)
    const edited = trimmed(tag.hasCodes ? withoutHeaderCodes(unescaped) : unescaped)
    writeTrimmed(Buffer.from(edited, 'latin1'), edited.length)
    if (tag.isData && isInLines(edited)) texts.addText(edited.replace(/\s+/g, ''), 0)
  }

  function writeTrimmed(bytes: Buffer, length: number): void {
    let from = 0
    let to = length
    while (from < to && bytes[from]! <= space) from++
    while (to > from && bytes[to - 1]! <= space) to--
    if (from === to) return
    checkNumber(bytes, from, to)
    texts.add(bytes, from, to, cells.mark(bytes, from, to))
  }

  function checkNumber(bytes: Buffer, from: number, to: number): void {
    if (!(isNumeric && tag.isValue) && !tag.isNumberData) return
    if (to - from < shortestLossy && !hasExponent(bytes, from, to)) return
    if (isLossy(bytes.toString('latin1', from, to))) gap('lossy-number', 'numbers below 10^15 in cells')
  }

  function cut(): void {
    const { bytes, length } = open
    let at = length
    while (at > 0 && at > length - mostWord && endsWord[bytes[at - 1]!] === 0) at--
    const isWord = at === 0 || at === length - mostWord
    // What no tag stands in is whole in the text as it is written.
    if (isWord && open.isJoined) gap('limit', `words of at most ${mostWord} bytes`)
    write({ bytes, length: isWord ? length : at })
    if (!isWord) bytes.copyWithin(0, at, length)
    open.length = isWord ? 0 : length - at
  }

  function beginAside(): void {
    around.push(open)
    open = openText()
  }

  function endAside(): void {
    separateParagraph()
    open = around.pop()!
  }

  /** Whether a tag begins or ends what is none of the text around it, or is all of it. */
  function isAside({ aside: always, translation }: TagMeaning): boolean {
    isTranslation ||= translation === 'document'
    const isCode = isTranslation && translation !== 'document' && translation !== 'inline'
    const aside = always ?? (isCode ? translation : undefined)
    if (aside === undefined || aside === 'whole') return aside !== undefined
    if (aside === 'begin' ? around.length === mostAround : around.length === 0) return false
    if (aside === 'begin') beginAside()
    else endAside()
    return true
  }

  /** The instruction of a field of Word stands beside the text, and its result in it. */
  function takeField({ fieldPart }: TagMeaning): void {
    if (fieldPart === 'begin' && around.length < mostAround) {
      beginAside()
      instructions.push(around.length)
    } else if (
      fieldPart !== undefined &&
      fieldPart !== 'begin' &&
      around.length > 0 &&
      instructions.at(-1) === around.length
    ) {
      instructions.pop()
      endAside()
    }
  }

  /** Whether nothing but where texts are joined and separated matters until a tag says otherwise. */
  function isPlain(): boolean {
    if (isWord || isBetweenRuns || cells.isInCell() || entities.size > 0) return false
    return isPlainText(tag) && tags.isUsual()
  }

  return {
    texts,
    end(): void {
      separateParagraph()
      for (const left of around.splice(0).reverse()) {
        open = left
        separateParagraph()
      }
    },
    events: {
      skip(bytes, at): number {
        if (plain === undefined || !isPlain()) return at
        const read = plain.read(bytes, at, open, { isTranslation, isSheet: cells.isSheet() })
        if (read.hasSeparated) tag = noTag
        return read.at
      },
      text(bytes, from, to, isLiteral): void {
        if (isBetweenRuns && isWhite(bytes, from, to)) return
        if (isLiteral && findByte(bytes, ampersand, from, to) !== -1) {
          const escaped = Buffer.from(bytes.toString('latin1', from, to).replaceAll('&', '&amp;'), 'latin1')
          add(escaped, 0, escaped.length)
        } else add(bytes, from, to)
      },
      tag(bytes, from, to, hasReference, isCut): void {
        white.length = 0
        isText = false
        if (isCut) gap('limit', 'short tags where they hold references')
        if (hasReference) resolveAttributes(bytes, from, to, references, addAttribute)
        const meaning = tags.read(bytes, from, to)
        // A word may be any number of them, and glyphs be known by number alone.
        if (meaning.isGlyphs) gap('unsupported-format', 'no pages of XPS')
        isWord ||= meaning.isWord
        if (isAside(meaning)) return
        takeField(meaning)
        open.isJoined = true
        open.changes.tag(meaning)
        if (meaning.isHyphen) add(hyphen, 0, hyphen.length)
        const { kind } = meaning
        isBetweenRuns = meaning.isBetweenRuns
        const isOther = kind !== undefined && kind !== open.run
        if (isOther) open.run = kind
        if (!meaning.separates || (isTranslation && meaning.translation === 'inline')) {
          if (isOther) separate()
          return
        }
        separateParagraph()
        if (meaning.ofSheets !== undefined) cells.tag(meaning.ofSheets, bytes, from, to, tags.textOf)
        isNumeric = meaning.isNumeric ?? isNumeric
        const { number } = meaning
        if (number !== undefined && isLossy(number)) gap('lossy-number', 'numbers below 10^15 in cells')
        tag = meaning
      },
      declaration(text, isCut): void {
        separateParagraph()
        if (!/^doctype/i.test(text)) return
        const problem = addEntities(text, entities)
        if (problem === 'limit') gap('limit', 'few and short entities, none of others')
        else if (problem !== undefined || isCut)
          gap('unsupported-format', 'a short document type with entities that stand for texts')
      },
    },
  }
}

const space = 0x20
const ampersand = 0x26
const lowLine = 0x5f
const letterX = 0x78

/** Whether there is something that looks like an escape (see `replaceEscapes`). */
function mayHaveEscape(bytes: Buffer, length: number): boolean {
  for (let at = findByte(bytes, lowLine, 0, length); at !== -1; at = findByte(bytes, lowLine, at + 1, length))
    if ((bytes[at + 1]! | space) === letterX) return true
  return false
}
