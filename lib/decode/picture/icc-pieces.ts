import { isZeros } from '../zeros.ts'

/** Bytes `from` to before `to`. */
export type Piece = { readonly from: number; readonly to: number }

/** What is in no piece and not zero; absent: pieces overlap, or are not within the bytes. Two that are the same are one. */
export function unusedOf(bytes: Uint8Array, pieces: readonly Piece[]): Piece[] | undefined {
  const unused: Piece[] = []
  const end = { from: bytes.length, to: bytes.length }
  let at = 0
  let last: Piece | undefined
  for (const piece of [...pieces.toSorted((a, b) => a.from - b.from || a.to - b.to), end]) {
    if (piece.from === last?.from && piece.to === last.to) continue
    if (piece.from < at || piece.to > bytes.length) return undefined
    if (!isZeros(bytes.subarray(at, piece.from))) unused.push({ from: at, to: piece.from })
    at = piece.to
    last = piece
  }
  return unused
}

/** Whether pieces are apart from one another, and all else is zero. */
export const unusedIsZero = (bytes: Uint8Array, pieces: readonly Piece[]): boolean =>
  unusedOf(bytes, pieces)?.length === 0
