import { shapeCodes } from './shape-code.ts'
import type { RowBatch } from './waiting-rows.ts'

/** Decimal numbers of fewer digits have a 0 there, or a 1, and one of more is no number of 64 bits. */
const leastDigits = 17
const mostDigits = 20
/** Digits at the end that are not looked at; what is so near to a multiple of 2^56 may be on either side of it. */
const leftOut = 9
const zero = 0x30

/**
 * Which of 256 bytes is the highest of 8 that an identifier has as a number: of those of 17 digits and more, and now and then the one beside it. Of numbers that were
 * given out in turn it is one of few, so that most of any 8 bytes are none of them.
 */
export function createHighBytes(): {
  note(digits: Uint8Array): void
  noteAll(batch: RowBatch): void
  /** Ascending. */
  bytes(): number[]
} {
  const occurring = new Uint8Array(256)

  function note(digits: Uint8Array): void {
    if (digits.length < leastDigits || digits.length > mostDigits) return
    let first = 0
    for (let at = 0; at < digits.length - leftOut; at++) first = first * 10 + digits[at]! - zero
    // Beyond the table is what has more than 64 bits.
    occurring[Math.floor((Math.max(0, first - 1) * 10 ** leftOut) / 2 ** 56)] = 1
    occurring[Math.floor(((first + 2) * 10 ** leftOut) / 2 ** 56)] = 1
  }

  return {
    note,
    noteAll({ count, shapes, lengths, textOf }) {
      for (let row = 0; row < count; row++)
        if (shapes[row] === shapeCodes.decimal && lengths[row]! >= leastDigits) note(textOf(row))
    },
    bytes: () => Array.from(occurring.keys()).filter((byte) => occurring[byte] === 1),
  }
}
