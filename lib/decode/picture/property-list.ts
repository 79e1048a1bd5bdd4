import { beginsWith } from '../begins-with.ts'
import type { Metadata } from './metadata.ts'
import { writeUtf16 } from './utf-16-text.ts'

const mark = Buffer.from('bplist00')
const trailerLength = 32

export const isPropertyList = (bytes: Uint8Array): boolean => beginsWith(bytes, mark)

/**
 * Reads a binary property list (Core Foundation, `CFBinaryPList.c`): its objects stand one behind the other and are all that is in it, so each is read where it stands, and which belongs to which does
 * not matter. `isNumbers`: whether data is numbers, of which nothing is said; other data is a gap.
 */
export async function readPropertyList(
  bytes: Buffer,
  isNumbers: (data: Buffer) => boolean,
  metadata: Metadata,
): Promise<void> {
  try {
    if (await readObjects(bytes, isNumbers, metadata)) return
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  metadata.gap('corrupt', 'expected a property list whose objects are all of it')
}

async function readObjects(bytes: Buffer, isNumbers: (data: Buffer) => boolean, metadata: Metadata): Promise<boolean> {
  const trailer = bytes.length - trailerLength
  const [placeSize, referenceSize] = [bytes.readUInt8(trailer + 6), bytes.readUInt8(trailer + 7)]
  const [count, top, tableAt] = [8, 16, 24].map((at) => Number(bytes.readBigUInt64BE(trailer + at))) as [
    number,
    number,
    number,
  ]
  if (bytes.readUIntBE(trailer, 6) !== 0 || top >= count || tableAt + placeSize * count !== trailer) return false
  const places = Array.from({ length: count }, (_, index) => bytes.readUIntBE(tableAt + placeSize * index, placeSize))
  places.sort((a, b) => a - b)
  let at = mark.length
  for (const place of places) {
    if (place !== at) return false
    at = await readObject(bytes, at, { count, referenceSize, isNumbers, metadata })
  }
  return at === tableAt
}

type Reading = { count: number; referenceSize: number; isNumbers(data: Buffer): boolean; metadata: Metadata }

/** Reads an object and returns where it ends. */
async function readObject(
  bytes: Buffer,
  from: number,
  { count, referenceSize, isNumbers, metadata }: Reading,
): Promise<number> {
  const kind = bytes.readUInt8(from) >> 4
  let length = bytes[from]! & 15
  let at = from + 1
  if (kind >= 4 && kind !== 8 && length === 15) {
    const size = 1 << (bytes.readUInt8(at) & 15)
    if (bytes[at]! >> 4 !== 1) throw new RangeError('expected a length')
    length = bytes.readUIntBE(at + 1, size)
    at += 1 + size
  }
  const take = (size: number) => {
    at += size
    if (at > bytes.length) throw new RangeError('expected more bytes of an object')
    return bytes.subarray(at - size, at)
  }
  if (kind === 0 && [0, 8, 9].includes(length)) return at
  if (kind === 1 && length <= 4) await metadata.numbers([String(BigInt(`0x${take(1 << length).toString('hex')}`))])
  else if ((kind === 2 && (length === 2 || length === 3)) || (kind === 3 && length === 3)) {
    const real = take(1 << length)
    await metadata.numbers([length === 2 ? real.readFloatBE() : real.readDoubleBE()])
  } else if (kind === 4) {
    if (!isNumbers(take(length))) metadata.gap('unsupported-format', 'expected data in a property list that is read')
  } else if (kind === 5) await metadata.text(take(length))
  else if (kind === 6) await writeUtf16(take(2 * length), 'utf-16be', metadata)
  else if (kind === 10 || kind === 12 || kind === 13) {
    const references = take(referenceSize * length * (kind === 13 ? 2 : 1))
    for (let each = 0; each < references.length; each += referenceSize)
      if (references.readUIntBE(each, referenceSize) >= count) throw new RangeError('expected objects that there are')
  } else throw new RangeError('expected objects that are read')
  return at
}
