import { isZeros } from '../zeros.ts'

/** Fields of a box one behind the other, numbers with their highest byte first. Each throws a `RangeError` where there are not so many bytes. */
export type Fields = {
  left(): number
  /** An unsigned number of 0 to 8 bytes. */
  uint(size: number): number
  uints(count: number, size: number): number[]
  bytes(length: number): Buffer
  /** A text up to a zero byte, or to the end. */
  text(): Buffer
  rest(): Buffer
  /** Version and flags of a box that has them (ISO/IEC 14496-12, 4.2). */
  full(): { version: number; flags: number }
}

export function fieldsOf(held: Buffer): Fields {
  let at = 0

  function bytes(length: number): Buffer {
    if (at + length > held.length) throw new RangeError('expected more bytes of a box')
    at += length
    return held.subarray(at - length, at)
  }

  function uint(size: number): number {
    if (size === 0) return 0
    const field = bytes(size)
    const number = size === 8 ? Number(field.readBigUInt64BE()) : field.readUIntBE(0, size)
    if (!Number.isSafeInteger(number)) throw new RangeError('expected numbers that are places')
    return number
  }

  return {
    left: () => held.length - at,
    uint,
    uints(count, size) {
      if (at + count * size > held.length) throw new RangeError('expected more numbers in a box')
      return Array.from({ length: count }, () => uint(size))
    },
    bytes,
    text() {
      const end = held.indexOf(0, at)
      const text = bytes((end === -1 ? held.length : end) - at)
      if (end !== -1) at += 1
      return text
    },
    rest: () => bytes(held.length - at),
    full: () => ({ version: uint(1), flags: uint(3) }),
  }
}

/** A box: `body` is what is in it, and `from` where that begins in what the box is in. */
export type Box = { type: string; body: Buffer; from: number }

/** Pictures have few boxes, and a description one for each item. */
const mostBoxes = 2 ** 16

/** Boxes one behind the other (ISO/IEC 14496-12, 4.2), and zeros behind them. @throws RangeError where one is longer than what they are in, or there are too many, behind those that are not */
export function* boxesOf(bytes: Buffer): Generator<Box, void, undefined> {
  let count = 0
  for (let at = 0; at < bytes.length && !isZeros(bytes.subarray(at)); ) {
    if (++count > mostBoxes) throw new RangeError(`expected at most ${mostBoxes} boxes`)
    const fields = fieldsOf(bytes.subarray(at))
    const told = fields.uint(4)
    const type = fields.bytes(4).toString('latin1')
    const size = told === 1 ? fields.uint(8) : told === 0 ? bytes.length - at : told
    const from = at + (bytes.length - at - fields.left())
    at += size
    if (from > at || at > bytes.length) throw new RangeError('expected boxes within what they are in')
    yield { type, body: bytes.subarray(from, at), from }
  }
}
