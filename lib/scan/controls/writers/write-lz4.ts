import { xxHash32Of } from '../../../decode/compression/lz4/xxhash32.ts'
import { littleEndian } from './words.ts'

const blockLength = 1000

/** An lz4 frame of linked blocks of literals, with all checksums. */
export function writeLz4(content: Uint8Array): Uint8Array {
  const descriptor = Buffer.from([0x54, 0x40])
  const parts: Buffer[] = [
    Buffer.from([0x04, 0x22, 0x4d, 0x18]),
    descriptor,
    Buffer.from([(xxHash32Of(descriptor) >> 8) & 0xff]),
  ]
  for (let at = 0; at < content.length; at += blockLength) {
    const block = lz4Literals(content.subarray(at, at + blockLength))
    parts.push(littleEndian(block.length), block, littleEndian(xxHash32Of(block)))
  }
  return Buffer.concat([...parts, littleEndian(0), littleEndian(xxHash32Of(content))])
}

/** One block behind its length, as Firefox has it. */
export const writeMozillaLz4 = (content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('mozLz40\0'), littleEndian(content.length), lz4Literals(content)])

/** A block of one literal. */
export function lz4Literals(bytes: Uint8Array): Buffer {
  if (bytes.length < 15) return Buffer.concat([Buffer.from([bytes.length << 4]), bytes])
  const rest: number[] = []
  for (let left = bytes.length - 15; left >= 0; left -= 255) rest.push(Math.min(left, 255))
  return Buffer.concat([Buffer.from([0xf0, ...rest]), bytes])
}
