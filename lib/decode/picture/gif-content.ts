import { type ByteSource, byteSource, chunksOf } from '../byte-source.ts'
import { firstControlByte } from '../checks/control-bytes.ts'
import { asStop } from '../compression/block-corrupt.ts'
import { skipZeros } from '../compression/skip-zeros.ts'
import { addStop, countMember, countProduced, type Decoding, stopOf } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { takeBytes } from '../next-bytes.ts'
import { readRaw } from '../raw-content.ts'
import { subBlocks } from './gif-blocks.ts'
import { readExtension } from './gif-extensions.ts'
import { lzwPixels } from './lzw.ts'
import { type PictureFields, pictureFields } from './picture-fields.ts'
import { refuse } from './picture-parts.ts'
import { addPicture } from './pixels.ts'

const screenLength = 13
const signature = /^GIF8[79]a/

/**
 * Pictures in GIF 87a and 89a (CompuServe, 1990): numbers of colours are `[...path, 'image-2']`, which has the number of its block, as all that is a content of its own; what is said
 * about them is in `metadata` and `numbers-1` (`pictureFields`).
 */
export const gif: Format = {
  name: 'gif',
  kind: 'picture',
  isFormat: isGif,
  async read({ source, path }: Content, decoding: Decoding) {
    addPicture(decoding, path)
    const fields = pictureFields(path, decoding)
    let isComplete = false
    try {
      await readBlocks({ source, fields, path, decoding })
      isComplete = true
      await skipZeros(source)
    } finally {
      await fields.end(isComplete)
    }
  },
}

/** Text may begin like it, but a picture that it would describe has no more than 8,000 pixels in a row. */
function isGif(head: Uint8Array): boolean {
  const screen = Buffer.from(head.subarray(0, screenLength))
  if (!signature.test(screen.toString('latin1')) || screen.length < screenLength) return false
  return firstControlByte(screen) >= 0 || screen.some((byte) => byte >= 0x80)
}

type Gif = { source: ByteSource; fields: PictureFields; path: readonly string[]; decoding: Decoding }

async function readBlocks({ source, fields, path, decoding }: Gif): Promise<void> {
  let blocks = 0
  const stop = stopOf('gif', path, () => blocks)
  const take = async (count: number): Promise<Buffer> => {
    const bytes = await takeBytes(source, count)
    if (bytes === undefined) throw stop('truncated', 'expected more bytes of a block')
    return bytes
  }
  const takeColours = async (flags: number) => {
    if ((flags & 0x80) !== 0) await fields.colours(await take(3 << ((flags & 7) + 1)))
  }
  const screen = await take(screenLength)
  await fields.numbers('screen', screen.subarray(6), [2, 2, 1, 1, 1], 'LE')
  await takeColours(screen[10]!)
  for (;;) {
    const [kind] = await take(1)
    blocks += 1
    countMember(decoding, path)
    if (kind === trailer) return
    if (kind === extension) {
      const [label = 0] = await take(1)
      await readExtension(label, source, { path: [...path, `block-${blocks}`], decoding, fields, stop })
    } else if (kind === image) {
      const described = await take(9)
      await fields.numbers('image', described, [2, 2, 2, 2, 1], 'LE')
      await takeColours(described[8]!)
      const [pixelBits = 0] = await take(1)
      if (pixelBits < 1 || pixelBits > 8) throw stop('corrupt', 'expected colours of at most eight bits')
      const pixels = described.readUInt16LE(4) * described.readUInt16LE(6)
      await readPixels(subBlocks(source, stop), { pixels, pixelBits }, [...path, `image-${blocks}`], decoding)
    } else throw stop('corrupt', 'expected a block that there is')
  }
}

const trailer = 0x3b
const extension = 0x21
const image = 0x2c

/** Pushes the numbers of colours of an image, of which there are as many as it has pixels. */
async function readPixels(
  data: ByteSource,
  { pixels, pixelBits }: { pixels: number; pixelBits: number },
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  let produced = 0
  const stop = stopOf('gif', path, () => produced)
  async function* decoded() {
    try {
      for await (const bytes of lzwPixels(chunksOf(data), pixelBits, 'gif')) {
        countProduced(decoding, bytes.length, path, produced)
        produced += bytes.length
        yield bytes
        if (produced > pixels) throw stop('corrupt', 'expected no more pixels than the image has')
      }
    } catch (error) {
      throw asStop(error, stop)
    }
    if (produced < pixels) throw stop('truncated', 'expected as many pixels as the image has')
  }
  try {
    await readRaw(byteSource(decoded()), path, decoding, { kind: 'pixels' })
  } catch (error) {
    if (decoding.exhausted) throw error
    addStop(decoding, error)
  }
  await refuse(data, [...path, 'rest'], decoding, 'corrupt', 'gif: expected data that can be decoded')
}
