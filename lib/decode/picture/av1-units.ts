import { isZeros } from '../zeros.ts'
import { fieldsOf } from './heif-boxes.ts'
import type { Metadata } from './metadata.ts'

/** Units of AV1 that are numbers and coded data: headers of a sequence and of frames, delimiters, tiles. */
const coded = new Set([1, 2, 3, 4, 6, 7])
const [metadataType, paddingType] = [5, 15]
/** Metadata that is numbers, by its type, and their length: brightest light, and the screen it was made on. */
const lengths = new Map([
  [1, 4],
  [2, 24],
])

/** Walks through coded data of AV1 (AV1 Bitstream and Decoding Process Specification, 5.3), which is not decoded. @throws RangeError where a unit is longer than what there is */
export async function av1Units(bytes: Buffer, metadata: Metadata): Promise<void> {
  const fields = fieldsOf(bytes)
  const leb128 = () => {
    let number = 0
    for (let shift = 0; shift < 56; shift += 7) {
      const byte = fields.uint(1)
      number += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return number
    }
    throw new RangeError('expected lengths of units of AV1')
  }
  while (fields.left() > 0) {
    const header = fields.uint(1)
    if ((header & 0x81) !== 0) metadata.gap('corrupt', 'expected units of AV1')
    const type = (header >> 3) & 15
    if ((header & 4) !== 0 && (fields.uint(1) & 7) !== 0) metadata.gap('corrupt', 'expected units of AV1')
    const unit = (header & 2) === 0 ? fields.rest() : fields.bytes(leb128())
    if (coded.has(type) && (type !== 2 || unit.length === 0)) continue
    if (type === paddingType && isZeros(unit.subarray(0, -1)) && (unit.at(-1) ?? 0x80) === 0x80) continue
    const length = type === metadataType ? lengths.get(unit[0] ?? 0) : undefined
    if (length === undefined || unit.length !== length + 2 || unit.at(-1) !== 0x80)
      metadata.gap('unsupported-format', 'expected units of AV1 that are read')
    else await metadata.numbers(unit.subarray(1, -1))
  }
}
