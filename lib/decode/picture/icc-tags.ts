import type { RowWriter } from '../database/row-writer.ts'
import { toUtf8 } from '../database/utf16.ts'
import { isZeros } from '../zeros.ts'
import { type Piece, unusedIsZero } from './icc-pieces.ts'
import { curveEnd, lutEnd, wholeLut } from './icc-tables.ts'
import { textCells } from './picture-fields.ts'

/** What is wrong with a tag: a type that is not read, or not what its type has. */
type TagProblem = 'unknown' | 'corrupt'

/**
 * Writes the texts of a tag (ICC.1:2022, 10) as cells, and looks whether its numbers have the size that they should; what is behind it has to be zeros.
 */
export function readTag(tag: Buffer, rows: RowWriter): TagProblem | undefined {
  const type = tag.toString('latin1', 0, 4)
  if (tag.length < dataAt) return 'corrupt'
  if (!isZeros(tag.subarray(4, dataAt))) return 'corrupt'
  const end = endOf[type]
  if (end === undefined) return 'unknown'
  try {
    const at = end(tag, rows)
    return at !== undefined && at <= tag.length && isZeros(tag.subarray(at)) ? undefined : 'corrupt'
  } catch (error) {
    // A field is not within the tag.
    if (error instanceof RangeError) return 'corrupt'
    throw error
  }
}

const dataAt = 8

/** Where what a tag of a type says ends; absent: it is not what it should be. */
type End = (tag: Buffer, rows: RowWriter) => number | undefined

const fixed =
  (length: number): End =>
  () =>
    length
const items =
  (size: number): End =>
  (tag) =>
    tag.length - ((tag.length - dataAt) % size)

const endOf: Readonly<Record<string, End>> = {
  text: readText,
  desc: readDescription,
  mluc: readLocalized,
  dict: readDictionary,
  clrt: readColorants,
  ncl2: readNamedColours,
  curv: (tag) => curveEnd(tag, 0),
  para: (tag) => curveEnd(tag, 0),
  'XYZ ': items(12),
  sf32: items(4),
  uf32: items(4),
  'sig ': readText,
  dtim: fixed(20),
  meas: fixed(36),
  view: fixed(36),
  cicp: fixed(12),
  chrm: (tag) => 12 + 8 * tag.readUInt16BE(8),
  clro: (tag) => 12 + tag.readUInt32BE(8),
  vcgt: readVideoGamma,
  mmod: readModel,
  // Apple's colours of a display, which are as long as they say, and what a table of its gamma is made of.
  ndin: (tag) => ([tag.length, tag.length - dataAt].includes(tag.readUInt32BE(dataAt)) ? tag.length : undefined),
  vcgp: fixed(56),
  mft1: (tag) => lutEnd(tag, 48, 1, 256, 256),
  mft2: (tag) => lutEnd(tag, 52, 2, tag.readUInt16BE(48), tag.readUInt16BE(50)),
  'mAB ': (tag) => wholeLut(tag, false),
  'mBA ': (tag) => wholeLut(tag, true),
}

/** textType (10.24), and four characters. */
function readText(tag: Buffer, rows: RowWriter): number {
  textCells(rows, tag.subarray(dataAt))
  return tag.length
}

/** textDescriptionType (ICC.1:2001-04, 6.5.17): the same in ASCII, in UTF-16 and in 67 bytes for Macintosh. */
function readDescription(tag: Buffer, rows: RowWriter): number | undefined {
  const unicodeAt = 12 + tag.readUInt32BE(8) + 8
  const macAt = unicodeAt + 2 * tag.readUInt32BE(unicodeAt - 4) + 3
  if (macAt > tag.length) return undefined
  // Some leave out what is behind the last of these.
  const end = Math.min(macAt + 67, tag.length)
  const macEnd = Math.min(macAt + tag.readUInt8(macAt - 1), end)
  const ascii = tag.subarray(12, unicodeAt - 8)
  // What is behind the end of a text shows that it is another one than it says.
  if (!isZeros(tag.subarray(macEnd, end)) || !isZeros(ascii.subarray(ascii.indexOf(0) + 1 || ascii.length)))
    return undefined
  textCells(rows, ascii)
  unicodeCells(rows, tag.subarray(unicodeAt, macAt - 3))
  textCells(rows, tag.subarray(macAt, macEnd))
  return end
}

