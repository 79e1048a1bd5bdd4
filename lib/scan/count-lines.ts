const newline = 10
const newlines = 0x0a0a0a0a
const lowBits = 0x7f7f7f7f

/** Lines shorter than this are counted faster four bytes at a time than by searching for each end. */
const shortLine = 64
const linesSearched = 16

/** Counts the newlines in bytes [from, to) of one piece of memory. */
export function createLineCounter(bytes: Uint8Array): (from: number, to: number) => number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2)

  function countByWords(from: number, to: number): number {
    let count = 0
    let at = from
    for (; at < to && (at & 3) !== 0; at++) if (bytes[at] === newline) count++
    for (; at + 4 <= to; at += 4) {
      // The top bit of each byte that is a newline (Hacker's Delight, section 6-1).
      const differing = words[at >>> 2]! ^ newlines
      const equal = ~(((differing & lowBits) + lowBits) | differing | lowBits)
      if (equal !== 0) count += (Math.imul(equal >>> 7, 0x01010101) >>> 24) & 7
    }
    for (; at < to; at++) if (bytes[at] === newline) count++
    return count
  }

  return (from, to) => {
    const known = buffer.subarray(from, to)
    let count = 0
    let at = known.indexOf(newline)
    while (at !== -1) {
      count++
      if (count === linesSearched && at < linesSearched * shortLine) return count + countByWords(from + at + 1, to)
      at = known.indexOf(newline, at + 1)
    }
    return count
  }
}
