/** Control bytes that occur in text: tab, line feed, vertical tab (line ends within a field or a paragraph), form feed, carriage return, escape, record separator. */
const inText = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b, 0x1e])
const forbidden = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x20 && !inText.has(byte) ? 1 : 0))

export function firstIn(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) if (forbidden[bytes[at]!] === 1) return at
  return -1
}

/** Words that are looked at together. */
const group = 8

/** Where the first control byte is that does not occur in text; -1: there is none. */
export function firstControlByte(bytes: Uint8Array): number {
  const misaligned = bytes.byteOffset & 3
  const head = misaligned === 0 ? 0 : Math.min(4 - misaligned, bytes.length)
  const found = firstIn(bytes, 0, head)
  // A view of words must not begin unaligned, not even an empty one.
  if (found >= 0 || bytes.length - head < 4) return found >= 0 ? found : firstIn(bytes, head, bytes.length)
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >>> 2)
  const end = words.length - (words.length % group)
  for (let index = 0; index < end; index += group) {
    const a = words[index]!
    const b = words[index + 1]!
    const c = words[index + 2]!
    const d = words[index + 3]!
    const e = words[index + 4]!
    const f = words[index + 5]!
    const g = words[index + 6]!
    const h = words[index + 7]!
    const low = below(a) | below(b) | below(c) | below(d) | below(e) | below(f) | below(g) | below(h)
    if ((low & topBits) === 0) continue
    const inGroup = firstInWords(bytes, head, words, index, index + group)
    if (inGroup >= 0) return inGroup
  }
  const rest = firstInWords(bytes, head, words, end, words.length)
  return rest >= 0 ? rest : firstIn(bytes, head + words.length * 4, bytes.length)
}

const topBits = 0x80808080

/** Set in some byte's top bit if, and where it is set lowest only if, a byte is below 0x20. */
const below = (word: number): number => (word - 0x20202020) & ~word

/** Line ends get here too and are looked at one by one. */
function firstInWords(bytes: Uint8Array, head: number, words: Uint32Array, from: number, to: number): number {
  for (let index = from; index < to; index++) {
    if ((below(words[index]!) & topBits) === 0) continue
    const at = head + index * 4
    const found = firstIn(bytes, at, at + 4)
    if (found >= 0) return found
  }
  return -1
}
