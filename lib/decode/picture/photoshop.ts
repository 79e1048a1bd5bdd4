import { createHash } from 'node:crypto'
import { isZeros, withoutZerosBehind } from '../zeros.ts'
import { readExif } from './exif.ts'
import { readIcc } from './icc.ts'
import { readIptc } from './iptc.ts'
import type { Metadata } from './metadata.ts'
import { readDescriptor } from './photoshop-descriptor.ts'
import { writeUtf16 } from './utf-16-text.ts'

type Resource = { id: number; data: Buffer; iptc: Buffer | undefined }
type Reader = (resource: Resource, metadata: Metadata) => Promise<void> | void

/** Resources that are numbers of a known length: resolutions, flags, halftones, angles, units. */
function numbers(...lengths: number[]): Reader {
  return ({ data }, metadata) => {
    if (!lengths.includes(data.length)) return unread({ data } as Resource, metadata)
    const units = (size: number) =>
      Array.from({ length: Math.floor(data.length / size) }, (_, index) => data.readUIntBE(size * index, size))
    return metadata.numbers([...units(4), ...units(2), ...units(1)])
  }
}

/** Of four inks: points of a curve from 0 to 1000, or none, and whether it is in force. */
const curves: Reader = (resource, metadata) => {
  const { data } = resource
  const isCurve = (_: unknown, index: number) => {
    const value = data.readUInt16BE(2 * index)
    return value <= 1000 || value === 0xffff
  }
  const areCurves = data.length === 112 && Array.from({ length: 56 }, isCurve).every(Boolean)
  return (areCurves ? numbers(112) : unread)(resource, metadata)
}

/** Of four inks: frequency, its unit, angle, shape, room and two flags. */
const halftones: Reader = (resource, metadata) => {
  const { data } = resource
  const isScreen = (_: unknown, index: number) => {
    const at = 18 * index
    const [unit, shape] = [data.readUInt16BE(at + 4), data.readUInt16BE(at + 10)]
    return unit <= 2 && shape <= 6 && isZeros(data.subarray(at + 12, at + 16)) && data.readUInt16BE(at + 16) <= 0x0101
  }
  const areScreens = data.length === 72 && Array.from({ length: 4 }, isScreen).every(Boolean)
  return (areScreens ? numbers(72) : unread)(resource, metadata)
}

const unread: Reader = ({ data }, metadata) => {
  if (!isZeros(data)) metadata.gap('unsupported-format', 'expected resources of Photoshop that are read')
}
const text: Reader = ({ data }, metadata) => metadata.text(data)

const iptcDigest: Reader = ({ data, iptc = Buffer.alloc(0) }, metadata) => {
  if (data.length !== 16) return unread({ data } as Resource, metadata)
  if (!isZeros(data) && !createHash('md5').update(iptc).digest().equals(data))
    return metadata.numbers([data.toString('hex')])
}

/** A header of 28 bytes, and a picture in JPEG. */
const thumbnail: Reader = async ({ data }, metadata) => {
  if (data.length < 28 || data.readUInt32BE() !== 1) return unread({ data } as Resource, metadata)
  await metadata.numbers([4, 8, 12, 16, 20, 24].map((at) => data.readUInt32BE(at)))
  await metadata.content('thumbnail', data.subarray(28))
}

/** A version, a flag, names of who wrote and who can read it in UTF-16 behind their lengths, and a version. */
const versionInfo: Reader = async ({ data }, metadata) => {
  let at = 5
  for (let index = 0; index < 2; index++) {
    const length = at + 4 <= data.length ? 2 * data.readUInt32BE(at) : data.length
    at += 4
    if (at + length > data.length) return metadata.gap('corrupt', 'expected a version of Photoshop')
    await writeUtf16(data.subarray(at, at + length), 'utf-16be', metadata)
    at += length
  }
  if (data.length !== at + 4) return metadata.gap('corrupt', 'expected a version of Photoshop')
  await metadata.numbers([data.readUInt32BE(), data[4]!, data.readUInt32BE(at)])
}

