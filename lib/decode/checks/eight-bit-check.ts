/**
 * Whether bytes that are no UTF-8 are text in some other encoding in which ASCII stands for itself, as far as their shape
 * tells: mostly ASCII, with single characters that are not. What is compressed or encrypted has many bytes from 0x80 in a
 * row, as have texts in other scripts; those are left as they are, since they cannot be told apart.
 */
export type EightBitCheck = {
  /** Looks at the next bytes. */
  write(bytes: Uint8Array): void
  isText(): boolean
}

/** Bytes from 0x80 in a row, and among sixteen, that text in a western language does not have. */
const mostInRow = 2
const window = 16
const mostInWindow = 5
/** Of a hundred bytes; a few stand in the shortest text. */
const mostInHundred = 20
const few = 8

/** Control bytes that occur in text: tab, line feed, vertical tab, form feed, carriage return, escape. */
const inText = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b])
/** 0: ASCII text, 1: from 0x80, 2: no text. */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 ? 1 : byte === 0x7f || (byte < 0x20 && !inText.has(byte)) ? 2 : 0,
)

export function eightBitCheck(): EightBitCheck {
  let isRefused = false
  let total = 0
  let high = 0
  let inRow = 0
  /** One bit for each of the last bytes: whether it is from 0x80. */
  let last = 0
  let inWindow = 0
  return {
    write(bytes) {
      total += bytes.length
      for (let at = 0; at < bytes.length && !isRefused; at++) {
        const kind = kinds[bytes[at]!]!
        if (kind === 2) isRefused = true
        inWindow += kind - ((last >>> (window - 1)) & 1)
        last = ((last << 1) | kind) & 0xffff
        inRow = kind === 1 ? inRow + 1 : 0
        high += kind
        if (inRow > mostInRow || inWindow > mostInWindow) isRefused = true
      }
    },
    isText: () => !isRefused && high <= Math.max(few, (total * mostInHundred) / 100),
  }
}
