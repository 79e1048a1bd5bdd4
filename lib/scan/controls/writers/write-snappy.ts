import { crc32c } from '../../../checksums/crc32c.ts'
import { bigEndian } from './words.ts'

const blockLength = 1000

/** Snappy framing: compressed chunks of literals. */
export function writeSnappy(content: Uint8Array): Uint8Array {
  const chunks = blocksOf(content).map((block) => {
    const body = snappyLiterals(block)
    const head = Buffer.alloc(8)
    head.writeUIntLE(body.length + 4, 1, 3)
    const sum = crc32c(block)
    head.writeUInt32LE((((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0, 4)
    return Buffer.concat([head, body])
  })
  return Buffer.concat([Buffer.from('ff060000734e61507059', 'hex'), ...chunks])
}

/** What snappy-java's output stream writes. */
export function writeSnappyJava(content: Uint8Array): Uint8Array {
  const chunks = blocksOf(content).flatMap((block) => {
    const body = snappyLiterals(block)
    return [bigEndian(body.length), body]
  })
  return Buffer.concat([Buffer.from('82534e41505059000000000100000001', 'hex'), ...chunks])
}

export function blocksOf(content: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = []
  for (let at = 0; at < content.length; at += blockLength) blocks.push(content.subarray(at, at + blockLength))
  return blocks
}

/** A raw block of one literal. */
export function snappyLiterals(bytes: Uint8Array): Buffer {
  const { length } = bytes
  const size = length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]
  const tag = length <= 60 ? [(length - 1) << 2] : [61 << 2, (length - 1) & 0xff, (length - 1) >> 8]
  return Buffer.concat([Buffer.from([...size, ...tag]), bytes])
}
