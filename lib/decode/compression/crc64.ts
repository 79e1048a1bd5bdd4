/** Tables for four bytes at a time, the upper and the lower 32 bits apart; byte `n` of a word has the entries from 256 n. */
const high = new Int32Array(1024)
const low = new Int32Array(1024)
for (let byte = 0; byte < 256; byte++) {
  let upper = 0
  let lower = byte
  for (let bit = 0; bit < 8; bit++) {
    const odd = lower & 1
    lower = (lower >>> 1) | (upper << 31)
    upper >>>= 1
    if (odd === 1) {
      upper ^= 0xc96c5795
      lower ^= 0xd7870f42
    }
  }
  high[768 + byte] = upper
  low[768 + byte] = lower
}
for (let index = 767; index >= 0; index--) {
  const upper = high[index + 256]!
  const lower = low[index + 256]!
  const entry = 768 + (lower & 0xff)
  low[index] = ((lower >>> 8) | (upper << 24)) ^ low[entry]!
  high[index] = (upper >>> 8) ^ high[entry]!
}

/** CRC-64 of ECMA-182, reflected, as xz has it. */
export function crc64(): { update(bytes: Uint8Array): void; digest(): Buffer } {
  let upper = -1
  let lower = -1
  return {
    update(bytes) {
      const words = bytes.length & ~3
      let at = 0
      for (; at < words; at += 4) {
        const word = lower ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
        const first = word & 0xff
        const second = 256 + ((word >>> 8) & 0xff)
        const third = 512 + ((word >>> 16) & 0xff)
        const fourth = 768 + (word >>> 24)
        lower = upper ^ low[first]! ^ low[second]! ^ low[third]! ^ low[fourth]!
        upper = high[first]! ^ high[second]! ^ high[third]! ^ high[fourth]!
      }
      for (; at < bytes.length; at++) {
        const entry = 768 + ((lower ^ bytes[at]!) & 0xff)
        lower = ((lower >>> 8) | (upper << 24)) ^ low[entry]!
        upper = (upper >>> 8) ^ high[entry]!
      }
    },
    digest() {
      const digest = Buffer.alloc(8)
      digest.writeInt32LE(~lower, 0)
      digest.writeInt32LE(~upper, 4)
      return digest
    },
  }
}
