const lineFeed = 0x0a
const carriageReturn = 0x0d

/**
 * Behind the line end at `at`, which is CR LF or one of both; `at` where there is none. Values of tables have CR in the place of
 * LF, so CR CR is one as well.
 */
export function behindLineEnd(bytes: Uint8Array, at: number, to: number): number {
  if (at >= to) return at
  if (bytes[at] === lineFeed) return at + 1
  if (bytes[at] !== carriageReturn) return at
  return at + 1 < to && (bytes[at + 1] === lineFeed || bytes[at + 1] === carriageReturn) ? at + 2 : at + 1
}
