import { messageBytes } from './kernel/row-digests.ts'
import { shapeCodes } from './shape-code.ts'
import type { RowBatch } from './waiting-rows.ts'

/** Decimal numbers of fewer digits have a 0 there, or a 1, and those of more are no numbers of 64 bits. */
const leastDigits = 17
const mostDigits = 20
/** By so many digits and the length a number is between two that have the same highest byte, or neighbours. */
const firstDigits = 4
const perLength = 10 ** firstDigits
const zero = 0x30

/**
 * Which of 256 bytes is the highest of 8 that an identifier has as a number: of those of 17 digits and more, and now and then the one beside it. Of numbers that were
 * given out in turn it is one of few, so that most of any 8 bytes are none of them.
 */
export function createHighBytes(): {
  note(digits: Uint8Array): void
  noteAll(batch: Pick<RowBatch, 'count' | 'shapes' | 'lengths' | 'messages'>): void
  /** Ascending. */
  bytes(): number[]
} {
  const beginnings = new Uint8Array((mostDigits + 1) * perLength)

  function noteAt(bytes: Uint8Array, at: number, length: number): void {
    if (length < leastDigits || length > mostDigits) return
    const high = 10 * bytes[at]! + bytes[at + 1]! - 11 * zero
    const low = 10 * bytes[at + 2]! + bytes[at + 3]! - 11 * zero
    beginnings[length * perLength + 100 * high + low] = 1
  }

  return {
    note: (digits) => noteAt(digits, 0, digits.length),
    noteAll({ count, shapes, lengths, messages }) {
      for (let row = 0; row < count; row++)
        if (shapes[row] === shapeCodes.decimal) noteAt(messages, row * messageBytes + 1, lengths[row]!)
    },
    bytes() {
      const found = new Set<number>()
      for (let beginning = beginnings.indexOf(1); beginning !== -1; beginning = beginnings.indexOf(1, beginning + 1)) {
        const unit = 10n ** BigInt(Math.floor(beginning / perLength) - firstDigits)
        const first = BigInt(beginning % perLength) * unit
        for (const value of [first, first + unit - 1n]) found.add(Number(value >> 56n))
      }
      return [...found].filter((byte) => byte < 256).sort((a, b) => a - b)
    },
  }
}
