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

/** Whether bytes are one character in UTF-8. */
export function isCharacter(bytes: Uint8Array, from: number, length: number): boolean {
  const first = bytes[from]!
  const wanted = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  if (length === 0 || length !== wanted) return false
  for (let at = from + 1; at < from + length; at++) if (bytes[at]! >>> 6 !== 2) return false
  return true
}

/** Appends a text of a list if it is one character, as lists have texts that a program took apart; says whether it is. */
export function appendCharacter(list: GrowingBytes, bytes: Uint8Array, from: number, length: number): boolean {
  if (!isCharacter(bytes, from, length)) return false
  append(list, bytes, from, from + length)
  return true
}
