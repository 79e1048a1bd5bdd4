import { isName } from './bytes-of-markup.ts'
import { type Known, type KnownNames, longestName, makeRoomFor, mostKnown, noNames } from './known-names.ts'
import { isNumericFrom } from './lossy-cells.ts'
import { knownPrefixes } from './namespaces.ts'
import { noAttribute, notPlain, plainAttribute } from './plain-attribute.ts'
import { meaningOf, type TagMeaning } from './tag-meaning.ts'

export type TagReader = {
  /** A tag without its brackets. */
  read(bytes: Buffer, from: number, to: number): TagMeaning
  /** What all tags with its name mean, if they all mean the same. */
  byName(bytes: Buffer, from: number, to: number): TagMeaning | undefined
  /** Whether names mean what they do in documents that give no prefix of `knownPrefixes` another name. */
  isUsual(): boolean
  /** The same tag with the prefixes of `knownPrefixes`, its bytes as Latin-1. */
  textOf(bytes: Buffer, from: number, to: number): string
}

/** How a tag goes on behind its name. What attributes it has matters for few names, so that one stands for all. */
const forms = ['', '/', ' x', ' x/']
const [bare, bareEmpty, withAttributes, emptyWithAttributes] = [0, 1, 2, 3]

/** Names of tags of which all matters; with the prefixes of `knownPrefixes`. */
const readWhole = /^\/?(?:w:(?:fldChar|noBreakHyphen)|(?:[\w.-]+:)?(?:n|Data))\s/
/** The same, if it only matters whether values behind them are numbers. */
const readByType = /^\/?(?:[\w.-]+:)?(?:c|cell|numCache|numLit)\s/

/** Of longer tags that are read whole, and of more, nothing is kept in mind. */
const longestWhole = 64

const [letterN, letterT, doubleQuote, slash] = [0x6e, 0x74, 0x22, 0x2f]
const isBlank = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x0d

/** What names mean in all documents that give no prefix of `knownPrefixes` another name: many are small. */
const usual = noNames()

/** Reads tags. Most tags of a document have one of a few names, and most mean what others of their name do. */
export function tagReader(shared: KnownNames = usual): TagReader {
  const prefixes = knownPrefixes()
  const isDeclaring = searchFor('xmlns')
  const hasValue = searchFor('office:value')
  let names = shared
  const wholes = new Map<string, TagMeaning>()

  function wholeOf(text: string): TagMeaning {
    const before = wholes.get(text)
    if (before !== undefined) return before
    const meaning = meaningOf(text)
    if (text.length <= longestWhole && wholes.size < mostKnown) wholes.set(text, meaning)
    return meaning
  }

  function knownOf(bytes: Buffer, from: number, to: number, form: number, hash: number, slot: number): Known {
    const text = prefixes.write(bytes.toString('latin1', from, to) + forms[form])
    const meaning = meaningOf(text)
    const hasAttributes = form === withAttributes || form === emptyWithAttributes
    const isByType = hasAttributes && readByType.test(text)
    makeRoomFor(names, slot)
    const made: Known = {
      // In memory of its own: a `Buffer` may share that of others, and keep it.
      name: new Uint8Array(bytes.subarray(from, to)),
      hash,
      form,
      next: names.slots[slot],
      reading: isByType ? 'by-type' : hasAttributes && readWhole.test(text) ? 'whole' : 'by-name',
      meaning: isByType ? { ...meaning, isNumeric: false } : meaning,
      numeric: isByType ? { ...meaning, isNumeric: true } : meaning,
    }
    names.slots[slot] = made
    names.count += 1
    return made
  }

  function textOf(bytes: Buffer, from: number, to: number): string {
    return prefixes.write(bytes.toString('latin1', from, to))
  }

  /** Whether the tag that was read last means what all of its name do. */
  let isByName = false

  function read(bytes: Buffer, from: number, to: number): TagMeaning {
    isByName = false
    if (isDeclaring(bytes, from, to) && prefixes.learn(bytes.toString('latin1', from, to))) names = noNames()
    if (hasValue(bytes, from, to) || prefixes.areOfAttributes()) return wholeOf(textOf(bytes, from, to))
    const begin = bytes[from] === slash ? from + 1 : from
    let hash = begin - from
    let at = begin
    for (; at < to && isName[bytes[at]!] === 1; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
    const isEmpty = bytes[to - 1] === slash
    const form = formOf(at, to, isEmpty, bytes[at])
    if (form === undefined || at === begin || at - from > longestName) return wholeOf(textOf(bytes, from, to))
    const slot = (hash ^ (hash >>> 10) ^ (form << 8)) & (mostKnown - 1)
    let found = names.slots[slot]
    while (found !== undefined && !(found.hash === hash && found.form === form && isSame(found.name, bytes, from, at)))
      found = found.next
    found ??= knownOf(bytes, from, at, form, hash, slot)
    isByName = found.reading === 'by-name'
    if (isByName) return found.meaning
    if (found.reading === 'whole') return wholeOf(textOf(bytes, from, to))
    return isNumeric(bytes, from, at, to) ? found.numeric : found.meaning
  }

  return {
    read,
    byName(bytes, from, to) {
      const meaning = read(bytes, from, to)
      return isByName ? meaning : undefined
    },
    isUsual: () => names === shared,
    textOf,
  }
}

/** See `isNumericFrom`; `at`: where the name of the tag ends. */
function isNumeric(bytes: Buffer, from: number, at: number, to: number): boolean {
  if (bytes[from] === slash || bytes[to - 1] === slash) return false
  const type = plainAttribute(bytes, at, to, letterT)
  if (type === notPlain) return isNumericFrom(bytes.toString('latin1', from, to)) === true
  return type === noAttribute || (bytes[type] === letterN && bytes[type + 1] === doubleQuote)
}

/** `at`: where the name ends; `byte`: what stands there. Absent: in none of these forms. */
function formOf(at: number, to: number, isEmpty: boolean, byte: number | undefined): number | undefined {
  if (at === to) return bare
  if (isEmpty && at === to - 1) return bareEmpty
  if (!isBlank(byte)) return undefined
  return isEmpty ? emptyWithAttributes : withAttributes
}

function isSame(name: Uint8Array, bytes: Buffer, from: number, to: number): boolean {
  const { length } = name
  if (length !== to - from) return false
  for (let at = 0; at < length; at++) if (name[at] !== bytes[from + at]) return false
  return true
}

/** Whether a word is in bytes `from` to before `to`; fast where it is asked from place to place of the same bytes. */
function searchFor(word: string): (bytes: Buffer, from: number, to: number) => boolean {
  let searched: Buffer | undefined
  let next = 0
  return (bytes, from, to) => {
    if (searched !== bytes || next < from) {
      searched = bytes
      const found = bytes.indexOf(word, from)
      next = found === -1 ? bytes.length : found
    }
    return next + word.length <= to
  }
}
