import { isCell } from '../archive/archive-names.ts'
import { beginsWith } from '../begins-with.ts'
import type { Decoding } from '../decoding.ts'
import { once, readRaw } from '../raw-content.ts'
import { isZeros, withoutZerosBehind } from '../zeros.ts'
import { isAppleNotes, readAppleNotes } from './apple-notes.ts'
import { numbersOf } from './exif-values.ts'
import { readIcc } from './icc.ts'
import { readIptc } from './iptc.ts'
import { type Metadata, metadataOf, textsBetweenZeros } from './metadata.ts'
import { readPhotoshop } from './photoshop.ts'
import { parseTiff, type Tiff, type TiffValue } from './tiff.ts'
import { readStrips } from './tiff-strips.ts'
import { writeUtf16 } from './utf-16-text.ts'

/**
 * Reads what a camera says of a picture (Exif 3.0, CIPA DC-008), also behind the mark that JPEG has before it: `metadata` has a line for each value, `thumbnail` and others are contents. What is
 * read nowhere, as notes of makers, is a gap; then all of it is pushed once more, `as-written`.
 */
export async function readExif(bytes: Uint8Array, path: readonly string[], decoding: Decoding): Promise<void> {
  await readDirectories(beginsWith(bytes, jpegMark) ? bytes.subarray(jpegMark.length) : bytes, 'image', path, decoding)
}

const jpegMark = Buffer.from('Exif\0\0')

/** The same for where other pictures of a file are (CIPA DC-007). */
export async function readMultiPicture(bytes: Uint8Array, path: readonly string[], decoding: Decoding): Promise<void> {
  await readDirectories(bytes, 'index', path, decoding)
}

async function readDirectories(
  bytes: Uint8Array,
  first: string,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const metadata = metadataOf('exif', path, decoding)
  const held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const tiff = parseTiff(held, first)
  if (tiff === undefined) metadata.gap('corrupt', 'expected directories as TIFF has them')
  else {
    await readValues(tiff, metadata)
    for (const values of Map.groupBy(tiff.values, ({ page }) => page).values())
      for (const { from, to } of await readStrips(values, tiff, metadata))
        await readRaw(once(held.subarray(from, to)), metadata.pathOf('pixels'), decoding, { kind: 'pixels' })
    tiff.judge()
    for (const fault of tiff.faults) metadata.gap('corrupt', fault)
  }
  if (metadata.hasGap) await readRaw(once(held), metadata.pathOf('as-written'), decoding, { kind: 'structure' })
  await metadata.end()
}

export type TagReader = (value: TiffValue, metadata: Metadata, tiff: Tiff) => Promise<void> | void

const unread: TagReader = ({ bytes }, metadata) => {
  if (!isZeros(bytes)) metadata.gap('unsupported-format', 'expected values that are read')
}
/** Few small numbers, one in each byte, behind `before` bytes that are others. */
const small =
  (most: number, largest: number, before = 0): TagReader =>
  (value, metadata, tiff) => {
    const isSmall = value.bytes.length <= most && value.bytes.subarray(before).every((byte) => byte <= largest)
    return isSmall ? metadata.numbers(value.bytes) : unread(value, metadata, tiff)
  }
const utf16: TagReader = ({ bytes }, metadata) => writeUtf16(bytes, 'utf-16le', metadata)
/** Places of thumbnails and samples, which are read where they are. */
export const place: TagReader = ({ type }, metadata) => {
  if (type !== 3 && type !== 4) metadata.gap('corrupt', 'expected places that are numbers')
}

const versions = /^(?:01[01]0|02[0-3][0-9]|0300)$/
const version: TagReader = ({ bytes }, metadata) => {
  const text = bytes.toString('latin1')
  return versions.test(text) ? undefined : metadata.text(bytes)
}

const padding: TagReader = (value, metadata, tiff) => {
  // Windows begins room that it keeps free with the number of the tag.
  const isMarked = value.bytes[0] === 0x1c && value.bytes[1] === 0xea
  return unread(isMarked ? { ...value, bytes: value.bytes.subarray(2) } : value, metadata, tiff)
}

const codes = ['ASCII\0\0\0', 'UNICODE\0', 'JIS\0\0\0\0\0']

/** A text behind eight bytes that say how its characters are written (Exif 3.0, 4.6.6, UserComment). */
const coded: TagReader = ({ bytes }, metadata, { isLittle }) => {
  const code = bytes.toString('latin1', 0, 8)
  const text = bytes.subarray(8)
  if (isZeros(text) && (isZeros(bytes) || codes.includes(code))) return
  if (code === 'UNICODE\0') {
    const isMarkedBig = text[0] === 0xfe && text[1] === 0xff
    const isMarkedLittle = text[0] === 0xff && text[1] === 0xfe
    // Programs disagree about whether the order is that of all else.
    const zerosFirst = text.reduce((sum, byte, at) => sum + (byte === 0 ? 1 - 2 * (at & 1) : 0), 0)
    const isBig = isMarkedBig || (!isMarkedLittle && (zerosFirst > 0 || (zerosFirst === 0 && !isLittle)))
    return writeUtf16(text, isBig ? 'utf-16be' : 'utf-16le', metadata)
  }
  const cell = withoutZerosBehind(text)
  if ((code === 'ASCII\0\0\0' || code === '\0'.repeat(8)) && isCell(cell)) return metadata.text(cell)
  metadata.gap('unsupported-format', 'expected a comment whose characters are read')
}

