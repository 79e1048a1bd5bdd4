import { countProduced } from '../decoding.ts'
import type { ByteRange } from '../format.ts'
import type { Metadata } from './metadata.ts'
import type { Tiff, TiffValue } from './tiff.ts'
import { type Geometry, geometryOf } from './tiff-geometry.ts'
import { isDecoded, readSamples, type Strip } from './tiff-samples.ts'

/** Compressions of faxes, whose coded data is taken as it is: of one pixel they have at most twelve bits, and some more of a row. */
const faxes = new Set([2, 3, 4])
const isFax = ({ bytes, samples }: Strip) => bytes.length <= 12 * samples + 64
const [none, jpeg, webp] = [1, 7, 50001]

/**
 * Reads the samples of a page (TIFF 6.0, sections 3, 9, 15; technical note 2 for JPEG). They have the size that the page says, and those that are not compressed are what is returned; of the coded
 * data of faxes no more is known than where it is, and some is a picture of its own.
 */
export async function readStrips(values: readonly TiffValue[], tiff: Tiff, metadata: Metadata): Promise<ByteRange[]> {
  const geometry = geometryOf(values, tiff.isLittle)
  const {
    compression,
    tables: [tables, ...others],
  } = geometry
  for (const thumbnail of claimed(geometry.thumbnails, tiff, metadata))
    await metadata.content('thumbnail', thumbnail.bytes)
  const strips = claimed(geometry.strips, tiff, metadata)
  if (others.length > 0 || (tables !== undefined && (compression !== jpeg || strips.length === 0)))
    metadata.gap('unsupported-format', 'expected tables of JPEG for JPEG')
  if (compression === none) {
    if (strips.some(({ bytes, samples }) => bytes.length !== samples))
      metadata.gap('corrupt', 'expected as many samples as a page has')
    return strips
  }
  if (isDecoded(compression)) await readSamples(strips, compression, metadata)
  else if (compression === jpeg || compression === webp)
    for (const { bytes } of strips) {
      if (tables !== undefined) countProduced(metadata.decoding, tables.length, metadata.path, 0)
      await metadata.content('strip', tables ? withTables(tables, bytes) : bytes)
    }
  else if (faxes.has(compression)) {
    if (!strips.every(isFax)) metadata.gap('corrupt', 'expected no more coded data than a page may have')
  } else if (strips.length > 0) metadata.gap('unsupported-format', 'expected a compression that is known')
  return []
}

/** What stands where it should; a piece without a place and a length is none. */
function claimed({ offsets, lengths, most, samplesOf }: Geometry['strips'], tiff: Tiff, metadata: Metadata): Strip[] {
  const strips: Strip[] = []
  if (offsets.length !== lengths.length) metadata.gap('corrupt', 'expected places and lengths of samples')
  if (offsets.length > most) metadata.gap('corrupt', 'expected no more samples than a page has')
  for (const [index, from] of offsets.entries()) {
    const length = lengths[index] ?? 0
    if (length === 0 && from === 0) continue
    const bytes = length === 0 ? undefined : tiff.claim(from, length)
    if (bytes === undefined) metadata.gap('corrupt', 'expected samples within it')
    else strips.push({ from, to: from + length, bytes, samples: samplesOf(index) })
  }
  return strips
}

/** An abbreviated picture in JPEG with the tables that are told once for all of them. */
function withTables(tables: Buffer, bytes: Buffer): Buffer {
  const to = tables.subarray(-2).equals(endOfImage) ? tables.length - 2 : tables.length
  const from = bytes.subarray(0, 2).equals(startOfImage) ? 2 : 0
  return Buffer.concat([tables.subarray(0, to), bytes.subarray(from)])
}

const startOfImage = Buffer.from([0xff, 0xd8])
const endOfImage = Buffer.from([0xff, 0xd9])
