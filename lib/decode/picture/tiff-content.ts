import { beginsWith } from '../begins-with.ts'
import type { Format } from '../format.ts'
import { readValues } from './exif.ts'
import { holdPicture, pushHeld } from './held-picture.ts'
import { type Metadata, metadataOf, unlessStopped } from './metadata.ts'
import { addPicture } from './pixels.ts'
import { parseTiff } from './tiff.ts'
import { pageReaders } from './tiff-pages.ts'
import { readStrips } from './tiff-strips.ts'

const marks = ['II*\0', 'MM\0*'].map((mark) => Buffer.from(mark, 'latin1'))
const headerLength = 8

/**
 * Pictures in TIFF (revision 6.0; RFC 3302; GeoTIFF): all of it is pushed as it is written, samples that are not compressed as `pixels`; `metadata` has a line for each value of each page, and XMP, profiles and
 * coded pictures are contents. Every byte is of one value, one strip or one directory, or zero.
 */
export const tiff: Format = {
  name: 'tiff',
  kind: 'picture',
  isFormat: (head) => head.length >= headerLength && marks.some((mark) => beginsWith(head, mark)),
  async read(content, decoding) {
    const { path } = content
    addPicture(decoding, path)
    const { heldBytes } = decoding
    const bytes = await holdPicture(content, decoding)
    if (bytes === undefined) return
    decoding.heldBytes += bytes.length
    try {
      const metadata = metadataOf('tiff', path, decoding)
      await unlessStopped(decoding, () => readPages(bytes, metadata))
      await metadata.end()
    } finally {
      decoding.heldBytes = heldBytes
    }
  },
}

async function readPages(bytes: Buffer, metadata: Metadata): Promise<void> {
  const tiff = parseTiff(bytes, 'page')!
  await readValues(tiff, metadata, pageReaders)
  const pixels = []
  // One of another kind may have samples as well.
  const pages = Map.groupBy(tiff.values, ({ page }) => page)
  for (const values of pages.values()) for (const strip of await readStrips(values, tiff, metadata)) pixels.push(strip)
  tiff.judge()
  for (const fault of tiff.faults) metadata.gap('corrupt', fault)
  if (pages.size === 0) metadata.gap('corrupt', 'expected a page')
  // What is claimed twice is a fault.
  const isApart = tiff.faults.size === 0
  await pushHeld(bytes, metadata.path, metadata.decoding, isApart ? pixels.sort((a, b) => a.from - b.from) : [])
}
