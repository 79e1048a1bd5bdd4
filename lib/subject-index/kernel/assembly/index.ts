import { digestFour } from './digest'
import { hashFour } from './hash'
import { digests, messageBytes, messages } from './memory'

export { setUp } from './memory'

/** Digests the first `count` messages, and hashes their texts. Whole fours: up to three more are read, and what comes of them written. */
export function digestRows(count: usize): void {
  for (let row: usize = 0; row < count; row += 4) {
    const message = messages + row * messageBytes
    digestFour(message, row, digests + (row << 4))
    hashFour(message, row)
  }
}