/** Those of Apple are read. */
const makerNotes: TagReader = (value, metadata, tiff) =>
  isAppleNotes(value.bytes) ? readAppleNotes(value.bytes, metadata) : unread(value, metadata, tiff)

const pictureTypes = [0, 0x010001, 0x010002, 0x020001, 0x020002, 0x020003, 0x030000]

/** Of each picture flags with its type, its size and place, and the numbers of two others (CIPA DC-007, 5.2.3.3). */
const entries: TagReader = ({ bytes }, metadata, { isLittle }) => {
  const as = (type: number, size: number) =>
    numbersOf({ directory: '', page: 0, tag: 0, type, count: Math.floor(bytes.length / size), bytes, at: 0 }, isLittle)!
  const [longs, shorts] = [as(4, 4).map(Number), as(3, 2).map(Number)]
  const isEntry = (_: unknown, index: number) =>
    pictureTypes.includes(longs[4 * index]! & 0x07ffffff) &&
    shorts.slice(8 * index + 6, 8 * index + 8).every((number) => number <= bytes.length / 16)
  if (bytes.length % 16 !== 0 || !Array.from({ length: bytes.length / 16 }, isEntry).every(Boolean))
    return metadata.gap('unsupported-format', 'expected entries of pictures')
  return metadata.numbers(longs.filter((_, index) => index % 4 !== 3))
}

const readers = new Map<number, TagReader>([
  [0x0111, place], // StripOffsets
  [0x0117, place], // StripByteCounts
  [0x0201, place], // JPEGInterchangeFormat
  [0x0202, place], // JPEGInterchangeFormatLength
  [0x02bc, ({ bytes }, metadata) => metadata.content('xmp', withoutZerosBehind(bytes))],
  [0x83bb, ({ bytes }, metadata) => readIptc(bytes, metadata)],
  [0x8649, ({ bytes }, metadata) => readPhotoshop(bytes, metadata)],
  [0x8773, ({ bytes }, metadata) => readIcc(bytes, metadata.pathOf('icc'), metadata.decoding)],
  [0x9000, version],
  [0x9101, small(4, 6)], // ComponentsConfiguration
  [0x9216, small(4, 9)], // TIFF/EPStandardID
  [0x927c, makerNotes],
  [0x9286, coded], // UserComment
  ...[0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f].map((tag): [number, TagReader] => [tag, utf16]), // XPTitle and others
  [0xa000, version],
  [0xa300, small(1, 255)], // FileSource
  [0xa301, small(1, 255)], // SceneType
  [0xa302, small(68, 6, 4)], // CFAPattern
  [0xb000, version],
  [0xb002, entries], // MPEntry
  [0xea1c, padding],
])

const readersOf: Readonly<Record<string, ReadonlyMap<number, TagReader>>> = {
  gps: new Map<number, TagReader>([
    [0x1b, coded], // GPSProcessingMethod
    [0x1c, coded], // GPSAreaInformation
  ]),
  interop: new Map([[0x0002, version]]),
}

/** Tags that have more than eight bytes of numbers, and how many: of some one for each colour. More in others are a table that nobody knows, or a text. */
const mostBytes = new Map([
  ...[0x0102, 0x0118, 0x0119, 0x0150, 0x0152, 0x0153, 0x0154, 0x0155].map((tag): [number, number] => [tag, 32]),
  [0x013e, 16], // WhitePoint
  [0x013f, 48], // PrimaryChromaticities
  [0x0156, 12], // TransferRange
  [0x0207, 16], // JPEGQTables, JPEGDCTables and JPEGACTables
  [0x0208, 16],
  [0x0209, 16],
  [0x0211, 24], // YCbCrCoefficients
  [0x0214, 48], // ReferenceBlackWhite
  [0xa432, 32], // LensSpecification
])
/** Degrees, minutes and seconds, and times (CIPA DC-008, 4.6.7). */
const places = [0x02, 0x04, 0x07, 0x14, 0x16]

function mayBeNumbers({ directory, tag, bytes }: TiffValue): boolean {
  if (bytes.length <= 8) return true
  return bytes.length <= (directory === 'gps' && places.includes(tag) ? 24 : (mostBytes.get(tag) ?? 0))
}

/** Reads all values but what they say where something else is. `others`: how those of pages are read before that. */
export async function readValues(
  tiff: Tiff,
  metadata: Metadata,
  others?: ReadonlyMap<number, TagReader>,
): Promise<void> {
  for (const value of tiff.values) {
    const own = value.directory === 'page' ? others?.get(value.tag) : undefined
    await (own ?? readValue)(value, metadata, tiff)
  }
}

async function readValue(value: TiffValue, metadata: Metadata, tiff: Tiff): Promise<void> {
  const { directory, tag, type, count, bytes } = value
  const own = (readersOf[directory] ?? readers).get(tag)
  if (own !== undefined) return own(value, metadata, tiff)
  if (type === 2 || type === 129) {
    // Some tags have several texts (TIFF 6.0, Copyright).
    for (const text of textsBetweenZeros(bytes)) await metadata.text(text)
  } else if (type === 1 || type === 6 || type === 7) {
    const text = withoutZerosBehind(bytes)
    if (type !== 7 && count <= 4) await metadata.numbers(numbersOf(value, tiff.isLittle)!)
    else if (isCell(text)) await metadata.text(text)
    else unread(value, metadata, tiff)
  } else {
    if (!mayBeNumbers(value)) return unread(value, metadata, tiff)
    await metadata.numbers(numbersOf(value, tiff.isLittle)!)
  }
}
