/**
 * Shorter identifiers are met all over in codes of what is no text, as digests, keys and long numbers are: one of three characters once in each
 * MB, one of four in a hundred, one of five in ten thousand. They count where this many bytes of text stand around, which chance makes
 * of one place in a hundred thousand, or where all of a run of base64 is text.
 */
export const leastByChance = 5

/** So many bytes of text are no chance. */
export const textAround = 12

/** How long an identifier is at least that counts in text of so many bytes. */
export function leastIn(length: number, isAll: boolean): number {
  return isAll || length >= textAround ? 0 : leastByChance
}
