export function isZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

export function withoutZerosBehind(bytes: Uint8Array): Uint8Array {
  let to = bytes.length
  while (to > 0 && bytes[to - 1] === 0) to--
  return bytes.subarray(0, to)
}

/** Where zeros end that begin here. */
export function endOfZeros(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] === 0) at++
  return at
}
