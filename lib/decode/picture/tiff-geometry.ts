import { numbersOf } from './exif-values.ts'
import type { TiffValue } from './tiff.ts'

/** Pieces of a file: where each stands, how long it is, and how many bytes of samples are in it; `most`: how many there are of the whole picture. */
type Pieces = { offsets: number[]; lengths: number[]; most: number; samplesOf(index: number): number }

/** How the samples of a page are stored: in strips or in tiles, with tables of JPEG that are told once, and a small picture beside them. */
export type Geometry = { compression: number; tables: Buffer[]; strips: Pieces; thumbnails: Pieces }

const planar = 2
const yCbCr = 6

/** @param values of one directory */
export function geometryOf(values: readonly TiffValue[], isLittle: boolean): Geometry {
  const byTag = Map.groupBy(values, ({ tag }) => tag)
  const numbersAt = (tag: number) =>
    (byTag.get(tag) ?? []).flatMap((value) => (numbersOf(value, isLittle) ?? []).map(Number))
  const numberAt = (tag: number, otherwise: number) => numbersAt(tag)[0] ?? otherwise
  const [width, height] = [numberAt(0x0100, 0), numberAt(0x0101, 0)]
  const bits = numbersAt(0x0102)
  // Where each colour is apart, a strip has samples of one.
  const all = numberAt(0x0115, 1)
  const [colours, planes] = numberAt(0x011c, 1) === planar ? [1, all] : [all, 1]
  const pixelBits =
    colours === bits.length
      ? bits.reduce((sum, each) => sum + each, 0)
      : colours * bits.reduce((most, each) => Math.max(most, each), 1)
  const isSubsampled = numberAt(0x0106, 0) === yCbCr && colours === 3
  const [across = 2, down = 2] = isSubsampled ? numbersAt(0x0212) : [1, 1]
  const samplesIn = (columns: number, rows: number) =>
    isSubsampled
      ? Math.ceil(columns / across) * Math.ceil(rows / down) * (across * down + 2)
      : Math.ceil((columns * pixelBits) / 8) * rows

  const rows = Math.max(1, Math.min(numberAt(0x0116, height), height))
  const inColumn = Math.ceil(height / rows)
  const [tileWidth, tileHeight] = [numberAt(0x0142, 0), numberAt(0x0143, 0)]
  const tile = samplesIn(tileWidth, tileHeight)
  const isTiled = byTag.has(0x0144)
  const inPlane = isTiled ? Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight) : inColumn
  return {
    compression: numberAt(0x0103, 1),
    tables: (byTag.get(0x015b) ?? []).map(({ bytes }) => bytes),
    strips: {
      offsets: [...numbersAt(0x0111), ...numbersAt(0x0144)],
      lengths: [...numbersAt(0x0117), ...numbersAt(0x0145)],
      most: inPlane * planes,
      samplesOf: (index) => (isTiled ? tile : samplesIn(width, Math.min(rows, height - (index % inColumn) * rows))),
    },
    thumbnails: { offsets: numbersAt(0x0201), lengths: numbersAt(0x0202), most: 1, samplesOf: () => 0 },
  }
}
