const prime1 = 0x9e3779b1 | 0
const prime2 = 0x85ebca77 | 0
const prime3 = 0xc2b2ae3d | 0
const prime4 = 0x27d4eb2f
const prime5 = 0x165667b1
const stripe = 16

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))
const round = (sum: number, word: number): number => Math.imul(rotate((sum + Math.imul(word, prime2)) | 0, 13), prime1)
const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

/** xxHash32 with seed 0 (xxhash_spec.md), of bytes that come in pieces. */
export function xxHash32(): { update(bytes: Uint8Array): void; digest(): number } {
  let sum1 = (prime1 + prime2) | 0
  let sum2 = prime2
  let sum3 = 0
  let sum4 = -prime1 | 0
  let length = 0
  const held = new Uint8Array(stripe)
  let heldLength = 0

  function stripes(bytes: Uint8Array, from: number): number {
    let at = from
    for (; at + stripe <= bytes.length; at += stripe) {
      sum1 = round(sum1, wordAt(bytes, at))
      sum2 = round(sum2, wordAt(bytes, at + 4))
      sum3 = round(sum3, wordAt(bytes, at + 8))
      sum4 = round(sum4, wordAt(bytes, at + 12))
    }
    return at
  }

  return {
    update(bytes) {
      length += bytes.length
      let from = 0
      if (heldLength > 0) {
        from = Math.min(stripe - heldLength, bytes.length)
        held.set(bytes.subarray(0, from), heldLength)
        heldLength += from
        if (heldLength < stripe) return
        stripes(held, 0)
      }
      const rest = bytes.subarray(stripes(bytes, from))
      held.set(rest)
      heldLength = rest.length
    },
    digest() {
      let sum = length >= stripe ? rotate(sum1, 1) + rotate(sum2, 7) + rotate(sum3, 12) + rotate(sum4, 18) : prime5
      sum = (sum + length) | 0
      let at = 0
      for (; at + 4 <= heldLength; at += 4)
        sum = Math.imul(rotate((sum + Math.imul(wordAt(held, at), prime3)) | 0, 17), prime4)
      for (; at < heldLength; at++) sum = Math.imul(rotate((sum + Math.imul(held[at]!, prime5)) | 0, 11), prime1)
      sum = Math.imul(sum ^ (sum >>> 15), prime2)
      sum = Math.imul(sum ^ (sum >>> 13), prime3)
      return (sum ^ (sum >>> 16)) >>> 0
    },
  }
}

export function xxHash32Of(bytes: Uint8Array): number {
  const hash = xxHash32()
  hash.update(bytes)
  return hash.digest()
}
