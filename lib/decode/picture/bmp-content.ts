import { beginsWith } from '../begins-with.ts'
import type { ByteRange, Format } from '../format.ts'
import { isZeros, withoutZerosBehind } from '../zeros.ts'
import { type BmpHeader, parseBmpHeader } from './bmp-header.ts'
import { runsEnd } from './bmp-runs.ts'
import { pushHeld, readHeld } from './held-picture.ts'
import { readIcc } from './icc.ts'
import { type Metadata, metadataOf } from './metadata.ts'

const mark = Buffer.from('BM')
const fileHeader = 14
const reservedAt = 6
const leastLength = 26

/**
 * Pictures in BMP (Microsoft, BITMAPFILEHEADER to BITMAPV5HEADER): a header, colours, pixels of exactly the size that the header says, and a profile. Headers, colours and what is coded in runs are pushed as they are
 * written, pixels as `pixels`; between these there is nothing but zeros.
 */
export const bmp: Format = {
  name: 'bmp',
  kind: 'picture',
  isFormat(head) {
    if (head.length < leastLength || !beginsWith(head, mark)) return false
    const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
    return bytes.readUInt32LE(reservedAt) === 0 && parseBmpHeader(bytes) !== undefined
  },
  read: (content, decoding) =>
    readHeld(content, decoding, async (bytes) => {
      const metadata = metadataOf('bmp', content.path, decoding)
      const { end, pixels } = await readPicture(bytes, metadata)
      // With what is behind it, which a length that is wrong may have cut off.
      await pushHeld(bytes, content.path, decoding, pixels)
      await metadata.end()
      if (!isZeros(bytes.subarray(end))) content.source.giveBack(bytes.subarray(end))
    }),
}

async function readPicture(bytes: Buffer, metadata: Metadata): Promise<{ end: number; pixels: ByteRange[] }> {
  const header = parseBmpHeader(bytes)!
  await metadata.numbers(header.numbers)
  const from = bytes.readUInt32LE(10)
  const coloursAt = fileHeader + header.length
  if (from < coloursAt + header.colours || from > bytes.length) {
    metadata.gap('corrupt', 'expected pixels behind their colours')
    return { end: bytes.length, pixels: [] }
  }
  const between = bytes.subarray(coloursAt + header.colours, from)
  if (!isZeros(between)) metadata.gap('corrupt', 'expected nothing between colours and pixels')
  const to = header.isRuns ? runsEnd(bytes, from, header) : from + header.pixels
  if (to === undefined || to > bytes.length) {
    metadata.gap(header.isRuns ? 'corrupt' : 'truncated', 'expected as many pixels as a picture has')
    return { end: bytes.length, pixels: [] }
  }
  const end = header.profile === undefined ? to : await readProfile(bytes, to, header, metadata)
  return { end, pixels: header.isRuns || to === from ? [] : [{ from, to }] }
}

/** A profile of colours behind the pixels, or the name of the file that has it. */
async function readProfile(bytes: Buffer, behind: number, { profile }: BmpHeader, metadata: Metadata): Promise<number> {
  const from = fileHeader + profile!.at
  const to = from + profile!.length
  if (from < behind || to > bytes.length || !isZeros(bytes.subarray(behind, from))) {
    metadata.gap('corrupt', 'expected a profile behind the pixels')
    return bytes.length
  }
  const held = bytes.subarray(from, to)
  if (profile!.isName) await metadata.content('link', withoutZerosBehind(held))
  else await readIcc(held, metadata.pathOf('icc'), metadata.decoding)
  return to
}
