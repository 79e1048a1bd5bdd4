import { addGap, type Decoding } from '../../decoding.ts'
import { type Font, fontOf } from './fonts.ts'
import { lexerOf, nameAt } from './lexer.ts'
import { createObjects, fontIn, type Page } from './objects.ts'
import { readStream } from './pdf-streams.ts'
import { shownLines } from './shown-text.ts'
import { pushLines } from './text-lines.ts'
import { type Dict, isDict, parseValues, stringsIn, textOf, type Value, wordOf } from './values.ts'
import type { Walker } from './walk.ts'

/**
 * Reads a PDF while it is walked through: what streams hold is `[...path, 'object-12']`, with the number of its object, texts of an object (titles, fields of forms, links)
 * are `strings` in that, and what it shows is `shown`; what a page shows is `[...path, 'page-1']`. The latter comes at the end, since fonts may stand anywhere.
 */
export type PdfDocument = Walker & { readonly isEncrypted: () => boolean; end(): Promise<void> }

const mostNumber = 2 ** 31

export function pdfDocument(path: readonly string[], decoding: Decoding): PdfDocument {
  const objects = createObjects(hold)
  const operators = new Map<number, { dict: Dict; bytes: Buffer }[]>()
  const opened = new Map<string, number>()
  const fonts = new Map<Value, Font | undefined>()
  let root: Value | undefined
  let isEncrypted = false
  let isFull = false

  function hold(bytes: number): boolean {
    const { heldBytes } = decoding.limits
    if (decoding.heldBytes + bytes <= heldBytes) {
      decoding.heldBytes += bytes
      return true
    }
    if (!isFull) {
      const detail = `pdf: expected at most ${heldBytes} bytes of texts and fonts to hold in memory`
      addGap(decoding, { reason: 'limit', path, offset: 0, detail })
    }
    isFull = true
    return false
  }

  /** Of an object that was replaced there are several. */
  function pathOf(name: string): string[] {
    const count = (opened.get(name) ?? 0) + 1
    opened.set(name, count)
    return [...path, name, ...(count > 1 ? [`revision-${count}`] : [])]
  }

  /** Looks at the values of some structure; answers which object it is of. */
  async function readStructure(bytes: Buffer): Promise<{ number: number; dict: Dict; at: string[] }> {
    const values = parseValues(bytes)
    const place = values.findLastIndex((value) => wordOf(value) === 'obj')
    const told = values[place - 2]
    const number = place >= 2 && typeof told === 'number' && told >= 0 && told < mostNumber ? Math.trunc(told) : -1
    const dicts = values.filter(isDict)
    for (const dict of dicts) {
      if (!dict.has('Root')) continue
      root = dict.get('Root')
      isEncrypted ||= dict.has('Encrypt')
    }
    const texts = [...stringsIn(values), ...escapedNames(bytes)].map(textOf).filter((text) => text.trim() !== '')
    const at = number === -1 ? [] : pathOf(`object-${number}`)
    if (number !== -1) objects.add(number, bytes)
    if (texts.length > 0) {
      const own = [...(number === -1 ? pathOf('trailer') : at), 'strings']
      await pushLines(
        own,
        Iterator.from(texts).map((text) => [text]),
        decoding,
      )
    }
    return { number, dict: dicts.at(-1) ?? new Map(), at }
  }

  /** Objects in a stream (ISO 32000-2, 7.5.7): numbers and places of all, and then these. */
  async function readObjects(bytes: Buffer, dict: Dict): Promise<void> {
    const first = dict.get('First')
    if (typeof first !== 'number') return
    const header = parseValues(bytes.subarray(0, first)).filter((each) => typeof each === 'number')
    for (let at = 0; at + 1 < header.length; at += 2) {
      const from = first + header[at + 1]!
      const to = first + (header[at + 3] ?? bytes.length)
      if (from >= to) continue
      await readStructure(Buffer.concat([Buffer.from(`${header[at]} 0 obj `), bytes.subarray(from, to)]))
    }
  }

  /** What operators show; once more with another font where nothing says which one is meant, and without any room where a line has some. */
  function* shown(bytes: Buffer, resources: Value | undefined): Generator<readonly string[]> {
    const named = objects.get(resources)
    let choices = 1
    for (let choice = 0; choice < choices; choice++) {
      const fontNamed = (name: string) => {
        const own = fontIn(named, name, objects)
        const all = own === undefined ? (everywhere().get(name) ?? []) : [own]
        choices = Math.max(choices, all.length)
        return readFont(all[Math.min(choice, all.length - 1)])
      }
      for (const pieces of shownLines(bytes, fontNamed)) {
        yield pieces
        if (pieces.length > 1) yield [pieces.join('')]
      }
    }
  }

  let byName: ReadonlyMap<string, readonly Value[]> | undefined
  const everywhere = () => (byName ??= objects.fontsByName())

  function readFont(value: Value | undefined): Font | undefined {
    const dict = objects.get(value)
    if (!isDict(dict)) return undefined
    if (!fonts.has(dict)) {
      if (fonts.size >= mostFonts) fonts.clear()
      fonts.set(dict, fontOf(dict, objects))
    }
    return fonts.get(dict)
  }

  return {
    isEncrypted: () => isEncrypted,
    async structure(bytes) {
      await readStructure(bytes)
    },
    async stream(bytes, data) {
      const { number, dict, at } = await readStructure(bytes)
      if (isEncrypted) return
      const read = await readStream(data, dict, number === -1 ? pathOf('stream') : at, decoding, hold)
      if (read?.kind === 'map') objects.addMap(number, read.bytes)
      else if (read?.kind === 'objects') await readObjects(read.bytes, dict)
      else if (read !== undefined && read.bytes.length > 0)
        operators.set(number, [...(operators.get(number) ?? []), { dict, bytes: read.bytes }])
    },
    async end() {
      for (const [index, page] of objects.pages(root).entries()) {
        const bytes = takeContents(page)
        if (bytes.length > 0) await pushLines([...path, `page-${index + 1}`], shown(bytes, page.resources), decoding)
      }
      for (const [number, streams] of operators) {
        const bytes = Buffer.concat(streams.map((each) => each.bytes))
        const resources = streams.at(-1)?.dict.get('Resources')
        await pushLines([...path, `object-${number}`, 'shown'], shown(bytes, resources), decoding)
      }
    },
  }

  /** Contents that several pages have are of the first one. */
  function takeContents({ contents }: Page): Buffer {
    const streams = contents.flatMap((number) => {
      const own = operators.get(number) ?? []
      operators.delete(number)
      return own.map(({ bytes }) => bytes)
    })
    return Buffer.concat(streams)
  }
}

const mostFonts = 64

/** Names in which something is written as a code; others stand there as they are. */
function escapedNames(bytes: Buffer): Buffer[] {
  if (!bytes.includes('#')) return []
  const lexer = lexerOf(bytes)
  const names: Buffer[] = []
  while (lexer.next() !== 'end')
    if (lexer.kind === 'name' && bytes.subarray(lexer.from, lexer.to).includes('#'))
      names.push(Buffer.from(nameAt(lexer), 'latin1'))
  return names
}
