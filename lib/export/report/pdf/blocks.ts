import { FormatInvalid } from '../../../errors.ts'
import { type Drawing, drawingOf } from './drawing.ts'

export type Cell = { text: string; isHeader: boolean; isNumber: boolean }
/** What stands before an item: a sign, a square of a colour, a point on a line through time, or a drawing. */
export type Mark = string | { kind: 'square' | 'event'; colour: string } | Drawing
/** A part of a page that stands below the one before it. `depth` of a heading: 1 to 4; a caption belongs to what follows. */
export type Block =
  | { kind: 'heading'; depth: number; text: string }
  | { kind: 'paragraph' | 'caption' | 'note' | 'code'; text: string }
  | { kind: 'item'; mark: Mark; text: string }
  | { kind: 'drawing'; drawing: Drawing }
  | { kind: 'table'; head: Cell[]; rows: Cell[][] }

type Token = { at: number; text: string } & ({ kind: 'text' | 'close' } | { kind: 'open'; attributes: string })

const token = /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[A-Za-z-]+="[^"]*")*)\s*\/?>|[^<]+/y
/** These stand in a line of text, and all others begin a block. */
const inline = new Set(['b', 'br', 'code', 'i', 'span', 'time'])
const leftOut = new Set(['style', 'script', 'title'])

/** Those of `style.ts`. */
const colours: Record<string, string> = { good: '#3f9a63', bad: '#c8453b', open: '#e0a93a', plain: '#56607a' }

/** What our own page says (`reportPage`), in order. @throws FormatInvalid for other markup than ours */
export function blocksOf(page: string): { title: string; blocks: Block[] } {
  const tokens = tokensOf(page)
  const blocks: Block[] = []
  let [title, text] = ['', '']
  let kind: Exclude<Block['kind'], 'table' | 'drawing'> = 'paragraph'
  let depth = 0
  let mark: Mark = ''
  let lists: { ordered: boolean; items: number }[] = []
  let table: Extract<Block, { kind: 'table' }> | undefined
  let cell: Cell | undefined

  const flush = () => {
    const shown =
      kind === 'code'
        ? decode(text).trimEnd()
        : decode(text)
            .replace(/[\t\n\r ]+/g, ' ')
            .trim()
    text = ''
    if (cell !== undefined) cell.text = `${cell.text} ${shown}`.trim()
    else if (shown === '') return
    else if (kind === 'code') for (const line of shown.split('\n')) blocks.push({ kind, text: line })
    else if (kind === 'heading') blocks.push({ kind, depth, text: shown })
    else if (kind === 'item') blocks.push({ kind, mark, text: shown })
    else blocks.push({ kind, text: shown })
  }

  for (let n = 0; n < tokens.length; n++) {
    const each = tokens[n]!
    if (each.kind === 'text') {
      text += each.text
      continue
    }
    if (inline.has(each.text)) {
      if (each.text === 'br') text += ' '
      // It stands on a line of its own in the page.
      if (each.text === 'time' && each.kind === 'close') text += ':'
      if (each.text === 'i' && each.kind === 'open' && kind === 'item')
        mark = { kind: 'square', colour: colourOf(each.attributes) }
      continue
    }
    if (each.kind === 'open' && (leftOut.has(each.text) || each.text === 'svg')) {
      const end = tokens.findIndex((other, m) => m > n && other.kind === 'close' && other.text === each.text)
      if (end === -1) throw unlike(each.at)
      if (each.text === 'title') title = decode(textBetween(tokens, n, end))
      if (each.text === 'svg') {
        const drawing = drawingOf(each.attributes, elementsOf(tokens.slice(n + 1, end)))
        if (kind === 'item') mark = drawing
        else {
          flush()
          blocks.push({ kind: 'drawing', drawing })
        }
      }
      n = end
      continue
    }
    flush()
    const opens = each.kind === 'open'
    kind = 'paragraph'
    if (/^h[1-6]$/.test(each.text) && opens) [kind, depth] = ['heading', Number(each.text[1])]
    else if (each.text === 'caption' && opens) kind = 'caption'
    else if (each.text === 'pre' && opens) kind = 'code'
    else if (each.text === 'li' && opens) {
      kind = 'item'
      const list = lists.at(-1)
      if (list === undefined) throw unlike(each.at)
      list.items++
      mark = /class="has-/.test(each.attributes)
        ? { kind: 'event', colour: colourOf(each.attributes) }
        : list.ordered
          ? `${list.items}.`
          : '•'
    } else if (each.text === 'ul' || each.text === 'ol') {
      const ordered = opens && each.text === 'ol' && !/class="events"/.test(each.attributes)
      lists = opens ? [...lists, { ordered, items: 0 }] : lists.slice(0, -1)
    } else if (each.text === 'table') {
      if (opens) table = { kind: 'table', head: [], rows: [] }
      else if (table !== undefined) blocks.push(table)
      if (!opens) table = undefined
    } else if (each.text === 'tr' && opens) table?.rows.push([])
    else if (each.text === 'tbody' && opens && table !== undefined) table.head = table.rows.shift() ?? []
    else if (each.text === 'th' || each.text === 'td') {
      cell = opens ? { text: '', isHeader: each.text === 'th', isNumber: /class="n"/.test(each.attributes) } : undefined
      if (cell !== undefined) {
        if (table === undefined) throw unlike(each.at)
        table.rows.at(-1)!.push(cell)
      }
    }
  }
  flush()
  return { title, blocks }
}

function tokensOf(page: string): Token[] {
  const tokens: Token[] = []
  token.lastIndex = 0
  while (token.lastIndex < page.length) {
    const at = token.lastIndex
    const found = token.exec(page)
    if (found === null) throw unlike(at)
    const [whole, closing, name, attributes = ''] = found
    if (name !== undefined)
      tokens.push({ at, text: name, ...(closing === '/' ? { kind: 'close' } : { kind: 'open', attributes }) })
    else if (!whole.startsWith('<')) tokens.push({ at, text: whole, kind: 'text' })
  }
  return tokens
}

function textBetween(tokens: readonly Token[], from: number, to: number): string {
  return tokens
    .slice(from + 1, to)
    .map(({ text }) => text)
    .join('')
}

/** Each with the text in it. */
function elementsOf(tokens: readonly Token[]): { name: string; attributes: string; text: string }[] {
  return tokens.flatMap((each, n) => {
    if (each.kind !== 'open') return []
    const next = tokens[n + 1]
    return [{ name: each.text, attributes: each.attributes, text: next?.kind === 'text' ? decode(next.text) : '' }]
  })
}

const colourOf = (attributes: string) =>
  colours[/class="(?:has-)?(\w+)"/.exec(attributes)?.[1] ?? 'plain'] ?? colours.plain!

/** Numbers are all that `html` writes; those with names would be ours. */
function decode(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' }
  return text.replace(/&(?:#(\d{1,7})|([a-z]+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (named[name!] ?? whole) : String.fromCodePoint(Number(code)),
  )
}

const unlike = (at: number) => new FormatInvalid(`report.html: offset ${at}: expected markup of ours, got other`)
