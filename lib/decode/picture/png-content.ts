import { beginsWith } from '../begins-with.ts'
import { type ByteSource, byteSource, chunksOf } from '../byte-source.ts'
import { skipZeros } from '../compression/skip-zeros.ts'
import { addGap, countMember, type Decoding, type Stop, stopOf } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { takeBytes } from '../next-bytes.ts'
import { readExif } from './exif.ts'
import { type PictureFields, pictureFields } from './picture-fields.ts'
import { holdMetadata, readUnknown, refuse } from './picture-parts.ts'
import { addPicture } from './pixels.ts'
import { type PngChunk, type PngChunks, pngChunks } from './png-chunks.ts'
import { coloursFit, isColours, numberWidths } from './png-fields.ts'
import { headerWidths, type PngHeader, parsePngHeader, samplesLength } from './png-header.ts'
import { readSamples } from './png-samples.ts'
import {
  type PngTexts,
  readCompressedText,
  readInternationalText,
  readPlainText,
  readProfile,
  readSuggestedPalette,
} from './png-text.ts'

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/**
 * Pictures in PNG (W3C, Portable Network Graphics, third edition), also those that move: samples are `[...path, 'pixels']` and `[...path, 'frame-2']`, which has the number
 * of its chunk, as all that is a content of its own; what is said about them is in `metadata` and `numbers-1` (`pictureFields`).
 */
export const png: Format = {
  name: 'png',
  kind: 'picture',
  isFormat: (head) => beginsWith(head, signature),
  async read({ source, path }: Content, decoding: Decoding) {
    addPicture(decoding, path)
    await takeBytes(source, signature.length)
    const fields = pictureFields(path, decoding)
    let isComplete = false
    try {
      const stopAt = (count: number) => stopOf('png', path, () => count)
      const chunks = pngChunks(source, path, decoding, stopAt)
      await readChunks({ chunks, fields, path, decoding, stop: stopOf('png', path, chunks.count) })
      isComplete = true
      await skipZeros(source)
    } finally {
      await fields.end(isComplete)
    }
  },
}

type Png = { chunks: PngChunks; fields: PictureFields; path: readonly string[]; decoding: Decoding; stop: Stop }

const texts: Readonly<Record<string, (chunk: PngChunk, texts: PngTexts) => Promise<void>>> = {
  tEXt: readPlainText,
  zTXt: readCompressedText,
  iTXt: readInternationalText,
  iCCP: readProfile,
  sPLT: readSuggestedPalette,
}

async function readChunks({ chunks, fields, path, decoding, stop }: Png): Promise<void> {
  const header = await readHeader(await chunks.next(), fields, stop)
  let hasPixels = false
  /** How many bytes the samples of the next frame have, and the number of the next of its chunks. */
  let frame: number | undefined
  let sequence = 0
  const gap = (detail: string) =>
    addGap(decoding, { reason: 'corrupt', path, offset: chunks.count(), detail: `png: expected ${detail}` })
  const follows = (bytes: Buffer | undefined) => {
    if (bytes?.readUInt32BE() !== sequence++) gap('numbers of chunks in their order')
  }

  for (;;) {
    const chunk = await chunks.next()
    const { type, data } = chunk
    const own = [...path, `chunk-${chunks.count()}`]
    const widths = numberWidths[type]
    if (type === 'IEND') {
      await refuse(data, own, decoding, 'corrupt', 'png: expected no bytes in IEND')
      if (!hasPixels) gap('pixels')
      return
    }
    if (type === 'IDAT' && !hasPixels) {
      hasPixels = true
      frame = undefined
      await readSamples(joined(chunk, chunks), samplesLength(header), [...path, 'pixels'], decoding)
    } else if (type === 'fdAT' && frame !== undefined) {
      countMember(decoding, path)
      const bytes = joined(chunk, chunks, follows)
      await readSamples(bytes, frame, [...path, `frame-${chunks.count()}`], decoding)
      frame = undefined
    } else if (texts[type] !== undefined) {
      countMember(decoding, path)
      await texts[type](chunk, { fields, decoding, path: own })
    } else if (widths !== undefined && chunk.length === sum(widths)) {
      const bytes = await holdMetadata(data, own)
      await fields.numbers(type, bytes, widths)
      if (type === 'fcTL') {
        follows(bytes)
        const [width, height, x, y] = [4, 8, 12, 16].map((at) => bytes.readUInt32BE(at)) as [
          number,
          number,
          number,
          number,
        ]
        if (width === 0 || height === 0 || x + width > header.width || y + height > header.height)
          gap('a frame within its picture')
        frame = samplesLength({ ...header, width, height })
      }
    } else if (isColours(type) && coloursFit(type, chunk.length, header))
      await fields.colours(await holdMetadata(data, own))
    else await readOther(chunk, own, fields, decoding)
    if ((await data.take()) !== undefined) throw stop('corrupt', 'expected a chunk that is read to its end')
  }
}

async function readHeader(chunk: PngChunk, fields: PictureFields, stop: Stop): Promise<PngHeader> {
  // Apple's own have another chunk before it, and data of another kind.
  if (chunk.type === 'CgBI') throw stop('unsupported-format', 'expected IHDR first')
  if (chunk.type !== 'IHDR' || chunk.length !== sum(headerWidths)) throw stop('corrupt', 'expected IHDR first')
  const bytes = await holdMetadata(chunk.data, [])
  await fields.numbers('IHDR', bytes, headerWidths)
  const header = parsePngHeader(bytes)
  if (header === undefined) throw stop('corrupt', 'expected a picture that there can be')
  return header
}

/** What chunks of one type that follow one another hold together; `onNumber` sees what each of them begins with. */
function joined(first: PngChunk, chunks: PngChunks, onNumber?: (bytes: Buffer | undefined) => void): ByteSource {
  return byteSource(
    (async function* () {
      for (let chunk = first; ; chunk = await chunks.next()) {
        const { data } = chunk
        if (onNumber !== undefined) onNumber(chunk.length < 4 ? undefined : await takeBytes(data, 4))
        yield* chunksOf(data)
        if ((await chunks.nextType()) !== first.type) return
      }
    })(),
  )
}

/** A chunk that is not known, or not as it should be. Its type may say something as well. */
async function readOther(
  { type, data }: PngChunk,
  path: readonly string[],
  fields: PictureFields,
  decoding: Decoding,
): Promise<void> {
  await fields.texts('chunk', Buffer.from(type))
  if (type === 'eXIf') {
    const bytes = await holdMetadata(data, path)
    await fields.colours(bytes)
    return readExif(bytes, path, decoding)
  }
  if (numberWidths[type] !== undefined || isColours(type) || /^(?:IHDR|IDAT|fdAT)$/.test(type))
    return refuse(data, path, decoding, 'corrupt', 'png: expected chunks that are as long and as many as they can be')
  const detail = 'png: expected chunks that are known'
  if (type[0]! < 'a') return refuse(data, path, decoding, 'unsupported-format', detail)
  await readUnknown(data, path, decoding, detail)
}

const sum = (widths: readonly number[]) => widths.reduce((before, width) => before + width, 0)
