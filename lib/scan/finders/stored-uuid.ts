import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { createProbe } from './probe.ts'

export const uuidBytes = 16

/** Where each of a UUID's bytes is in what is stored, in order. */
export type StoredOrder = readonly number[]

/** As RFC 9562 has them, and as GUIDs of Windows are stored. */
export const orders: readonly StoredOrder[] = [
  Array.from({ length: uuidBytes }, (_, at) => at),
  [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15],
]

/** As old drivers of Java store them: two numbers of eight bytes, each from its end. */
const javaOrder: StoredOrder = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]
/** As `UUID_TO_BIN(uuid, 1)` of MySQL stores them, with the part that changes slowest first. */
const mysqlOrder: StoredOrder = [4, 5, 6, 7, 2, 3, 0, 1, 8, 9, 10, 11, 12, 13, 14, 15]
export const allOrders: readonly StoredOrder[] = [...orders, javaOrder, mysqlOrder]

/** A UUID's bytes in each order that is known. */
export function storedOrders(bytes: Uint8Array): Buffer[] {
  return allOrders.map((order) => {
    const stored = Buffer.alloc(uuidBytes)
    for (const [at, place] of order.entries()) stored[place] = bytes[at]!
    return stored
  })
}

/** Two hexadecimal digits for each byte, as they lie in memory. */
export const digitPairs = new Uint16Array(
  Uint8Array.from(Array.from({ length: 256 }, (_, byte) => [...Buffer.from(byte.toString(16).padStart(2, '0'))]).flat())
    .buffer,
)

/** Looks 16 bytes up, in each order; absent where nobody's identifier is a UUID. */
export function createUuidLookup(index: SubjectIndex): ((bytes: Uint8Array, start: number) => number[]) | undefined {
  if (!index.shapes.some(({ shape }) => shape === 'uuid')) return undefined
  const digits = new Uint8Array(2 * uuidBytes)
  const pairs = new Uint16Array(digits.buffer)
  const probe = createProbe(index, 'uuid', { bytes: digits, view: new DataView(digits.buffer) })
  return (bytes, start) => {
    const found: number[] = []
    for (const order of allOrders) {
      for (let place = 0; place < uuidBytes; place++) pairs[place] = digitPairs[bytes[start + order[place]!]!]!
      const ordinal = probe(0, digits.length)
      if (ordinal !== -1) found.push(ordinal)
    }
    return found
  }
}
