/**
 * A range of a version's stored bytes, `from` to before `to`, with their SHA-256 (hex). What is read in slices is pinned by pieces, one for each
 * slice that has bytes; there is no digest over them, since that would look like the SHA-256 of the whole.
 */
export type Piece = { from: number; to: number; sha256: string }

/** Whether these are all bytes of a version of `size` bytes, in order: no hole, nothing twice, nothing behind its end. */
export function arePiecesOf(pieces: readonly Piece[], size: number): boolean {
  const tiled = pieces.every(
    ({ from, to, sha256 }, place) =>
      Number.isSafeInteger(to) && from === (pieces[place - 1]?.to ?? 0) && from < to && isSha256(sha256),
  )
  return pieces.length > 0 && tiled && pieces.at(-1)!.to === size
}

export const isSha256 = (text: unknown): boolean => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)
