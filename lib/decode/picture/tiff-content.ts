import { beginsWith } from '../begins-with.ts'
import type { ByteRange, Format } from '../format.ts'
import { readValues } from './exif.ts'
import { pushHeld, readHeld } from './held-picture.ts'
import { type Metadata, metadataOf, unlessStopped } from './metadata.ts'
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
  read: (content, decoding) =>
    readHeld(content, decoding, async (bytes) => {
      const metadata = metadataOf('tiff', content.path, decoding)
      let pixels: ByteRange[] = []
      await unlessStopped(decoding, async () => {
        pixels = await readPages(bytes, metadata)
      })
      // Also where its pages cannot be read on.
      await pushHeld(bytes, content.path, decoding, pixels)
      await metadata.end()
    }),
}

/** Reads pages, and returns where samples are, apart and in order. */
async function readPages(bytes: Buffer, metadata: Metadata): Promise<ByteRange[]> {
  const tiff = parseTiff(bytes, 'page')!
  await readValues(tiff, metadata, pageReaders)
  const pixels: ByteRange[] = []
  // One of another kind may have samples as well.
  const pages = Map.groupBy(tiff.values, ({ page }) => page)
  for (const values of pages.values()) for (const strip of await readStrips(values, tiff, metadata)) pixels.push(strip)
  tiff.judge()
  for (const fault of tiff.faults) metadata.gap('corrupt', fault)
  if (pages.size === 0) metadata.gap('corrupt', 'expected a page')
  // What is claimed twice is a fault.
  return tiff.faults.size === 0 ? pixels.sort((a, b) => a.from - b.from) : []
}
