import { brotliCompressSync, constants } from 'node:zlib'

/** Streams of brotli (RFC 7932) with metadata in them, put together from their bits. */

export const last = Buffer.from([3])

/** A stream that can go on, with a compressed meta-block in it. */
export const begun = (bytes: Uint8Array) =>
  Buffer.from(brotliCompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH }))

/** Bits from the lowest on, up to a whole byte. */
function bits(...fields: [value: number, count: number][]): Buffer {
  let all = 0n
  let at = 0n
  for (const [value, count] of fields) {
    all |= BigInt(value) << at
    at += BigInt(count)
  }
  return Buffer.from(
    Array.from({ length: Math.ceil(Number(at) / 8) }, (_, index) => Number((all >> BigInt(8 * index)) & 0xffn)),
  )
}

const sized = (length: number): [number, number][] =>
  length > 256
    ? [
        [2, 2],
        [length - 1, 16],
      ]
    : [
        [1, 2],
        [length - 1, 8],
      ]
/** A block of metadata from the beginning of a byte on; `before`: bits in front of it. */
export const metadata = (bytes: Uint8Array, isLast = false, ...before: [number, number][]) =>
  Buffer.concat([bits(...before, [isLast ? 1 : 0, isLast ? 2 : 1], [3, 2], [0, 1], ...sized(bytes.length)), bytes])
export const uncompressed = (bytes: Uint8Array, ...before: [number, number][]) =>
  Buffer.concat([bits(...before, [0, 1], [0, 2], [bytes.length - 1, 16], [1, 1]), bytes])
export const window: [number, number] = [0, 1]

/** What `joinedStreams` decode to: spaces. */
const joinedLength = 65_536 + 7

/** Metadata that begins and ends with two identifiers, in so many lengths that their neighbours are letters and digits too. */
export function* joinedStreams(first: string, second: string, step: number): Generator<Buffer> {
  for (let length = first.length + second.length + 1; length < 600; length += step) {
    const bytes = Buffer.from(`${first}${' '.repeat(length - first.length - second.length)}${second}`)
    yield Buffer.concat([
      metadata(bytes, false, window),
      // What comes behind looks like a letter: a block of five nibbles.
      bits([0, 1], [1, 2], [joinedLength - 1, 20], [1, 1]),
      Buffer.alloc(joinedLength, 0x20),
      last,
    ])
  }
}
