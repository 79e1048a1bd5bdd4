import { addGap, type Decoding } from '../../decoding.ts'
import {
  addEntities,
  type Entities,
  replaceEscapes,
  replaceReferences,
  resolvedAttributes,
} from './character-references.ts'
import { withoutHeaderCodes } from './header-codes.ts'
import { isLossy } from './lossy-cells.ts'
import { knownPrefixes } from './namespaces.ts'
import type { SheetCells } from './sheet-cells.ts'
import { noTag, type TagMeaning, tagReader } from './tag-meaning.ts'
import { type TrackedChanges, trackedChanges } from './tracked-changes.ts'

/** Texts without a tag that separates are put together up to this size, and cut where no identifier goes on. */
const mostText = 2 ** 22
const mostWord = 2 ** 16

/** Of property lists: base64 in lines, and the deeper it stands the shorter they are, down to 16 characters. */
const propertyData = 'data'
const isInLines = (text: string) => /[\r\n]/.test(text) && /^[A-Za-z0-9+/=\s]+$/.test(text)

/** Deeper ones are taken for other tags. */
const mostAround = 8

/** A text without markup, its bytes as Latin-1; `mark`: the cell that it is in. */
export type JoinedText = { text: string; mark: number }

/** A text that goes on; `run`: what it is in Word. */
type OpenText = { pieces: string[]; length: number; isJoined: boolean; run: string; changes: TrackedChanges }

const openText = (): OpenText => ({
  pieces: [],
  length: 0,
  isJoined: false,
  run: 't',
  changes: trackedChanges(mostText),
})

/** Puts texts of a document together that no tag separates, in the order of their ends; `mark`: the cell that one is in. */
export function joinedTexts(path: readonly string[], decoding: Decoding, cells: SheetCells) {
  const entities: Entities = new Map()
  const reported = new Set<string>()
  let done: JoinedText[] = []
  let open = openText()
  /** Those around notes and drawings, which are none of the text that they stand in. */
  const around: OpenText[] = []
  /** How many are around each instruction that has not ended. */
  const instructions: number[] = []
  let tag = noTag
  let isNumeric = false
  /** In documents and slides of Office, where white space is none of the text. */
  let isBetweenRuns = false
  const prefixed = knownPrefixes()
  const read = tagReader()

  function gap(reason: 'lossy-number' | 'limit' | 'unsupported-format', detail: string): void {
    if (!reported.has(detail)) addGap(decoding, { reason, path, offset: 0, detail: `xml: expected ${detail}` })
    reported.add(detail)
  }

  function add(text: string): void {
    open.pieces.push(text)
    open.length += text.length
    open.changes.text(text, open.run)
  }

  function separate(): void {
    if (open.length > 0) write(open.pieces.join(''))
    open.pieces = []
    open.length = 0
    open.isJoined = false
  }

  /** What a paragraph says with and without changes to it, beside its texts as they follow one another. */
  function separateParagraph(): void {
    separate()
    const { versions, isLong } = open.changes.take()
    for (const version of versions) write(version)
    if (isLong) gap('limit', 'short paragraphs where changes are tracked')
  }

  function write(markup: string): void {
    const text = trimmed(withoutHeaderCodes(replaceEscapes(replaceReferences(markup, entities)), tag.text))
    if (text === '') return
    const isNumber = (isNumeric && tag.isValue) || tag.isNumberData
    if (isNumber && isLossy(text)) gap('lossy-number', 'numbers below 10^15 in cells')
    done.push({ text, mark: cells.mark(text) })
    if (tag.text === propertyData && isInLines(text)) done.push({ text: text.replace(/\s+/g, ''), mark: 0 })
  }

  function cut(): void {
    const all = open.pieces.join('')
    let at = all.length
    while (at > 0 && at > all.length - mostWord && !/[\s,"()]/.test(all[at - 1]!)) at--
    const isWord = at === 0 || at === all.length - mostWord
    // What no tag stands in is whole in the text as it is written.
    if (isWord && open.isJoined) gap('limit', `words of at most ${mostWord} bytes`)
    write(isWord ? all : all.slice(0, at))
    open.pieces = isWord ? [] : [all.slice(at)]
    open.length = isWord ? 0 : all.length - at
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
  function isAside({ aside }: TagMeaning): boolean {
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

  return {
    take(): typeof done {
      const taken = done
      done = []
      return taken
    },
    end(): void {
      separateParagraph()
      for (const left of around.splice(0).reverse()) {
        open = left
        separateParagraph()
      }
    },
    events: {
      text(text: string, isLiteral: boolean): void {
        if (isBetweenRuns && text.trim() === '') return
        add(isLiteral ? text.replaceAll('&', '&amp;') : text)
        if (open.length > mostText) cut()
      },
      tag(written: string, isCut: boolean): void {
        if (isCut) gap('limit', 'short tags where they hold references')
        for (const text of resolvedAttributes(written, entities)) done.push({ text, mark: 0 })
        const meaning = read(prefixed(written))
        // A word may be any number of them, and glyphs be known by number alone.
        if (meaning.isGlyphs) gap('unsupported-format', 'no pages of XPS')
        if (isAside(meaning)) return
        takeField(meaning)
        open.isJoined = true
        open.changes.tag(meaning.text)
        if (meaning.isHyphen) add('-')
        const { kind } = meaning
        isBetweenRuns = meaning.isBetweenRuns
        const isOther = kind !== undefined && kind !== open.run
        if (isOther) open.run = kind
        if (!meaning.separates) {
          if (isOther) separate()
          return
        }
        separateParagraph()
        if (meaning.isOfSheets) cells.tag(meaning.text)
        isNumeric = meaning.isNumeric ?? isNumeric
        const { number } = meaning
        if (number !== undefined && isLossy(number)) gap('lossy-number', 'numbers below 10^15 in cells')
        tag = meaning
      },
      declaration(text: string, isCut: boolean): void {
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

/** A text without white space around it; its bytes as Latin-1, where a byte may look like a space that it is not. */
function trimmed(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && text.charCodeAt(from) <= 0x20) from++
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to--
  return text.slice(from, to)
}
