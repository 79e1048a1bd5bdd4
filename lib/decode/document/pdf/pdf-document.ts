import { addGap, type Decoding } from '../../decoding.ts'
import { lexerOf, nameAt } from './lexer.ts'
import { createObjects, type May } from './objects.ts'
import { pageTexts } from './page-texts.ts'
import { readStream } from './pdf-streams.ts'
import { pushLines } from './text-lines.ts'
import { type Dict, isDict, parseValues, stringsIn, textOf, type Value, wordOf } from './values.ts'
import { mostStructure, type Walker } from './walk.ts'

/**
 * Reads a PDF while it is walked through: what streams hold is `[...path, 'object-12']` in the twelfth object, and texts of an object (titles, fields of forms, links)
 * are `strings` in that. What pages show comes at the end, since fonts may stand anywhere (`PageTexts`).
 */
export type PdfDocument = Walker & { isEncrypted(): boolean; end(): Promise<void> }

/** ISO 32000-2, annex C: there are no larger ones. */
const mostNumber = 8_388_607
const noNumber = -1
/** So much is held, and as much is read again, beside so many times what is stored. */
const leastInAll = 2 ** 25
const timesStored = 16

export function pdfDocument(path: readonly string[], decoding: Decoding): PdfDocument {
  const may: May = { hold, read }
  const objects = createObjects(may)
  const texts = pageTexts(objects, may, decoding)
  let count = 0
  let others = 0
  let root: Value | undefined
  let isEncrypted = false
  let isFull = false
  let held = 0
  let readBytes = 0

  const isTooMuch = (bytes: number) => bytes > leastInAll + timesStored * decoding.storedBytes

  function hold(bytes: number): boolean {
    held += bytes
    if (decoding.heldBytes + bytes > decoding.limits.heldBytes || isTooMuch(held)) return refuse()
    decoding.heldBytes += bytes
    return true
  }

  function read(bytes: number): boolean {
    readBytes += bytes
    return !isTooMuch(readBytes) || refuse()
  }

  function refuse(): false {
    const detail = 'pdf: expected less text, and fewer objects and fonts, for what is stored and for the memory'
    if (!isFull) addGap(decoding, { reason: 'limit', path, offset: 0, detail })
    isFull = true
    return false
  }

  /** By a number of ours: its own one is somebody's text. What is no object is the trailer, or damaged. */
  const pathOf = (number: number): string[] => [
    ...path,
    number === noNumber ? `between-${++others}` : `object-${++count}`,
  ]

  /** Looks at the values of some structure; answers which object it is of. */
  async function readStructure(bytes: Buffer): Promise<{ number: number; dict: Dict; at: string[] }> {
    const values = parseValues(bytes)
    const place = values.findLastIndex((value) => wordOf(value) === 'obj')
    const told = place >= 2 ? values[place - 2] : undefined
    const number = typeof told === 'number' && told >= 0 && told <= mostNumber ? Math.trunc(told) : noNumber
    const dicts = values.filter(isDict)
    for (const dict of dicts) {
      if (!dict.has('Root')) continue
      root = dict.get('Root')
      isEncrypted ||= dict.has('Encrypt')
    }
    const at = pathOf(number)
    if (number !== noNumber) objects.add(number, bytes)
    const strings = [...stringsIn(values), ...escapedNames(bytes)].map(textOf).filter((text) => text.trim() !== '')
    const lines = strings.map((text) => [text])
    await pushLines([...at, 'strings'], lines, decoding)
    return { number, dict: dicts.at(-1) ?? new Map(), at }
  }

  /** Objects in a stream (ISO 32000-2, 7.5.7): numbers and places of all, and then these. Each ends where another one begins. */
  async function readObjects(bytes: Buffer, dict: Dict): Promise<void> {
    const first = dict.get('First')
    if (typeof first !== 'number' || !may.read(bytes.length)) return
    const header = parseValues(bytes.subarray(0, Math.min(first, mostStructure))).filter(
      (each) => typeof each === 'number',
    )
    const places: { number: number; from: number }[] = []
    for (let at = 0; at + 1 < header.length; at += 2)
      places.push({ number: header[at]!, from: first + header[at + 1]! })
    places.sort((x, y) => x.from - y.from)
    for (const [at, { number, from }] of places.entries()) {
      const own = bytes.subarray(from, places[at + 1]?.from ?? bytes.length)
      if (own.length > 0)
        await readStructure(Buffer.concat([Buffer.from(`${number} 0 obj `), own.subarray(0, mostStructure)]))
      for (let rest = mostStructure; rest < own.length; rest += mostStructure)
        await readStructure(own.subarray(rest, rest + mostStructure))
    }
  }

  return {
    isEncrypted: () => isEncrypted,
    async structure(bytes) {
      await readStructure(bytes)
    },
    async stream(bytes, data) {
      const { number, dict, at } = await readStructure(bytes)
      if (isEncrypted) return
      const read = await readStream(data, dict, at, decoding, hold)
      if (read?.kind === 'map') objects.addMap(number, read.bytes)
      else if (read?.kind === 'objects') await readObjects(read.bytes, dict)
      else if (read !== undefined && read.bytes.length > 0) texts.add(number, at, dict, read.bytes)
    },
    end: () => texts.push(root, path),
  }
}

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
