export function isZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

export function withoutZerosBehind(bytes: Uint8Array): Uint8Array {
  let to = bytes.length
  while (to > 0 && bytes[to - 1] === 0) to--
  return bytes.subarray(0, to)
}
