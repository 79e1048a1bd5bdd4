/** Writes a content in pieces of these sizes, over and over. Their buffer is used again for every piece, as decoders do. */
export function writePieces(bytes: Uint8Array, sizes: readonly number[], write: (piece: Uint8Array) => void): void {
  const piece = new Uint8Array(Math.max(...sizes))
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    const part = bytes.subarray(at, at + size)
    piece.fill(0x39)
    piece.set(part)
    write(piece.subarray(0, part.length))
    at += size
  }
  piece.fill(0x39)
}
