import { latin1 } from '../../latin-1.ts'
import { breaks, destinations } from './destinations.ts'

/** What a reader of RTF tells. */
export type RtfEvents = {
  /** A text as it reads, in UTF-8. */
  text(text: Buffer): void
  /** A text had to be cut where a word may go on, or groups are deeper inside each other than is read. */
  limit(detail: string): void
}

/** A text that is gathered; `changed`: pieces that were inserted or deleted while changes were tracked. */
type Text = { pieces: Piece[]; length: number; isChanged: boolean }
type Piece = { text: string; kind: 'same' | 'deleted' | 'inserted' }

/** What holds in a group; `isNew`: nothing of it was read yet. */
type Group = { text: Text; kind: Piece['kind']; fallback: number; isNew: boolean }

/** Texts are put together up to this size, and cut where no identifier goes on. */
const mostText = 2 ** 22
const mostWord = 2 ** 16
const mostGroups = 2 ** 12
/** A token that may go on in the next bytes has at most so many. */
const longestToken = 64

/** A word with its number and the blank that ends it, a character by its code, a sign, a bracket, text; line ends mean nothing. */
const token = /\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\'?/y

/** Reads RTF 1.9.1 piece by piece. It fails on nothing: what is no RTF is text. */
export function rtfReader(events: RtfEvents): { write(bytes: Uint8Array): void; end(): void } {
  let held = ''
  let group: Group = { text: emptyText(), kind: 'same', fallback: 1, isNew: false }
  const outer: Group[] = []
  /** Characters of all texts that are gathered. */
  let total = 0
  /** Brackets deeper than is read. */
  let deeper = 0
  /** Characters to leave out, which stand for one that was given by its number; bytes to leave out, which are no text. */
  let fallback = 0
  let binary = 0

  function add(text: string): void {
    const { text: open, kind } = group
    const last = open.pieces.at(-1)
    if (last?.kind === kind) last.text += text
    else open.pieces.push({ text, kind })
    open.isChanged ||= kind !== 'same'
    open.length += text.length
    total += text.length
    if (total > mostText) cut(open)
  }

  function flush(text: Text, isCut = false): void {
    const of = (isLeftOut: (piece: Piece) => boolean) =>
      text.pieces.flatMap((piece) => (isLeftOut(piece) ? [] : [piece.text])).join('')
    const versions = new Set([of(() => false)])
    if (text.isChanged) for (const kind of ['deleted', 'inserted']) versions.add(of((piece) => piece.kind === kind))
    for (const version of versions) if (version.trim() !== '') events.text(Buffer.from(version))
    if (isCut && text.isChanged) events.limit('short paragraphs where changes are tracked')
    total -= text.length
    Object.assign(text, emptyText())
  }

  function cut(open: Text): void {
    const all = open.pieces.map(({ text }) => text).join('')
    const word = /[^\s,"()]*$/.exec(all.slice(-mostWord))![0]
    if (word.length === mostWord) events.limit(`words of at most ${mostWord} characters`)
    flush(open, true)
    if (word.length === mostWord) return
    open.pieces.push({ text: word, kind: 'same' })
    open.length = word.length
    total += word.length
  }

  function end(): void {
    const last = outer.pop()
    if (last === undefined) return
    // Behind the document's end another one may begin.
    if (last.text !== group.text || outer.length === 0) flush(group.text)
    group = last
  }

  function begin(): void {
    outer.push(group)
    group = { ...group, isNew: true }
  }

  function bracket(sign: string): void {
    if (sign === '{' && outer.length === mostGroups) {
      events.limit(`at most ${mostGroups} groups inside each other`)
      deeper += 1
    } else if (sign === '}' && deeper > 0) deeper -= 1
    else if (sign === '{') begin()
    else end()
  }

  function beginText(): void {
    if (outer.length > 0 && outer.at(-1)!.text === group.text) group.text = emptyText()
  }

  /** Those that text does not have are in patterns for numbers of lists. */
  function character(code: number): void {
    if (fallback > 0) fallback -= 1
    else add(code < 0x20 ? '\t' : String.fromCharCode(code))
  }

  function word(name: string, number: string | undefined): void {
    if (destinations.has(name)) beginText()
    else if (name === 'par') flush(group.text)
    else if (breaks.has(name)) add('\t')
    else if (name === 'deleted' || name === 'revised')
      group.kind = number === '0' ? 'same' : name === 'deleted' ? 'deleted' : 'inserted'
    else if (name === 'uc') group.fallback = Number(number ?? 1)
    else if (name === 'bin') binary = Math.max(0, Number(number ?? 0))
    else if (name === 'u' && number !== undefined) {
      fallback = 0
      character(Number(number) & 0xffff)
      fallback = group.fallback
    }
  }

  function sign(text: string): void {
    if (text === '*' && group.isNew) beginText()
    else if (text === '\r' || text === '\n') flush(group.text)
    else if (text === '_') add('-')
    else if ('\\{}'.includes(text)) character(text.charCodeAt(0))
    else if (text === '~' || text === ':' || text === '\t' || text === ' ') add('\t')
  }

  function read(isLast: boolean): void {
    token.lastIndex = 0
    for (let at = 0; at < held.length; at = token.lastIndex) {
      if (binary > 0) {
        token.lastIndex = Math.min(held.length, at + binary)
        binary -= token.lastIndex - at
        continue
      }
      // It may go on.
      if (!isLast && held[at] === '\\' && held.length - at < longestToken) {
        held = held.slice(at)
        return
      }
      const [, name, number, code, symbol, braces, text] = token.exec(held)!
      if (text === undefined && code === undefined && symbol === undefined) fallback = 0
      if (name !== undefined) word(name, number)
      else if (code !== undefined) character(Number.parseInt(code, 16))
      else if (symbol !== undefined) sign(symbol)
      else if (braces !== undefined) bracket(braces)
      else if (text !== undefined) {
        const left = text.slice(fallback)
        fallback = Math.max(0, fallback - text.length)
        if (left !== '') add(left)
      }
      if (braces !== '{' && symbol !== '*') group.isNew = false
    }
    held = ''
  }

  return {
    write(bytes) {
      held += latin1(bytes)
      read(false)
    },
    end() {
      read(true)
      while (outer.length > 0) end()
      flush(group.text)
    },
  }
}

const emptyText = (): Text => ({ pieces: [], length: 0, isChanged: false })
