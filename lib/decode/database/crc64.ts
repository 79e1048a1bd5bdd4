/** A cyclic redundancy check of 64 bits over bytes in order. */
export type Crc64 = { add(bytes: Uint8Array): void; high(): number; low(): number }

type Table = { low: Uint32Array; high: Uint32Array }

const tables = new Map<bigint, Table>()

function tableOf(polynomial: bigint): Table {
  const known = tables.get(polynomial)
  if (known !== undefined) return known
  const table = { low: new Uint32Array(256), high: new Uint32Array(256) }
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ polynomial : value >> 1n
    table.low[byte] = Number(value & 0xffffffffn)
    table.high[byte] = Number(value >> 32n)
  }
  tables.set(polynomial, table)
  return table
}

/** `polynomial`: reflected. `isInverted`: begins and ends with all bits inverted. */
export function crc64(polynomial: bigint, isInverted = false): Crc64 {
  const table = tableOf(polynomial)
  const inverted = isInverted ? 0xffffffff : 0
  let low = inverted
  let high = inverted
  return {
    add(bytes) {
      for (let at = 0; at < bytes.length; at++) {
        const index = (low ^ bytes[at]!) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ table.low[index]!
        high = (high >>> 8) ^ table.high[index]!
      }
    },
    high: () => (high ^ inverted) >>> 0,
    low: () => (low ^ inverted) >>> 0,
  }
}
