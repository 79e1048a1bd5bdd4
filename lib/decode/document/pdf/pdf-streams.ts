import { byteSource, chunksOf } from '../../byte-source.ts'
import { headLength } from '../../checks/known-formats.ts'
import { decodeMember } from '../../decode-member.ts'
import { countMember, type Decoding } from '../../decoding.ts'
import { append, growingBytes } from '../../growing-bytes.ts'
import { readRaw } from '../../raw-content.ts'
import { filtersOf, unfiltered } from './filters.ts'
import { typeOf } from './objects.ts'
import { textOperators } from './text-operators.ts'
import { type Dict, nameOf } from './values.ts'

/** What a stream turned out to be, as far as something else needs it. */
export type ReadStream =
  | { readonly kind: 'operators'; readonly bytes: Buffer }
  | { readonly kind: 'map'; readonly bytes: Buffer }
  | { readonly kind: 'objects'; readonly bytes: Buffer }

/** A map of a font, and objects, have so many bytes at most. */
const mostOfMap = 2 ** 21
const mostOfObjects = 2 ** 24

const isFont = (dict: Dict) =>
  dict.has('Length1') || /^(?:Type1C|CIDFontType0C|OpenType)$/.test(nameOf(dict.get('Subtype')) ?? '')

/**
 * Reads what a stream holds: as a content of its own where it is one (an embedded file, XMP, a picture in JPEG), and else as it is. What only looks like something
 * (other pictures, fonts) is left as it is stored. `hold`: whether so many more bytes may be held.
 */
export async function readStream(
  data: AsyncIterable<Uint8Array>,
  dict: Dict,
  path: readonly string[],
  decoding: Decoding,
  hold: (bytes: number) => boolean,
): Promise<ReadStream | undefined> {
  const isPicture = nameOf(dict.get('Subtype')) === 'Image' || filtersOf(dict).at(-1) === 'DCTDecode'
  if (typeOf(dict) === 'XRef' || isFont(dict) || (isPicture && filtersOf(dict).at(-1) !== 'DCTDecode')) return undefined
  const chunks = unfiltered(data, dict, path, decoding)
  if (chunks === undefined) return undefined
  countMember(decoding, path)
  const source = byteSource(chunks)
  const head = (await source.peek(headLength)).subarray(0, headLength)
  if (head.length === 0) return undefined
  // Those of TeX begin as PostScript does.
  const isMap = Buffer.from(head).includes('begincmap')
  if (!isMap && (isPicture || isOwn(dict, head) || decoding.isContainer(head))) {
    await decodeMember({ source, path }, decoding)
    return undefined
  }
  if (isMap || typeOf(dict) === 'ObjStm') {
    const held = growingBytes()
    const most = isMap ? mostOfMap : mostOfObjects
    const bytes = readingAsWell(chunksOf(source), (chunk) => {
      if (held.length + chunk.length <= most) append(held, chunk, 0, chunk.length)
    })
    await readRaw(byteSource(bytes), path, decoding, { kind: 'structure' })
    return { kind: isMap ? 'map' : 'objects', bytes: held.bytes.subarray(0, held.length) }
  }
  const operators = textOperators(hold)
  // What a page shows is searched in every form, so that here only what stands plainly is.
  const kind = isContent.test(Buffer.from(head).toString('latin1')) ? 'pixels' : 'structure'
  await readRaw(byteSource(readingAsWell(chunksOf(source), operators.write)), path, decoding, { kind })
  return { kind: 'operators', bytes: operators.end() }
}

/** Files and XMP say what they are; XFA is XML as well, and says nothing. A page may begin with a string in hexadecimal digits. */
const isOwn = (dict: Dict, head: Uint8Array) =>
  /^(?:EmbeddedFile|Metadata)$/.test(typeOf(dict) ?? '') ||
  /^(?:\xef\xbb\xbf)?\s*<(?![\da-f\s]*>)[a-z?!]/i.test(Buffer.from(head).toString('latin1', 0, 64))

/** Operators that begin what a page shows. */
const isContent = /(?:^|\s)(?:q|Q|BT|cm|gs|re|w|J|g|rg|cs|BDC|BMC|Do)\s/

async function* readingAsWell(
  chunks: AsyncIterable<Uint8Array>,
  read: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    read(chunk)
    yield chunk
  }
}
