import { hexDigits } from './alphabets.ts'

/** Bytes of a character as Office writes those that XML cannot have: `_x000D_` for the CR that was in a cell. Readers of workbooks hand it on. */
const written = 7
/** So many in a row, at most: `_x000D__x000A_`. */
export const mostWritten = 2 * written

const underscore = 0x5f
const letterX = 0x78

/** Where a run of [start, end) ends before such a character at its end; -1: it has none there, or nothing before it. */
function endBeforeWritten(bytes: Uint8Array, start: number, end: number): number {
  const from = end - written
  if (from <= start || bytes[end - 1] !== underscore || bytes[from] !== underscore || bytes[from + 1] !== letterX)
    return -1
  for (let at = from + 2; at < end - 1; at++) if (hexDigits[bytes[at]!] === 0) return -1
  return from
}

/** Calls `look` for where a run ends before one and before two of them. */
export function eachEndBeforeWritten(
  bytes: Uint8Array,
  start: number,
  end: number,
  look: (start: number, end: number) => void,
): void {
  let shorter = endBeforeWritten(bytes, start, end)
  if (shorter === -1) return
  look(start, shorter)
  shorter = endBeforeWritten(bytes, start, shorter)
  if (shorter !== -1) look(start, shorter)
}