/** Photoshop File Formats Specification, Image Resource IDs. */
const readers = new Map<number, Reader>([
  [0x03ea, ({ data }, metadata) => metadata.content('settings', data)], // of a printer, in XML
  [0x03ed, numbers(16)], // resolution
  [0x03f3, numbers(8, 9)], // flags to print with
  [0x03f5, halftones],
  [0x03f8, curves],
  [0x0400, numbers(2)], // layer that is worked on
  [0x0402, numbers(2)], // groups of layers
  [0x0404, ({ data }, metadata) => readIptc(data, metadata)],
  [0x0406, numbers(2, 7, 9)], // quality of JPEG
  [0x0408, numbers(16)], // grid without guides
  [0x040a, numbers(1)], // copyright
  [0x040b, text], // address
  [0x040c, thumbnail],
  [0x040d, numbers(4)], // angle
  [0x040f, ({ data }, metadata) => readIcc(data, metadata.pathOf('icc'), metadata.decoding)],
  [0x0410, numbers(1)], // effects
  [0x0411, numbers(1)], // no profile
  [0x0414, numbers(4)], // number of the next layer
  [0x0419, numbers(4)], // altitude
  [0x041a, ({ data }, metadata) => readDescriptor(data, 'slices', metadata)],
  [0x0421, versionInfo],
  [0x0422, ({ data }, metadata) => readExif(data, metadata.pathOf('exif'), metadata.decoding)],
  [0x0424, ({ data }, metadata) => metadata.content('xmp', withoutZerosBehind(data))],
  [0x0425, iptcDigest],
  [0x0426, numbers(14)], // scale to print with
  [0x0428, numbers(12)], // shape of pixels
  [0x042d, numbers(2, 6, 10, 14, 18)], // layers that are chosen
  [0x0430, numbers(1)], // groups of layers that are on
  // How to print it.
  [0x043a, ({ data }, metadata) => readDescriptor(data, 'descriptor', metadata)],
  [0x043b, ({ data }, metadata) => readDescriptor(data, 'descriptor', metadata)],
  [0x2710, numbers(10)], // more flags to print with
])

const marks = new Set(['8BIM', 'MeSa', 'PHUT', 'AgHg', 'DCSR'])

/** Reads image resources as Photoshop writes them into pictures, each with its name; one that is not known and has bytes is a gap. */
export async function readPhotoshop(bytes: Buffer, metadata: Metadata): Promise<void> {
  let at = 0
  const resources: Resource[] = []
  let iptc: Buffer | undefined
  while (at + 12 <= bytes.length && marks.has(bytes.toString('latin1', at, at + 4))) {
    const id = bytes.readUInt16BE(at + 4)
    const name = bytes.subarray(at + 7, at + 7 + bytes[at + 6]!)
    const isPadded = isZeros(bytes.subarray(at + 7 + name.length, at + 6 + even(1 + name.length)))
    at += 6 + even(1 + name.length)
    if (at + 4 > bytes.length) break
    const size = bytes.readUInt32BE(at)
    at += 4
    const data = bytes.subarray(at, at + size)
    if (data.length < size) return metadata.gap('corrupt', 'expected resources of Photoshop within it')
    // Names and data are padded to an even length.
    if (!isPadded || !isZeros(bytes.subarray(at + size, at + even(size))))
      metadata.gap('corrupt', 'expected zeros behind resources of Photoshop')
    at += even(size)
    await metadata.text(name)
    resources.push({ id, data, iptc: undefined })
    if (id === 0x0404) iptc = data
  }
  if (!isZeros(bytes.subarray(at))) metadata.gap('corrupt', 'expected resources of Photoshop')
  for (const resource of resources) await (readers.get(resource.id) ?? unread)({ ...resource, iptc }, metadata)
}

const even = (length: number) => length + (length & 1)
