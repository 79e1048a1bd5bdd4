import { byteSource } from '../byte-source.ts'
import { uuidText } from '../database/number-text.ts'
import { inOne } from '../next-bytes.ts'
import { isZeros, withoutZerosBehind } from '../zeros.ts'
import { fieldsOf } from './heif-boxes.ts'
import type { Metadata } from './metadata.ts'
import { readUnknown } from './picture-parts.ts'

const mostNumbers = 64

/**
 * Walks through coded data of HEVC, units behind their lengths (ISO/IEC 14496-15, 4.3.3; ITU-T H.265, 7.3.1): slices, which are not decoded, parameters, and messages.
 * @throws RangeError where a unit is longer than what there is
 */
export async function readHevc(bytes: Buffer, lengthSize: number, metadata: Metadata): Promise<void> {
  const fields = fieldsOf(bytes)
  while (fields.left() > 0) await readHevcUnit(fields.bytes(fields.uint(lengthSize)), metadata)
}

/** H.265, table 7-1. */
const isCoded = (type: number) => type <= 9 || (type >= 16 && type <= 21)
const isParameters = (type: number) => type >= 32 && type <= 34

export async function readHevcUnit(unit: Buffer, metadata: Metadata): Promise<void> {
  const gap = () => metadata.gap('unsupported-format', 'expected units of HEVC that are read')
  const type = unit[0]! >> 1
  if (unit.length < 2 || (unit[1]! & 7) === 0) return metadata.gap('corrupt', 'expected units of HEVC')
  if (isCoded(type) || isParameters(type)) return
  const body = unit.subarray(2)
  const isMessage = type === 39 || type === 40
  if (isMessage) await readSei(unit, metadata)
  // Delimiters, ends, and what fills up.
  else if ((type < 35 || type > 37 || body.length > 1) && (type !== 38 || !isFiller(body))) gap()
}

const isFiller = (body: Buffer) => body.at(-1) === 0x80 && body.subarray(0, -1).every((byte) => byte === 0xff)

const [registered, unregistered] = [4, 5]
/** Messages that are numbers (H.265, annex D; H.274): times, panning, recovery, digests, screens, light, alpha, depth. */
const ofNumbers = new Set([0, 1, 2, 6, 19, 47, 128, 129, 132, 133, 136, 137, 140, 142, 144, 147, 148, 149, 165, 177])

/** Reads a unit of messages (H.265, 7.3.2.4 and 7.3.5). Those of users are text, or a gap; x265 says in one what it was told. */
async function readSei(unit: Buffer, metadata: Metadata): Promise<void> {
  const fields = fieldsOf(withoutPrevention(unit.subarray(2)))
  const told = () => {
    let sum = 0
    for (let byte = 255; byte === 255; sum += byte) byte = fields.uint(1)
    return sum
  }
  try {
    while (fields.left() > 1) {
      const type = told()
      const payload = fields.bytes(told())
      if (type === unregistered && payload.length >= 16) {
        await metadata.text(Buffer.from(uuidText(payload.subarray(0, 16))))
        const source = byteSource(inOne(withoutZerosBehind(payload.subarray(16))))
        await readUnknown(
          source,
          metadata.pathOf('message'),
          metadata.decoding,
          'heif: expected messages of HEVC that are read',
        )
      } else if (type !== registered && ofNumbers.has(type) && payload.length <= mostNumbers)
        await metadata.numbers(payload)
      else if (!isZeros(payload)) metadata.gap('unsupported-format', 'expected messages of HEVC that are read')
    }
    // Apple leaves out the bit behind them.
    if (fields.left() === 0 || fields.uint(1) === 0x80) return
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  metadata.gap('corrupt', 'expected messages of HEVC within their unit')
}

/** Without the bytes that keep zeros from looking like the beginning of a unit (H.265, 7.4.2). */
function withoutPrevention(bytes: Buffer): Buffer {
  const kept = Buffer.allocUnsafe(bytes.length)
  let [to, zeros] = [0, 0]
  for (const byte of bytes) {
    const isPrevention = zeros >= 2 && byte === 3
    zeros = byte === 0 ? zeros + 1 : 0
    if (!isPrevention) kept[to++] = byte
  }
  return kept.subarray(0, to)
}
