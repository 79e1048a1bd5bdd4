import { compress, initialState } from './sha256-block.ts'

/**
 * Digests identifiers: the first 16 bytes of HMAC-SHA256 (RFC 2104) under the tag key over one shape byte and the
 * canonical text. Node's own HMAC object costs 25 µs a call; here both key blocks are compressed once, so that a digest
 * costs two or three blocks. `digest` holds the result as four big-endian words until the next call.
 */
export type KeyedDigest = {
  readonly digest: Uint32Array
  compute(shape: number, canonical: Uint8Array, start: number, length: number): void
}

const blockBytes = 64

/** @param key at most 64 bytes */
export function createKeyedDigest(key: Uint8Array): KeyedDigest {
  const inner = keyState(key, 0x36)
  const outer = keyState(key, 0x5c)
  const state = new Int32Array(8)
  const words = new Int32Array(64)
  const message = new Uint8Array(5 * blockBytes)
  const view = new DataView(message.buffer)
  const digest = new Uint32Array(4)

  function compute(shape: number, canonical: Uint8Array, start: number, length: number): void {
    const messageBytes = length + 1
    const blocks = (messageBytes + 9 + blockBytes - 1) >>> 6
    message[0] = shape
    for (let i = 0; i < length; i++) message[i + 1] = canonical[start + i]!
    message[messageBytes] = 0x80
    message.fill(0, messageBytes + 1, blocks * blockBytes - 4)
    view.setUint32(blocks * blockBytes - 4, (blockBytes + messageBytes) * 8)
    state.set(inner)
    for (let block = 0; block < blocks; block++) {
      for (let i = 0; i < 16; i++) words[i] = view.getInt32(block * blockBytes + i * 4)
      compress(state, words)
    }
    for (let i = 0; i < 8; i++) words[i] = state[i]!
    words[8] = 0x80000000 | 0
    words.fill(0, 9, 15)
    words[15] = (blockBytes + 32) * 8
    state.set(outer)
    compress(state, words)
    for (let i = 0; i < 4; i++) digest[i] = state[i]!
  }

  return { digest, compute }
}

/** The state of SHA-256 after the key's block (RFC 2104: the key, zero-padded, every byte xor `pad`). */
function keyState(key: Uint8Array, pad: number): Int32Array {
  const block = new Uint8Array(blockBytes).fill(pad)
  key.forEach((byte, i) => {
    block[i] = byte ^ pad
  })
  const view = new DataView(block.buffer)
  const words = new Int32Array(64)
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(i * 4)
  const state = initialState()
  compress(state, words)
  return state
}
