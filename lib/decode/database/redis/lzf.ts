/** Decompresses LZF as Redis writes it; absent unless exactly `size` bytes come out. */
export function decompressLzf(input: Uint8Array, size: number): Uint8Array | undefined {
  const output = new Uint8Array(size)
  let written = 0
  for (let at = 0; at < input.length; ) {
    const control = input[at++]!
    if (control < 32) {
      const length = control + 1
      if (at + length > input.length || written + length > size) return undefined
      output.set(input.subarray(at, at + length), written)
      at += length
      written += length
      continue
    }
    let length = control >>> 5
    if (length === 7) length += input[at++] ?? 0
    if (at >= input.length) return undefined
    let from = written - ((control & 0x1f) << 8) - input[at++]! - 1
    length += 2
    if (from < 0 || written + length > size) return undefined
    // A copy may reach into what it writes.
    for (let count = 0; count < length; count++) output[written++] = output[from++]!
  }
  return written === size ? output : undefined
}
