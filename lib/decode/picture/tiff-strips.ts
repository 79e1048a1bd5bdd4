import type { ByteRange } from '../format.ts'
import { numbersOf } from './exif-values.ts'
import type { Metadata } from './metadata.ts'
import type { Tiff, TiffValue } from './tiff.ts'
import { isDecoded, readSamples, type Strip } from './tiff-samples.ts'

/** Where the samples of a directory stand: in strips, or in tiles. */
const strips = { offsets: 0x0111, lengths: 0x0117 }
const tiles = { offsets: 0x0144, lengths: 0x0145 }

/** Compressions of faxes, whose coded data is taken as it is. */
const faxes = new Set([2, 3, 4])
const [none, jpeg, webp] = [1, 7, 50001]

/**
 * Reads the samples of a page (TIFF 6.0, sections 3, 9, 15; technical note 2 for JPEG). They have the size that the page says, and those that are not compressed are what is returned; of the coded
 * data of faxes no more is known than where it is, and some is a picture of its own.
 */
export async function readStrips(values: readonly TiffValue[], tiff: Tiff, metadata: Metadata): Promise<ByteRange[]> {
  const numbersAt = (tag: number) =>
    values.filter((value) => value.tag === tag).flatMap((value) => (numbersOf(value, tiff.isLittle) ?? []).map(Number))
  const numberAt = (tag: number, otherwise: number) => numbersAt(tag)[0] ?? otherwise
  const compression = numberAt(0x0103, none)
  const tables = values.find(({ tag }) => tag === 0x015b)?.bytes
  if (tables !== undefined && compression !== jpeg)
    metadata.gap('unsupported-format', 'expected tables of JPEG for JPEG')

  const places: Strip[] = []
  for (const [kind, rowsOf] of [
    [strips, (index: number) => stripRows(index, numbersAt)],
    [tiles, () => numberAt(0x0143, 0)],
  ] as const) {
    const [offsets, lengths] = [numbersAt(kind.offsets), numbersAt(kind.lengths)]
    if (offsets.length !== lengths.length) metadata.gap('corrupt', 'expected places and lengths of samples')
    const width = kind === tiles ? numberAt(0x0142, 0) : numberAt(0x0100, 0)
    for (const [index, from] of offsets.entries()) {
      const length = lengths[index] ?? 0
      // A tile that is not there has none.
      if (length === 0) continue
      const bytes = tiff.claim(from, length)
      const samples = rowsOf(index) * rowLength(width, numbersAt)
      if (bytes === undefined) metadata.gap('corrupt', 'expected samples within it')
      else places.push({ from, to: from + length, bytes, samples })
    }
  }

  if (compression === none) {
    if (places.some(({ bytes, samples }) => bytes.length !== samples))
      metadata.gap('corrupt', 'expected as many samples as a page has')
    return places
  }
  if (isDecoded(compression)) await readSamples(places, compression, metadata)
  else if (compression === jpeg || compression === webp)
    for (const { bytes } of places)
      await metadata.content('strip', tables === undefined ? bytes : withTables(tables, bytes))
  else if (places.length > 0 && !faxes.has(compression))
    metadata.gap('unsupported-format', 'expected a compression that is known')
  return []
}

/** Bytes of a row: samples of all colours, or where each colour is apart those of one. */
function rowLength(width: number, numbersAt: (tag: number) => number[]): number {
  const bits = numbersAt(0x0102)
  const samples = numbersAt(0x011c)[0] === 2 ? 1 : (numbersAt(0x0115)[0] ?? 1)
  const together = samples === bits.length ? bits.reduce((sum, each) => sum + each, 0) : samples * Math.max(1, ...bits)
  const [across = 2, down = 2] = numbersAt(0x0212)
  const isSubsampled = numbersAt(0x0106)[0] === 6 && samples === 3
  if (!isSubsampled) return Math.ceil((width * together) / 8)
  return (Math.ceil(width / across) * (across * down + 2)) / down
}

function stripRows(index: number, numbersAt: (tag: number) => number[]): number {
  const height = numbersAt(0x0101)[0] ?? 0
  const rows = Math.min(numbersAt(0x0116)[0] ?? height, height)
  // Subsampled rows go together.
  const down = numbersAt(0x0106)[0] === 6 ? (numbersAt(0x0212)[1] ?? 2) : 1
  const perColour = Math.ceil(height / Math.max(1, rows))
  const left = Math.min(rows, height - (index % Math.max(1, perColour)) * rows)
  return Math.ceil(left / down) * down
}

/** An abbreviated picture in JPEG with the tables that are told once for all of them. */
function withTables(tables: Buffer, bytes: Buffer): Buffer {
  const [end, start] = [
    tables.subarray(-2).equals(endOfImage) ? -2 : tables.length,
    bytes.subarray(0, 2).equals(startOfImage) ? 2 : 0,
  ]
  return Buffer.concat([tables.subarray(0, end), bytes.subarray(start)])
}

const startOfImage = Buffer.from([0xff, 0xd8])
const endOfImage = Buffer.from([0xff, 0xd9])
