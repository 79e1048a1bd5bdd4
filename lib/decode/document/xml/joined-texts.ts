import { addGap, type Decoding } from '../../decoding.ts'
import {
  addEntities,
  type Entities,
  replaceEscapes,
  replaceReferences,
  resolvedAttributes,
} from './character-references.ts'
import { withoutHeaderCodes } from './header-codes.ts'
import { kindOfRun, separates } from './inline-tags.ts'
import { cellNumberOf, isLossy, isNumberData, isNumericFrom } from './lossy-cells.ts'
import { knownPrefixes } from './namespaces.ts'
import type { SheetCells } from './sheet-cells.ts'
import { type TrackedChanges, trackedChanges } from './tracked-changes.ts'

/** Texts without a tag that separates are put together up to this size, and cut where no identifier goes on. */
const mostText = 2 ** 22
const mostWord = 2 ** 16

/** Of XPS: where which characters of a font stand (ECMA-388, 12.1). */
const glyphs = /^(?:[\w.-]+:)?Glyphs\s/

/** Of Word: a hyphen at which no line may end. */
const nonBreakingHyphen = /^w:noBreakHyphen\s*\/?$/

/** Of property lists: base64 in lines, and the deeper it stands the shorter they are, down to 16 characters. */
const propertyData = 'data'
const isInLines = (text: string) => /[\r\n]/.test(text) && /^[A-Za-z0-9+/=\s]+$/.test(text)

/** Of OpenDocument and Word: a note, a comment, a drawing or its older form, how a word is pronounced. Texts in them are none of the paragraph that they stand in. */
const aside =
  /^(\/?)(?:text:note|office:annotation|draw:(?:frame|custom-shape|line|rect|ellipse|circle|path|poly\w+|connector|g)|w:(?:drawing|pict|object|footnote|endnote|rt)|mc:Fallback)(?=[\s/]|$)/
/** Of Word: where the instruction of a field begins, its result, and its end. */
const fieldPart = /^w:fldChar\s(?:.*\s)?w:fldCharType\s*=\s*["'](begin|separate|end)["']/
/** Deeper ones are taken for other tags. */
const mostAround = 8

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
  let done: { text: Buffer; mark: number }[] = []
  let open = openText()
  /** Those around notes and drawings, which are none of the text that they stand in. */
  const around: OpenText[] = []
  /** How many are around each instruction that has not ended. */
  const instructions: number[] = []
  let tag = ''
  let isNumeric = false
  /** In documents and slides of Office, where white space is none of the text. */
  let isBetweenRuns = false
  const prefixed = knownPrefixes()

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
    const text = trimmed(withoutHeaderCodes(replaceEscapes(replaceReferences(markup, entities)), tag))
    if (text === '') return
    const isNumber = (isNumeric && /^([\w.-]+:)?v$/.test(tag)) || isNumberData(tag)
    if (isNumber && isLossy(text)) gap('lossy-number', 'numbers below 10^15 in cells')
    done.push({ text: Buffer.from(text, 'latin1'), mark: cells.mark(text) })
    if (tag === propertyData && isInLines(text))
      done.push({ text: Buffer.from(text.replace(/\s+/g, ''), 'latin1'), mark: 0 })
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
  function isAside(text: string): boolean {
    const [, end] = aside.exec(text) ?? []
    if (end === undefined) return false
    if (text.endsWith('/')) return true
    if (end === '' ? around.length === mostAround : around.length === 0) return false
    if (end === '') beginAside()
    else endAside()
    return true
  }

  /** The instruction of a field of Word stands beside the text, and its result in it. */
  function takeField(text: string): void {
    const [, part] = fieldPart.exec(text) ?? []
    if (part === 'begin' && around.length < mostAround) {
      beginAside()
      instructions.push(around.length)
    } else if ((part === 'separate' || part === 'end') && around.length > 0 && instructions.at(-1) === around.length) {
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
      text(bytes: Buffer, isLiteral: boolean): void {
        const text = bytes.toString('latin1')
        if (isBetweenRuns && text.trim() === '') return
        add(isLiteral ? text.replaceAll('&', '&amp;') : text)
        if (open.length > mostText) cut()
      },
      tag(written: string, isCut: boolean): void {
        if (isCut) gap('limit', 'short tags where they hold references')
        for (const value of resolvedAttributes(written, entities))
          done.push({ text: Buffer.from(value, 'latin1'), mark: 0 })
        const text = prefixed(written)
        // A word may be any number of them, and glyphs be known by number alone.
        if (glyphs.test(text)) gap('unsupported-format', 'no pages of XPS')
        if (isAside(text)) return
        takeField(text)
        open.isJoined = true
        open.changes.tag(text)
        if (nonBreakingHyphen.test(text)) add('-')
        const kind = kindOfRun(text)
        isBetweenRuns = kind === undefined && /^\/?[wa]:(?!t\b)|^\/[wa]:t\b/.test(text)
        const isOther = kind !== undefined && kind !== open.run
        if (isOther) open.run = kind
        if (!separates(text)) {
          if (isOther) separate()
          return
        }
        separateParagraph()
        cells.tag(text)
        isNumeric = isNumericFrom(text) ?? isNumeric
        const number = cellNumberOf(text)
        if (number !== undefined && isLossy(number)) gap('lossy-number', 'numbers below 10^15 in cells')
        tag = text
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
