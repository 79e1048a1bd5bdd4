/** CRC-64 as Redis computes it (Jones' polynomial, reflected), over bytes in order. */
export type Crc64 = { add(bytes: Uint8Array): void; high(): number; low(): number }

const tableLow = new Uint32Array(256)
const tableHigh = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let value = BigInt(byte)
  for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ 0x95ac9329ac4bc9b5n : value >> 1n
  tableLow[byte] = Number(value & 0xffffffffn)
  tableHigh[byte] = Number(value >> 32n)
}

export function crc64(): Crc64 {
  let low = 0
  let high = 0
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length; at++) {
        const index = (low ^ bytes[at]!) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ tableLow[index]!
        high = (high >>> 8) ^ tableHigh[index]!
      }
    },
    high: () => high >>> 0,
    low: () => low >>> 0,
  }
}
