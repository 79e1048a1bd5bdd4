import { createHash } from 'node:crypto'
import { arePiecesOf, type Piece } from '../inventory/piece.ts'
import type { Keep } from './judge-records.ts'

/** What a version was when it was scanned: the digest of all its bytes, or of pieces that are all its `size` bytes. */
export type ScannedContent = { sha256: string } | { size: number; pieces: readonly Piece[] }

/** `read` passes bytes on and gives up on the first piece that is another one; `finish`: with the digest of all that was read, unless it is what was scanned. */
export type ContentCheck = {
  read(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  finish(sha256: string): void
}

const another = 'its content is not the content that was scanned'

/** Holds a version that is read from its first to its last byte against what was scanned. Gives up on pieces that are not all of it. */
export function checkContent(scanned: ScannedContent, keep: Keep): ContentCheck {
  if ('sha256' in scanned)
    return {
      read: (chunks) => chunks,
      finish: (sha256) => {
        if (sha256 !== scanned.sha256) keep(another)
      },
    }
  const { pieces, size } = scanned
  if (!arePiecesOf(pieces, size)) return keep('what its slices pinned does not make up the whole')
  let hash = createHash('sha256')
  let read = 0
  let matched = 0

  function take(bytes: Uint8Array): Uint8Array {
    const piece = pieces[matched]
    if (piece === undefined) return keep(another)
    const own = bytes.subarray(0, piece.to - read)
    hash.update(own)
    read += own.length
    if (read < piece.to) return own
    if (hash.digest('hex') !== piece.sha256) return keep(another)
    hash = createHash('sha256')
    matched += 1
    return own
  }
  return {
    async *read(chunks) {
      for await (const chunk of chunks) {
        for (let rest = chunk; rest.length > 0; ) rest = rest.subarray(take(rest).length)
        yield chunk
      }
    },
    finish() {
      if (matched !== pieces.length || read !== size) keep(another)
    },
  }
}
