import { uuidText } from './database/number-text.ts'
import { append, type GrowingBytes } from './growing-bytes.ts'

/** Shorter lists are not searched (see the form `bytes`). */
export const fewest = 6
const bytesOfUuid = 16
const one = new Uint8Array(1)

/** Appends a number of a list if it may be a byte, which has a sign in Java; says whether it may. */
export function appendByte(list: GrowingBytes, value: number): boolean {
  if (!Number.isInteger(value) || value < -128 || value > 255) return false
  one[0] = value
  append(list, one, 0, 1)
  return true
}

/**
 * More cells for a list of numbers that are all bytes, which programs without a type for them keep texts and UUIDs as: the list as JSON has it, in which the
 * form `bytes` looks, and a UUID of sixteen.
 */
export function cellsOfBytes({ bytes, length }: GrowingBytes): string[] {
  if (length < fewest) return []
  const list = bytes.subarray(0, length)
  return [`[${list.join(',')}]`, ...(length === bytesOfUuid ? [uuidText(list)] : [])]
}
