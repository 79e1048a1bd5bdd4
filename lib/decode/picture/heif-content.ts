import { beginsWith } from '../begins-with.ts'
import { stopOf } from '../decoding.ts'
import type { Format } from '../format.ts'
import { type Box, boxesOf, fieldsOf } from './heif-boxes.ts'
import { readItems } from './heif-items.ts'
import { readMeta } from './heif-meta.ts'
import { type Meta, readOtherBox } from './heif-reader.ts'
import { pushHeld, readHeld } from './held-picture.ts'
import { type Metadata, metadataOf, unlessStopped } from './metadata.ts'
import { mostMetadata } from './picture-parts.ts'

/** Brands of files whose first part is a picture (ISO/IEC 23008-12, 10 and annexes B to L; AV1 Image File Format, 6): not those of sequences, or of videos. */
const brands = new Set(['mif1', 'mif2', 'heic', 'heix', 'heim', 'heis', 'avif', 'avio', 'MiHB', 'MiHA', 'MiHE', 'miaf'])
const fileType = Buffer.from('ftyp')
const mostBrands = 256

/**
 * Pictures in HEIF (ISO/IEC 23008-12), as HEIC and AVIF are: boxes, and items that stand in them. All of it is pushed as it is written; `metadata` has names, properties and what Exif says; `xmp` and
 * other items are contents. The coded data is not decoded, but taken apart into units, of which those that may say something are read. Each byte of the media data is of one item, or zero.
 */
export const heif: Format = {
  name: 'heif',
  kind: 'picture',
  isFormat(head) {
    if (head.length < 16 || !beginsWith(head.subarray(4), fileType)) return false
    const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
    return bytes.readUInt32BE() <= mostBrands && brands.has(bytes.toString('latin1', 8, 12))
  },
  read: (content, decoding) =>
    readHeld(content, decoding, async (bytes) => {
      await pushHeld(bytes, content.path, decoding)
      const metadata = metadataOf('heif', content.path, decoding)
      await unlessStopped(decoding, () => readFile(bytes, metadata))
      await metadata.end()
    }),
}

async function readFile(bytes: Buffer, metadata: Metadata): Promise<void> {
  const boxes = wholeBoxes(bytes, metadata)
  const metas = boxes.filter(({ type }) => type === 'meta')
  const media = boxes.filter(({ type }) => type === 'mdat')
  let meta: Meta | undefined
  for (const [index, box] of boxes.entries()) {
    if (box.type === 'ftyp' && index === 0) await readBrands(box.body, metadata)
    else if (box === metas[0] && box.body.length <= mostMetadata) meta = await readMeta(box.body, metadata)
    else if (box.type !== 'mdat') await readOtherBox(box, metadata)
  }
  if (meta === undefined || metas.length !== 1)
    throw stopOf('heif', metadata.path)('corrupt', 'expected one description of a picture')
  await readItems(bytes, media, meta, metadata)
}

function wholeBoxes(bytes: Buffer, metadata: Metadata): Box[] {
  const boxes: Box[] = []
  try {
    for (const box of boxesOf(bytes)) boxes.push(box)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    metadata.gap('truncated', 'expected boxes within the file')
  }
  return boxes
}

/** Brands are names of four characters. */
async function readBrands(body: Buffer, metadata: Metadata): Promise<void> {
  const fields = fieldsOf(body)
  if (body.length < 8 || body.length % 4 !== 0) return metadata.gap('corrupt', 'expected names of brands')
  await metadata.text(fields.bytes(4))
  await metadata.numbers([fields.uint(4)])
  while (fields.left() > 0) await metadata.text(fields.bytes(4))
}
