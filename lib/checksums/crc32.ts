import { crc32 as crc32OfNode } from 'node:zlib'
import { openModule, pageBytes } from '../web-assembly.ts'
import { kernelBytes } from './kernel/kernel-bytes.ts'

/** What `assembly/index.ts` exports. */
type Exports = { fold(gone: number, count: number): void }
type Kernel = Exports & { memory: Buffer }

const groupBytes = 16
/** So many bytes are left of those that are folded; see `assembly/index.ts`. */
const front = 4800
/** So many are folded at once, at most: they stay in the nearest cache. */
const mostBytes = 24 * 1024
/** Of fewer bytes too much is left. */
const fewBytes = 16 * 1024

let kernel: Kernel | 'none' | undefined

/**
 * The CRC-32 of gzip and zip (RFC 1952) of bytes behind others whose CRC-32 is `before`: what Node's `crc32` says, in two fifths of the time, since that one looks
 * into tables.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  if (bytes.length < fewBytes) return crc32OfNode(bytes, before)
  kernel ??= openKernel() ?? 'none'
  return kernel === 'none' ? crc32OfNode(bytes, before) : crc32Folded(kernel, bytes, before)
}

function crc32Folded({ fold, memory }: Kernel, bytes: Uint8Array, before: number): number {
  const folded = bytes.length - (bytes.length % (4 * groupBytes))
  memory.fill(0, 0, front)
  let [at, length, gone] = [0, 0, 0]
  while (at < folded) {
    if (at > 0) memory.copyWithin(0, gone, gone + front)
    // Behind the last bytes that go are at least those that stay.
    length = folded - at <= mostBytes + front ? folded - at : mostBytes
    memory.set(bytes.subarray(at, at + length), front)
    // Bytes with a beginning are those whose first four have it added, with none.
    if (at === 0) memory.writeUInt32LE((memory.readUInt32LE(front) ^ ~before) >>> 0, front)
    at += length
    gone = at === folded ? length - front : length
    fold(gone / groupBytes, length / groupBytes)
  }
  const rest = crc32OfNode(memory.subarray(front + gone, front + length), 0xffffffff)
  return crc32OfNode(bytes.subarray(folded), rest)
}

/** Undefined: this machine has no SIMD for it. */
function openKernel(): Kernel | undefined {
  const opened = openModule<Exports>(kernelBytes, Math.ceil((2 * front + mostBytes) / pageBytes))
  return opened && { fold: opened.exports.fold, memory: Buffer.from(opened.buffer) }
}
