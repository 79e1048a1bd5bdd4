import { encodedCheck } from '../../checks/encoded-check.ts'
import { rowWriter } from '../../database/row-writer.ts'
import { addGap, type Decoding } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { reportHidden, tapped } from '../tapped.ts'
import {
  addEntities,
  type Entities,
  replaceEscapes,
  replaceReferences,
  resolvedAttributes,
} from './character-references.ts'
import { withoutHeaderCodes } from './header-codes.ts'
import { kindOfRun, separates } from './inline-tags.ts'
import { cellNumberOf, isLossy, isNumberData, isNumericCell } from './lossy-cells.ts'
import { markupReader } from './markup-reader.ts'
import { knownPrefixes } from './namespaces.ts'
import { type SheetCells, sheetCells } from './sheet-cells.ts'
import { trackedChanges } from './tracked-changes.ts'

/** Texts without a tag that separates are put together up to this size, and cut where no identifier goes on. */
const mostText = 2 ** 22
const mostWord = 2 ** 16
const lineFeed = Buffer.from('\n')

/**
 * XML and HTML. All of it is delivered as the text that it is; on top of that comes `text`: what stands between tags, a line for
 * each, without the tags that only say how it looks and may stand within a word, and with references to characters resolved, and so are
 * the attributes that hold any; texts that are markup themselves come once more without it, `inner`. They are checked for what hides its content, as plain text is. Numbers of spreadsheets whose last digits
 * are gone are a gap.
 */
export const xml: Format = {
  name: 'xml',
  kind: 'archive',
  isFormat: beginsLikeMarkup,
  read: readXml,
}

