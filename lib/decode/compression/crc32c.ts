/** Tables for four bytes at a time: byte `n` of a word has the entries from 256 n. */
const table = new Int32Array(1024)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0x82f63b78 : 0)
  table[768 + byte] = crc
}
for (let index = 767; index >= 0; index--) {
  const crc = table[index + 256]!
  table[index] = (crc >>> 8) ^ table[768 + (crc & 0xff)]!
}

/** CRC-32C (Castagnoli; RFC 3720, B.4). */
export function crc32c(bytes: Uint8Array): number {
  const words = bytes.length & ~3
  let crc = -1
  let at = 0
  for (; at < words; at += 4) {
    const word = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    crc =
      table[word & 0xff]! ^
      table[256 + ((word >>> 8) & 0xff)]! ^
      table[512 + ((word >>> 16) & 0xff)]! ^
      table[768 + (word >>> 24)]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ table[768 + ((crc ^ bytes[at]!) & 0xff)]!
  return ~crc >>> 0
}
