import { beginsWith } from '../../begins-with.ts'
import { encodedCheck } from '../../checks/encoded-check.ts'
import { headLength } from '../../checks/known-formats.ts'
import { textWriter } from '../../database/row-writer.ts'
import { addGap, type Decoding } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { reportHidden, tapped } from '../tapped.ts'
import { replaceReferences } from './character-references.ts'
import { separates } from './inline-tags.ts'
import { joinedTexts } from './joined-texts.ts'
import { markupReader } from './markup-reader.ts'
import { sheetCells } from './sheet-cells.ts'

/**
 * XML and HTML. All of it is delivered as the text that it is; on top of that comes `text`: what stands between tags, a line for
 * each, without the tags that only say how it looks and may stand within a word, and with references to characters resolved, and so are
 * the attributes that hold any; texts that are markup themselves come once more without it, `inner`. They are checked for what hides its content, as plain text is. Numbers of spreadsheets whose last digits
 * are gone are a gap, and so is text that is drawn.
 */
export const xml: Format = {
  name: 'xml',
  kind: 'archive',
  isFormat: beginsLikeMarkup,
  read: readXml,
}

/** Of which all but the tags is binary. */
const stata = Buffer.from('<stata_dta>')

function beginsLikeMarkup(head: Uint8Array): boolean {
  if (beginsWith(head, stata)) return false
  // `<`, the mark of UTF-8, white space before it, or `#<` of PowerShell.
  if (![0x3c, 0xef, 0x20, 0x09, 0x0a, 0x0d].includes(head[0]!) && !(head[0] === 0x23 && head[1] === 0x3c)) return false
  const text = Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .replace(/^#< CLIXML\s/, '')
    .trimStart()
  // Comments and instructions may stand before the root and be longer than what is at hand.
  if (/^<(\?[a-z_]|!--|!doctype[\s>]|html[\s>])/i.test(text)) return true
  return (
    /^<[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?(\s+[\w.:-]+\s*=\s*["']|\s*\/?>)/.test(text) &&
    /<\/[A-Za-z_]|\/>|="/.test(text)
  )
}

async function readXml({ source, path, part }: Content, decoding: Decoding): Promise<void> {
  const head = (await source.peekSome(headLength)).subarray(0, headLength)
  if (isDrawnText(head))
    addGap(decoding, {
      reason: 'unsupported-format',
      path,
      offset: 0,
      detail: 'xml: expected texts, got numbers of drawn letters',
    })
  const hidden = encodedCheck()
  const raw = tapped(source, path, decoding, hidden)
  const cells = sheetCells(part)
  const out = textWriter([...path, 'text'], decoding, cells.placeOf)
  const inner = textWriter([...path, 'inner'], decoding)
  const joined = joinedTexts(path, decoding, cells)
  const reader = markupReader(joined.events)
  const hiddenInText = encodedCheck()
  let isComplete = false
  async function write(): Promise<void> {
    const { texts } = joined
    const bytes = texts.bytes()
    if (bytes.length > 0) hiddenInText.write(bytes)
    let mayBeMarkup = bytes.indexOf(less)
    for (let index = 0, from = 0; index < texts.count(); index++) {
      const careful = texts.carefulFrom(index)
      if (careful > index) {
        const written = out.rows(bytes, from, texts.ends(), index, careful)
        if (written !== undefined) await written
        from = texts.endOf(careful - 1) + 1
        index = careful
        if (index === texts.count()) break
      }
      const to = texts.endOf(index)
      out.cell(bytes, from, to)
      // To wait for nothing takes longer than all else here.
      const pushed = out.endRow(texts.markOf(index))
      if (pushed !== undefined) await pushed
      if (mayBeMarkup !== -1 && mayBeMarkup < to) {
        const within = textOfMarkup(bytes.toString('latin1', from, to))
        if (within !== undefined) {
          inner.cell(within)
          const written = inner.endRow()
          if (written !== undefined) await written
        }
        mayBeMarkup = bytes.indexOf(less, to)
      }
      from = to + 1
    }
    texts.clear()
  }
  try {
    for (let chunk = await raw.take(); chunk !== undefined; chunk = await raw.take()) {
      for (let at = 0; at < chunk.length; at += mostAtOnce) {
        reader.write(chunk.subarray(at, at + mostAtOnce))
        await write()
      }
    }
    reader.end()
    joined.end()
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

/** Of so much the texts are held: with entities they may be a thousand times as long. */
const mostAtOnce = 2 ** 16

/** SVG by cairo (`pdftocairo -svg`) has each letter once, as a path, and text as places of such paths. */
const isDrawnText = (head: Uint8Array): boolean => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  return bytes.includes('<svg') && (bytes.includes(drawnLetter) || bytes.includes(oldDrawnLetter))
}
const drawnLetter = ' id="glyph-0-0"'
const oldDrawnLetter = ' id="glyph0-0"'

const less = 0x3c
const innerTag = /<(\/?[A-Za-z][^<>]*)>/g

/** What a text is that holds markup itself, as exports of wikis and feeds have pages; absent where no tag in it stands within a word. */
function textOfMarkup(text: string): Buffer | undefined {
  let isJoined = false
  const inner = text.replace(innerTag, (_, tag: string, at: number) => {
    const isBreak = separates(tag)
    isJoined ||= !isBreak && at > 0
    return isBreak ? '\r' : ''
  })
  return isJoined ? Buffer.from(replaceReferences(inner), 'latin1') : undefined
}
