import { glyphText } from './glyph-names.ts'
import type { Objects } from './objects.ts'
import { codeLength, expanded, parseToUnicode, type ToUnicode } from './to-unicode.ts'
import { type Dict, isDict, listOf, nameOf, refOf, type Value } from './values.ts'

/** A code that is shown: its text, where the font says it, and how far it moves on, in thousandths of the size; absent where that is not known. */
export type Shown = { readonly text: string; readonly width: number | undefined; readonly isSpace: boolean }
/** `cost`: how much there was to read for it, in bytes. */
export type Font = { show(bytes: Buffer): Shown[]; readonly cost: number }

/** What is shown for a code of which nothing is known, so that what is beside it is no word with it. */
const unknown = '\ufffd'
const mostWidths = 65_536
const mostDifferences = 1024
/** A width, or the name of a glyph, is as much work as so many bytes. */
const bytesOfEntry = 16
/** Widths and encodings are work as well. */
export const leastCost = 4096

export function fontOf(dict: Dict, objects: Objects): Font {
  const map = toUnicodeOf(dict, objects)
  const isComposite = nameOf(objects.get(dict.get('Subtype'))) === 'Type0'
  const { show, cost } = isComposite ? compositeFont(dict, map, objects) : simpleFont(dict, map, objects)
  return { show, cost: leastCost + (map?.cost ?? 0) + cost }
}

function toUnicodeOf(dict: Dict, objects: Objects): ToUnicode | undefined {
  const bytes = objects.mapAt(refOf(dict.get('ToUnicode')))
  return bytes && parseToUnicode(bytes)
}

/** A byte a code: as its map says, as the names of its glyphs do, or as Windows-1252. */
function simpleFont(dict: Dict, map: ToUnicode | undefined, objects: Objects): Font {
  const encoding = objects.get(dict.get('Encoding'))
  const base = nameOf(encoding) ?? (isDict(encoding) ? nameOf(encoding.get('BaseEncoding')) : undefined)
  const decoder = new TextDecoder(base === 'MacRomanEncoding' ? 'macintosh' : 'windows-1252')
  const texts = Array.from({ length: 256 }, (_, code) => expanded(decoder.decode(Buffer.from([code]))))
  if (base === undefined) {
    texts.splice(0xae, 2, 'fi', 'fl')
    // Joined letters of TeX, whose fonts say it in their programs alone.
    for (const from of [11, 27]) texts.splice(from, 5, 'ff', 'fi', 'fl', 'ffi', 'ffl')
  }
  let code = 0
  const all = listOf(isDict(encoding) ? objects.get(encoding.get('Differences')) : undefined)
  const differences = all.slice(0, mostDifferences)
  for (const each of differences)
    if (typeof each === 'number') code = each
    else {
      const text = glyphText(nameOf(each) ?? '')
      if (text !== undefined && code >= 0 && code < 256) texts[code] = text
      code += 1
    }
  for (const [key, text] of map?.texts ?? []) if (key.length === 1) texts[key.charCodeAt(0)] = text
  const first = numberOf(objects.get(dict.get('FirstChar'))) ?? 0
  const widths = listOf(objects.get(dict.get('Widths')))
    .slice(0, 256)
    .map((each) => numberOf(objects.get(each)))
  // Widths of fonts that are drawn by operators are in a space of their own.
  const scale = (numberOf(listOf(objects.get(dict.get('FontMatrix')))[0]) ?? 0.001) * 1000
  const shown = texts.map((text, at) => {
    const width = widths[at - first]
    return { text, width: width === undefined ? undefined : width * scale, isSpace: at === 0x20 }
  })
  const show = (bytes: Buffer) => Array.from(bytes, (byte) => shown[byte]!)
  return { show, cost: differences.length * bytesOfEntry }
}

/** Codes of several bytes, as its map says, or as its encoding does if that is one of Unicode; with neither they are numbers of glyphs, which say nothing. */
function compositeFont(dict: Dict, map: ToUnicode | undefined, objects: Objects): Font {
  const encoding = nameOf(objects.get(dict.get('Encoding'))) ?? ''
  const isIdentity = encoding.startsWith('Identity')
  const isUnicode = /^Uni.*-(?:UCS2|UTF16)/.test(encoding)
  const descendant = objects.get(listOf(objects.get(dict.get('DescendantFonts')))[0])
  const { widthOf, cost } = isDict(descendant) ? cidWidths(descendant, objects) : noWidths
  const spaces = map === undefined || isIdentity || isUnicode ? [] : map.spaces
  const show = (bytes: Buffer) => {
    const all: Shown[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = codeLength({ spaces }, bytes, at)
      const code = bytes.subarray(at, at + length)
      const text =
        map?.texts.get(code.toString('latin1')) ??
        (isUnicode && length === 2 ? expanded(String.fromCharCode(wide(code))) : unknown)
      all.push({
        text,
        width: isIdentity ? widthOf(wide(code)) : undefined,
        isSpace: length === 1 && code[0] === 0x20,
      })
      at += length
    }
    return all
  }
  return { show, cost }
}

type CidWidths = { widthOf(cid: number): number | undefined; cost: number }
const noWidths: CidWidths = { widthOf: () => undefined, cost: 0 }

const wide = (code: Buffer) => (code[0]! << 8) | (code[1] ?? 0)
const numberOf = (value: Value | undefined) => (typeof value === 'number' ? value : undefined)

/** Widths of glyphs by their numbers (ISO 32000-2, 9.7.4.3). */
function cidWidths(dict: Dict, objects: Objects): CidWidths {
  const widths = new Map<number, number>()
  let steps = 0
  const list = listOf(objects.get(dict.get('W')))
  for (let at = 0; at + 1 < list.length && steps < mostWidths; steps++) {
    const first = numberOf(list[at]) ?? 0
    const next = objects.get(list[at + 1])
    const own = Array.isArray(next)
    const last = own ? first + next.length - 1 : (numberOf(next) ?? 0)
    for (let cid = first; cid <= last && steps < mostWidths; cid++) {
      steps += 1
      const width = numberOf(own ? next[cid - first] : objects.get(list[at + 2]))
      if (width !== undefined) widths.set(cid, width)
    }
    at += own ? 2 : 3
  }
  const otherwise = numberOf(objects.get(dict.get('DW'))) ?? 1000
  return { widthOf: (cid) => widths.get(cid) ?? otherwise, cost: steps * bytesOfEntry }
}
