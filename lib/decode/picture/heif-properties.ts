import { uuidText } from '../database/number-text.ts'
import { av1Units } from './av1-units.ts'
import { boxesOf } from './heif-boxes.ts'
import { type BoxReader, readBoxes, versionOf } from './heif-reader.ts'
import { readHevc, readHevcUnit } from './hevc-units.ts'
import { readIcc } from './icc.ts'

/** Properties that are numbers of these sizes; `full`: behind a version and flags that are zero. */
function numbers(sizes: readonly number[], full = false): BoxReader {
  return async (fields, metadata) => {
    if (full) versionOf(fields, metadata)
    await metadata.numbers(sizes.map((size) => fields.uint(size)))
  }
}

const times = (count: number, size: number): number[] => Array.from({ length: count }, () => size)

/** So many texts, each with a zero byte behind it. */
const texts =
  (count: number): BoxReader =>
  async (fields, metadata) => {
    versionOf(fields, metadata)
    for (let index = 0; index < count; index++) await metadata.text(fields.text())
  }

/** Bits of each channel; flags say that more is told of each. */
const channels: BoxReader = async (fields, metadata) => {
  versionOf(fields, metadata)
  await metadata.numbers(fields.uints(fields.uint(1), 1))
}

const colours: BoxReader = async (fields, metadata) => {
  const type = fields.bytes(4).toString('latin1')
  if (type === 'nclx') return metadata.numbers([fields.uint(2), fields.uint(2), fields.uint(2), fields.uint(1)])
  const bytes = fields.rest()
  if (type !== 'rICC' && type !== 'prof') return metadata.gap('unsupported-format', 'expected colours that are read')
  if (bytes.length > 0) await readIcc(bytes, metadata.pathOf('icc'), metadata.decoding)
}

/** What a picture is beside others (ISO/IEC 23008-12, 6.5.8): a name, and for HEVC units of messages (ISO/IEC 14496-15, F.4.2). */
const auxiliary: BoxReader = async (fields, metadata) => {
  versionOf(fields, metadata)
  await metadata.text(fields.text())
  if (fields.left() > 0 && fields.uint(4) === fields.left()) await readHevc(fields.rest(), 4, metadata)
}

/** Of parameters or messages, with a bit in front that says that there are no others, and one that libheif sets. */
const isArray = (kind: number) => (kind & 0x3f) >= 32 && (kind & 0x3f) <= 40

/** How coded data of HEVC is read (ISO/IEC 14496-15, 8.3.3.1): numbers, and units that belong before all of it. */
const hevcConfiguration: BoxReader = async (fields, metadata, meta) => {
  const numbers = fields.bytes(22)
  await metadata.numbers(numbers)
  meta.lengthSize = (numbers[21]! & 3) + 1
  for (let arrays = fields.uint(1); arrays > 0; arrays--) {
    if (!isArray(fields.uint(1))) metadata.gap('unsupported-format', 'expected units of HEVC that are read')
    for (let units = fields.uint(2); units > 0; units--) await readHevcUnit(fields.bytes(fields.uint(2)), metadata)
  }
}

const av1Configuration: BoxReader = async (fields, metadata) => {
  await metadata.numbers(fields.bytes(4))
  await av1Units(fields.rest(), metadata)
}

/** Sizes of layers, of two or of four bytes each. */
const layerSizes: BoxReader = async (fields, metadata) =>
  metadata.numbers(fields.uints(3, fields.uint(1) === 0 ? 2 : 4))

/** The lens that a camera had (ISO/IEC 23008-12, 6.5.28): three numbers, or with a flag five. */
const lens: BoxReader = async (fields, metadata) => {
  const { flags } = fields.full()
  await metadata.numbers([flags, ...fields.uints((flags & 1) === 0 ? 3 : 5, 4)])
}

/** Where it was (6.5.29): flags say which of its places, of its turns and of the world are told. */
const standpoint: BoxReader = async (fields, metadata) => {
  const { flags } = fields.full()
  await metadata.numbers([flags])
  for (const flag of [1, 2, 4]) if ((flags & flag) !== 0) await metadata.numbers([fields.uint(4)])
  if ((flags & 8) !== 0) await metadata.numbers(fields.uints(3, (flags & 16) === 0 ? 2 : 4))
  if ((flags & 32) !== 0) await metadata.numbers([fields.uint(4)])
}

/** What Apple has for the same, from before there was that. */
const ofApple = new Set([
  '4363e914-5b7d-4aab-97ae-bea69803b434',
  '22cc04c7-d6d9-4e07-9d90-4eb6ecbaf3a3',
  'de225085-36cb-4365-8743-2f8705e7c78a',
])

const extension: BoxReader = async (fields, metadata) => {
  const name = uuidText(fields.bytes(16))
  await metadata.text(Buffer.from(name))
  if (ofApple.has(name)) return metadata.numbers(fields.uints(Math.min(4, fields.left() >> 2), 4))
  metadata.gap('unsupported-format', 'expected properties that are read')
  fields.rest()
}

const kinds: Readonly<Record<string, BoxReader>> = {
  ispe: numbers([4, 4], true),
  pixi: channels,
  colr: colours,
  hvcC: hevcConfiguration,
  av1C: av1Configuration,
  auxC: auxiliary,
  irot: numbers([1]),
  imir: numbers([1]),
  clap: numbers(times(8, 4)),
  pasp: numbers([4, 4]),
  rloc: numbers([4, 4], true),
  lsel: numbers([2]),
  a1op: numbers([1]),
  a1lx: layerSizes,
  clli: numbers([2, 2]),
  mdcv: numbers([...times(8, 2), 4, 4]),
  amve: numbers([4, 2, 2]),
  cclv: numbers([1, ...times(9, 4)]),
  ndwt: numbers([4], true),
  cmin: lens,
  cmex: standpoint,
  uuid: extension,
  // A language, a name, a description and tags.
  udes: texts(4),
  // A text and its language.
  altt: texts(2),
}

/** Reads properties, and which item has which (ISO/IEC 23008-12, 9.3). */
export const readProperties: BoxReader = async (fields, metadata, meta) => {
  let properties = 0
  const container: BoxReader = async (fields) => {
    const body = fields.rest()
    properties += [...boxesOf(body)].length
    await readBoxes(body, kinds, metadata, meta)
  }
  const associations: BoxReader = async (fields) => {
    const { version, flags } = fields.full()
    if (version > 1 || flags > 1) metadata.gap('unsupported-format', 'expected versions and flags that are known')
    const [size, index] = flags === 0 ? [1, 0x7f] : [2, 0x7fff]
    for (let count = fields.uint(4); count > 0; count--) {
      const item = fields.uint(version === 0 ? 2 : 4)
      const own = fields.uints(fields.uint(1), size)
      meta.named.add(item)
      await metadata.numbers([item, ...own])
      // The highest bit says that whoever does not know it shall not show the picture.
      if (own.some((each) => (each & index) > properties)) throw new RangeError('expected properties that there are')
    }
  }
  await readBoxes(fields.rest(), { ipco: container, ipma: associations }, metadata, meta)
}
