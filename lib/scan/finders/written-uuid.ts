import { hexDigits } from './alphabets.ts'

/** A UUID with hyphens: how long it is, and where these are (RFC 9562, section 4). */
export const uuidLength = 36
export const uuidHyphens: readonly number[] = [8, 13, 18, 23]

const hyphen = 0x2d

/** Whether hyphens are where a UUID that begins at `start` has them. */
export function hasUuidHyphens(bytes: Uint8Array, start: number): boolean {
  return uuidHyphens.every((place) => bytes[start + place] === hyphen)
}

/** Whether the bytes [start, end) are a UUID with hyphens. */
export function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== uuidLength || !hasUuidHyphens(bytes, start)) return false
  for (let at = start; at < end; at++) if (hexDigits[bytes[at]!] === 0 && bytes[at] !== hyphen) return false
  return true
}
