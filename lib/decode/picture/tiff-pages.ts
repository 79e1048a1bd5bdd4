import { withoutZerosBehind } from '../zeros.ts'
import { place, type TagReader } from './exif.ts'
import { numbersOf } from './exif-values.ts'

/** What is read with the samples of a page. */
const nothing: TagReader = () => {}

const [short, double] = [3, 12]

/** Numbers of one type, of which there may be as many as `isCount` says. */
const numbers =
  (type: number, isCount: (count: number) => boolean): TagReader =>
  (value, metadata, { isLittle }) => {
    if (!isCount(value.count) || value.type !== type)
      return metadata.gap('unsupported-format', 'expected as many numbers as a tag has')
    return metadata.numbers(numbersOf(value, isLittle)!)
  }

/** GeoTIFF 1.1, 7.1.2: four numbers of versions and how many keys there are, and four of each key. */
const geoKeys: TagReader = (value, metadata, tiff) => {
  const [version, revision, , keys] = value.type === short ? numbersOf(value, tiff.isLittle)!.map(Number) : []
  const isDirectory = version === 1 && revision === 1 && value.count === 4 + 4 * keys!
  return numbers(short, () => isDirectory)(value, metadata, tiff)
}

/** Texts of several lines, as XML is. */
const text: TagReader = ({ bytes }, metadata) => metadata.content('text', withoutZerosBehind(bytes))

const isCurve = (count: number) =>
  [1, 3].some((colours) => count % colours === 0 && isPower(count / colours) && count / colours <= 2 ** 16)
const isPower = (number: number) => number > 0 && (number & (number - 1)) === 0

/** Tags of pages that others do not have (TIFF 6.0; GeoTIFF 1.1; GDAL), each with how its value is read. */
export const pageReaders: ReadonlyMap<number, TagReader> = new Map<number, TagReader>([
  [0x0140, numbers(short, isCurve)], // ColorMap
  [0x012d, numbers(short, isCurve)], // TransferFunction
  [0x0144, place], // TileOffsets
  [0x0145, place], // TileByteCounts
  [0x015b, nothing], // JPEGTables
  [0x830e, numbers(double, (count) => count === 3)], // ModelPixelScale
  [0x8482, numbers(double, (count) => count % 6 === 0 && count <= 600)], // ModelTiepoint
  [0x85d8, numbers(double, (count) => count === 16)], // ModelTransformation
  [0x87af, geoKeys], // GeoKeyDirectory
  [0x87b0, numbers(double, (count) => count <= 64)], // GeoDoubleParams
  [0xa480, text], // GDAL_METADATA
])
