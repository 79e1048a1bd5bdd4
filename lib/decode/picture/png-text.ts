import { byteSource } from '../byte-source.ts'
import { addGap, type Decoding } from '../decoding.ts'
import { inOne, takeBytes } from '../next-bytes.ts'
import { readRaw } from '../raw-content.ts'
import { readExif } from './exif.ts'
import { readIcc } from './icc.ts'
import type { PictureFields } from './picture-fields.ts'
import { holdMetadata, readText, refuse } from './picture-parts.ts'
import type { PngChunk } from './png-chunks.ts'
import { inflateMetadata } from './png-samples.ts'

/** Where the names in chunks of texts go, and at which path a content of one is. */
export type PngTexts = { readonly fields: PictureFields; readonly decoding: Decoding; readonly path: readonly string[] }

/** A name has less than 80 bytes; so many are looked at for its end. */
const mostName = 80
/** Names of a language and of a key in it are short as well. */
const mostNames = 4096

/** The text before the next zero byte, which is consumed; absent: there is none within `most` bytes. */
async function takeName({ data }: PngChunk, most: number): Promise<Buffer | undefined> {
  const held = await data.peek(most)
  const end = held.subarray(0, most).indexOf(0)
  return end < 0 ? undefined : (await takeBytes(data, end + 1))?.subarray(0, end)
}

/** Says that a chunk is not as it should be, and pushes what is left of it. */
async function refuseChunk({ data }: PngChunk, { path, decoding }: PngTexts): Promise<void> {
  addGap(decoding, { reason: 'corrupt', path, offset: 0, detail: 'png: expected a text behind a name' })
  await readRaw(data, path, decoding, { kind: 'any' })
}

/** tEXt (PNG, 11.3.3.2): a name, and a text in Latin-1. */
export async function readPlainText(chunk: PngChunk, texts: PngTexts): Promise<void> {
  const name = await takeName(chunk, mostName)
  if (name === undefined) return refuseChunk(chunk, texts)
  await texts.fields.texts(chunk.type, name)
  await readValue(name, await holdMetadata(chunk.data, texts.path), texts)
}

/** zTXt (PNG, 11.3.3.3): the same, compressed. */
export async function readCompressedText(chunk: PngChunk, texts: PngTexts): Promise<void> {
  const name = await takeCompressedName(chunk, texts)
  if (name === undefined) return refuseChunk(chunk, texts)
  await readValue(name, await inflateMetadata(chunk.data, texts.path, texts.decoding), texts)
}

/** A name, and the only method of compression that there is. */
async function takeCompressedName(chunk: PngChunk, { fields }: PngTexts): Promise<Buffer | undefined> {
  const name = await takeName(chunk, mostName)
  if (name === undefined) return undefined
  await fields.texts(chunk.type, name)
  return (await takeBytes(chunk.data, 1))?.[0] === 0 ? name : undefined
}

/** iTXt (PNG, 11.3.3.4): a name, whether it is compressed, a language, the name in that, and a text in UTF-8. */
export async function readInternationalText(chunk: PngChunk, texts: PngTexts): Promise<void> {
  const name = await takeName(chunk, mostName)
  if (name === undefined) return refuseChunk(chunk, texts)
  const [flag = -1, method] = (await takeBytes(chunk.data, 2)) ?? []
  const language = await takeName(chunk, mostNames)
  const translated = await takeName(chunk, mostNames)
  const names = [name, language, translated].filter((each) => each !== undefined)
  await texts.fields.texts(chunk.type, ...names)
  if (names.length < 3 || (flag !== 0 && flag !== 1) || method !== 0) return refuseChunk(chunk, texts)
  const { path, decoding } = texts
  const text = flag === 1 ? await inflateMetadata(chunk.data, path, decoding) : await holdMetadata(chunk.data, path)
  await readValue(name, text, texts)
}

/** iCCP (PNG, 11.3.2.3): a name, and a profile of colours, compressed. */
export async function readProfile(chunk: PngChunk, texts: PngTexts): Promise<void> {
  const name = await takeCompressedName(chunk, texts)
  if (name === undefined) return refuseChunk(chunk, texts)
  await readIcc(await inflateMetadata(chunk.data, texts.path, texts.decoding), texts.path, texts.decoding)
}

/** sPLT (PNG, 11.3.4.4): a name, and colours of 6 or 10 bytes, by how deep they are. */
export async function readSuggestedPalette(chunk: PngChunk, texts: PngTexts): Promise<void> {
  const name = await takeName(chunk, mostName)
  if (name === undefined) return refuseChunk(chunk, texts)
  await texts.fields.texts(chunk.type, name)
  const depth = await takeBytes(chunk.data, 1)
  if (depth === undefined) return refuseChunk(chunk, texts)
  await texts.fields.numbers('depth', depth, [1])
  const colours = await holdMetadata(chunk.data, texts.path)
  const width = depth[0] === 8 ? 6 : depth[0] === 16 ? 10 : 0
  if (width > 0 && isSuggested(colours, width)) return texts.fields.colours(colours)
  await refuse(byteSource(inOne(colours)), texts.path, texts.decoding, 'corrupt', 'png: expected colours')
}

/** Behind each colour is how often it occurs, the most frequent first. */
function isSuggested(colours: Buffer, width: number): boolean {
  if (colours.length % width !== 0) return false
  let before = 0xffff
  for (let at = width - 2; at < colours.length; at += width) {
    const frequency = colours.readUInt16BE(at)
    if (frequency > before) return false
    before = frequency
  }
  return true
}

/** A text, or what ImageMagick, GIMP and exiftool write into one: profiles in hexadecimal digits, behind their name and how many bytes they have. */
async function readValue(name: Buffer, text: Buffer, texts: PngTexts): Promise<void> {
  const { path, decoding } = texts
  if (!/^Raw profile type /.test(name.toString('latin1'))) return readText(text, path, decoding)
  const [, kind, length, digits = ''] =
    /^\n([\w .-]{1,40})\n *(\d{1,9})\n([\da-f\n]*)$/i.exec(text.toString('latin1')) ?? []
  const bytes = Buffer.from(digits.replaceAll('\n', ''), 'hex')
  if (kind === undefined || bytes.length !== Number(length)) {
    await readText(text, path, decoding)
    return refuse(byteSource(inOne(text)), [...path, 'raw'], decoding, 'corrupt', 'png: expected a profile in digits')
  }
  await texts.fields.texts('profile', Buffer.from(kind))
  if (/^(?:icc|icm)$/.test(kind)) return readIcc(bytes, path, decoding)
  if (kind === 'xmp') return readText(bytes, path, decoding)
  if (kind === 'exif') {
    await texts.fields.colours(bytes)
    return readExif(bytes, path, decoding)
  }
  await refuse(byteSource(inOne(bytes)), path, decoding, 'unsupported-format', 'png: expected no profile of this kind')
}