/** multiLocalizedUnicodeType (10.15): one text in several languages. */
function readLocalized(tag: Buffer, rows: RowWriter): number | undefined {
  const end = 16 + 12 * tag.readUInt32BE(8)
  if (tag.readUInt32BE(12) !== 12 || end > tag.length) return undefined
  const texts: Piece[] = []
  for (let at = 16; at < end; at += 12) {
    textCells(rows, tag.subarray(at, at + 4))
    texts.push(pieceOf(tag.readUInt32BE(at + 8), tag.readUInt32BE(at + 4)))
  }
  return readUnicode(tag, end, texts, rows)
}

/** dictType (10.9) without texts in several languages: names, and a value of each. */
function readDictionary(tag: Buffer, rows: RowWriter): number | undefined {
  const end = 16 + 16 * tag.readUInt32BE(8)
  if (tag.readUInt32BE(12) !== 16 || end > tag.length) return undefined
  const texts: Piece[] = []
  for (let at = 16; at < end; at += 8) texts.push(pieceOf(tag.readUInt32BE(at), tag.readUInt32BE(at + 4)))
  return readUnicode(tag, end, texts, rows)
}

const pieceOf = (from: number, length: number): Piece => ({ from, to: from + length })

/** Writes texts in UTF-16, which are all that is in a tag behind its table; several may be the same. */
function readUnicode(tag: Buffer, from: number, texts: readonly Piece[], rows: RowWriter): number | undefined {
  const some = texts.filter((text) => text.from < text.to)
  if (!unusedIsZero(tag, [{ from: 0, to: from }, ...some])) return undefined
  for (const text of new Map(some.map((text) => [text.from, text])).values())
    unicodeCells(rows, tag.subarray(text.from, text.to))
  return tag.length
}

function unicodeCells(rows: RowWriter, bytes: Uint8Array): void {
  textCells(rows, toUtf8(bytes, 'utf-16be'))
}

/** colorantTableType (10.5): names of 32 bytes, and a colour of 6 behind each. */
function readColorants(tag: Buffer, rows: RowWriter): number | undefined {
  const end = 12 + 38 * tag.readUInt32BE(8)
  if (end > tag.length) return undefined
  for (let at = 12; at < end; at += 38) textCells(rows, tag.subarray(at, at + 32))
  return end
}

/** namedColor2Type (10.17): what stands before and behind all names, and names with a colour of 6 bytes and one of the device's behind each. */
function readNamedColours(tag: Buffer, rows: RowWriter): number | undefined {
  const size = 38 + 2 * tag.readUInt32BE(16)
  const end = 84 + size * tag.readUInt32BE(12)
  if (end > tag.length) return undefined
  textCells(rows, tag.subarray(20, 52))
  textCells(rows, tag.subarray(52, 84))
  for (let at = 84; at < end; at += size) textCells(rows, tag.subarray(at, at + 32))
  return end
}

/** What Apple has for the model of a display and its serial number. */
function readModel(tag: Buffer, rows: RowWriter): number {
  for (let at = dataAt; at < 40; at += 4) rows.ascii(String(tag.readUInt32BE(at)))
  return 40
}

/** What Apple has for the gamma of a card: a table, or three numbers for each colour. */
function readVideoGamma(tag: Buffer): number | undefined {
  const kind = tag.readUInt32BE(8)
  if (kind === 1) return 12 + 36
  return kind === 0 ? 18 + tag.readUInt16BE(12) * tag.readUInt16BE(14) * tag.readUInt16BE(16) : undefined
}