function beginsLikeMarkup(head: Uint8Array): boolean {
  // `<`, the mark of UTF-8, or white space before it.
  if (![0x3c, 0xef, 0x20, 0x09, 0x0a, 0x0d].includes(head[0]!)) return false
  const text = Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
  // Comments and instructions may stand before the root and be longer than what is at hand.
  if (/^<(\?[a-z_]|!--|!doctype[\s>]|html[\s>])/i.test(text)) return true
  return (
    /^<[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?(\s+[\w.:-]+\s*=\s*["']|\s*\/?>)/.test(text) &&
    /<\/[A-Za-z_]|\/>|="/.test(text)
  )
}

async function readXml({ source, path, part }: Content, decoding: Decoding): Promise<void> {
  const raw = tapped(source, path, decoding)
  const cells = sheetCells(part)
  const out = rowWriter([...path, 'text'], decoding, cells.placeOf)
  const inner = rowWriter([...path, 'inner'], decoding)
  const texts = joinedTexts(path, decoding, cells)
  const reader = markupReader(texts.events)
  const hidden = encodedCheck()
  const hiddenInText = encodedCheck()
  let isComplete = false
  async function write(): Promise<void> {
    for (const { text, mark } of texts.take()) {
      hiddenInText.write(text)
      hiddenInText.write(lineFeed)
      out.cell(text)
      await out.endRow(mark)
      const within = textOfMarkup(text)
      if (within === undefined) continue
      inner.cell(within)
      await inner.endRow()
    }
  }
  try {
    for (let chunk = await raw.take(); chunk !== undefined; chunk = await raw.take()) {
      hidden.write(chunk)
      reader.write(chunk)
      await write()
    }
    reader.end()
    texts.end()
    await write()
    isComplete = true
  } finally {
    if (!reportHidden(hidden, isComplete, path, decoding))
      reportHidden(hiddenInText, isComplete, [...path, 'text'], decoding)
    await out.end(isComplete)
    await inner.end(isComplete)
    await raw.end(isComplete)
  }
}

const innerTag = /<(\/?[A-Za-z][^<>]*)>/g

/** What a text is that holds markup itself, as exports of wikis and feeds have pages; absent where no tag in it stands within a word. */
function textOfMarkup(bytes: Buffer): Buffer | undefined {
  if (!bytes.includes(less)) return undefined
  const text = bytes.toString('latin1')
  let isJoined = false
  const inner = text.replace(innerTag, (_, tag: string, at: number) => {
    const isBreak = separates(tag)
    isJoined ||= !isBreak && at > 0
    return isBreak ? '\r' : ''
  })
  return isJoined ? Buffer.from(replaceReferences(inner, new Map()), 'latin1') : undefined
}

const less = 0x3c

/** Of XPS: where which characters of a font stand (ECMA-388, 12.1). */
const glyphs = /^(?:[\w.-]+:)?Glyphs\s/

/** Of Word: a hyphen at which no line may end. */
const nonBreakingHyphen = /^w:noBreakHyphen\s*\/?$/

/** Of property lists: base64 in lines, and the deeper it stands the shorter they are, down to 16 characters. */
const propertyData = 'data'
const isInLines = (text: string) => /[\r\n]/.test(text) && /^[A-Za-z0-9+/=\s]+$/.test(text)

/** Puts texts together that no tag separates. */
function joinedTexts(path: readonly string[], decoding: Decoding, cells: SheetCells) {
  const entities: Entities = new Map()
  const reported = new Set<string>()
  let done: { text: Buffer; mark: number }[] = []
  let open: string[] = []
  let openLength = 0
  let isJoined = false
  let tag = ''
  let isNumeric = false
  let run = 't'
  /** In documents and slides of Office, where white space is none of the text. */
  let isBetweenRuns = false
  const changes = trackedChanges(mostText)
  const prefixed = knownPrefixes()

  function gap(reason: 'lossy-number' | 'limit' | 'unsupported-format', detail: string): void {
    if (!reported.has(detail)) addGap(decoding, { reason, path, offset: 0, detail: `xml: expected ${detail}` })
    reported.add(detail)
  }

  function add(text: string): void {
    open.push(text)
    openLength += text.length
    changes.text(text, run)
  }

  function separate(): void {
    if (openLength > 0) write(open.join(''))
    open = []
    openLength = 0
    isJoined = false
  }

  /** What a paragraph says with and without changes to it, beside its texts as they follow one another. */
  function separateParagraph(): void {
    separate()
    const { versions, isLong } = changes.take()
    for (const version of versions) write(version)
    if (isLong) gap('limit', 'short paragraphs where changes are tracked')
  }

  function write(markup: string): void {
    const text = trimmed(withoutHeaderCodes(replaceEscapes(replaceReferences(markup, entities)), tag))
    if (text === '') return
    const isNumber = (isNumeric && /^(\w+:)?v$/.test(tag)) || isNumberData(tag)
    if (isNumber && isLossy(text)) gap('lossy-number', 'numbers below 10^15 in cells')
    done.push({ text: Buffer.from(text, 'latin1'), mark: cells.mark(text) })
    if (tag === propertyData && isInLines(text))
      done.push({ text: Buffer.from(text.replace(/\s+/g, ''), 'latin1'), mark: 0 })
  }

  function cut(): void {
    const all = open.join('')
    let at = all.length
    while (at > 0 && at > all.length - mostWord && !/[\s,"()]/.test(all[at - 1]!)) at--
    const isWord = at === 0 || at === all.length - mostWord
    // What no tag stands in is whole in the text as it is written.
    if (isWord && isJoined) gap('limit', `words of at most ${mostWord} bytes`)
    write(isWord ? all : all.slice(0, at))
    open = isWord ? [] : [all.slice(at)]
    openLength = isWord ? 0 : all.length - at
  }

  return {
    take(): typeof done {
      const taken = done
      done = []
      return taken
    },
    end: separateParagraph,
    events: {
      text(bytes: Buffer, isLiteral: boolean): void {
        const text = bytes.toString('latin1')
        if (isBetweenRuns && text.trim() === '') return
        add(isLiteral ? text.replaceAll('&', '&amp;') : text)
        if (openLength > mostText) cut()
      },
      tag(written: string, isCut: boolean): void {
        if (isCut) gap('limit', 'short tags where they hold references')
        for (const value of resolvedAttributes(written, entities))
          done.push({ text: Buffer.from(value, 'latin1'), mark: 0 })
        const text = prefixed(written)
        // A word may be any number of them, and glyphs be known by number alone.
        if (glyphs.test(text)) gap('unsupported-format', 'no pages of XPS')
        isJoined = true
        changes.tag(text)
        if (nonBreakingHyphen.test(text)) add('-')
        const kind = kindOfRun(text)
        isBetweenRuns = kind === undefined && /^\/?[wa]:(?!t\b)|^\/[wa]:t\b/.test(text)
        const isOther = kind !== undefined && kind !== run
        if (isOther) run = kind
        if (!separates(text)) {
          if (isOther) separate()
          return
        }
        separateParagraph()
        cells.tag(text)
        if (isNumericCell(text)) isNumeric = true
        else if (/^\/?(\w+:)?c(\s|$)/.test(text)) isNumeric = false
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
