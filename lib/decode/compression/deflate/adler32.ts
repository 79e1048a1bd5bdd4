const modulus = 65_521
/** So many bytes at most before the sums outgrow 32 bits. */
const batch = 3800

/** Adler-32 (RFC 1950, 8.2) of what came before and `bytes`; it begins with 1. */
export function adler32(bytes: Uint8Array, before: number): number {
  let sum = before & 0xffff
  let sums = before >>> 16
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + batch, bytes.length)
    for (; at < end; at++) {
      sum += bytes[at]!
      sums += sum
    }
    sum %= modulus
    sums %= modulus
  }
  return ((sums << 16) | sum) >>> 0
}
