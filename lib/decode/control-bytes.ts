/** Control bytes that occur in text: tab, line feed, form feed, carriage return, escape, record separator. */
const inText = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b, 0x1e])
const forbidden = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x20 && !inText.has(byte) ? 1 : 0))

function firstIn(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) if (forbidden[bytes[at]!] === 1) return at
  return -1
}

/** Where the first control byte is that does not occur in text; -1: there is none. */
export function firstControlByte(bytes: Uint8Array): number {
  const misaligned = bytes.byteOffset & 3
  const head = misaligned === 0 ? 0 : Math.min(4 - misaligned, bytes.length)
  const found = firstIn(bytes, 0, head)
  // A view of words must not begin unaligned, not even an empty one.
  if (found >= 0 || bytes.length - head < 4) return found >= 0 ? found : firstIn(bytes, head, bytes.length)
  const count = (bytes.length - head) >>> 2
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, count)
  for (let index = 0; index < count; index++) {
    const word = words[index]!
    // Set in some byte's top bit exactly if a byte is below 0x20; line ends get here too and are looked at one by one.
    if (((word - 0x20202020) & ~word & 0x80808080) !== 0) {
      const at = head + index * 4
      const inWord = firstIn(bytes, at, at + 4)
      if (inWord >= 0) return inWord
    }
  }
  return firstIn(bytes, head + count * 4, bytes.length)
}
