import { compress, vector } from './blake2s-block.ts'

/**
 * Digests identifiers: keyed BLAKE2s with a digest of 16 bytes (RFC 7693) under the tag key, over one shape byte and the
 * canonical text. `digest` holds the result until the next call, as four words that order as its bytes do (big-endian).
 *
 * Identifiers can be enumerated, so only the key keeps a digest from being turned back: it has to be a pseudo-random
 * function of all of the key. Keyed BLAKE2s is designed and analysed as one, without the second pass of HMAC (section 1).
 * The key's block is compressed once, so that the digest of up to 63 characters costs one more; HMAC-SHA256 costs two or
 * three, each as dear as two of these. Of 2×10^8 identifiers two share a digest with a probability below 10^-22.
 */
export type KeyedDigest = {
  readonly digest: Uint32Array
  compute(shape: number, canonical: Uint8Array, start: number, length: number): void
}

const blockBytes = 64
export const digestBytes = 16

/** @param key 1 to 32 bytes */
export function createKeyedDigest(key: Uint8Array): KeyedDigest {
  const keyed = keyState(key)
  const state = new Int32Array(8)
  const words = new Int32Array(16)
  const message = new Uint8Array(5 * blockBytes)
  const view = new DataView(message.buffer)
  const digest = new Uint32Array(4)

  function compute(shape: number, canonical: Uint8Array, start: number, length: number): void {
    const bytes = length + 1
    message[0] = shape
    for (let at = 0; at < length; at++) message[at + 1] = canonical[start + at]!
    for (let at = bytes; (at & (blockBytes - 1)) !== 0; at++) message[at] = 0
    for (let word = 0; word < 8; word++) state[word] = keyed[word]!
    for (let done = 0; done < bytes; done += blockBytes) {
      for (let word = 0; word < 16; word++) words[word] = view.getInt32(done + word * 4, true)
      const end = Math.min(bytes, done + blockBytes)
      compress(state, words, blockBytes + end, end === bytes)
    }
    for (let word = 0; word < 4; word++) digest[word] = swapBytes(state[word]!)
  }

  return { digest, compute }
}

/** The state after the parameter block (digest and key length, fanout and depth 1: section 2.5) and the key's block. */
export function keyState(key: Uint8Array): Int32Array {
  const state = vector.slice()
  state[0]! ^= 0x01010000 ^ (key.length << 8) ^ digestBytes
  const block = new Uint8Array(blockBytes)
  block.set(key)
  const view = new DataView(block.buffer)
  const words = Int32Array.from({ length: 16 }, (_, word) => view.getInt32(word * 4, true))
  compress(state, words, blockBytes, false)
  return state
}

function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}
