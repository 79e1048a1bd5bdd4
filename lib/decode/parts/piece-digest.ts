import { createHash } from 'node:crypto'

/** How many bytes wait, at most, until it is known whether they belong to it. */
const mostHeld = 2 ** 23

/** The SHA-256 of the first bytes of what is read in order. Where it ends may be known only when some bytes behind it were read as well. */
export type PieceDigest = {
  add(bytes: Uint8Array): void
  /** It ends behind so many bytes. What is said first counts. */
  endAt(length: number): void
  /** Of so many bytes in hexadecimal digits; absent: it ends elsewhere, some of them were not read, or too many behind them. */
  sha256Of(length: number): string | undefined
}

/** `certain`: so many bytes belong to it in any case. Those behind them have to stay as they are when more are asked for. */
export function createPieceDigest(certain = Number.POSITIVE_INFINITY): PieceDigest {
  const hash = createHash('sha256')
  let hashed = 0
  let heldBytes = 0
  let held: Uint8Array[] = []
  let ended: { length: number; sha256: string | undefined } | undefined

  function hashNext(bytes: Uint8Array): void {
    hash.update(bytes)
    hashed += bytes.length
  }
  function endAt(length: number): void {
    if (ended !== undefined) return
    const rest = Buffer.concat(held)
    held = []
    const isThere = length > 0 && hashed <= length && length <= hashed + rest.length
    if (isThere) hashNext(rest.subarray(0, length - hashed))
    ended = { length, sha256: isThere ? hash.digest('hex') : undefined }
  }
  return {
    add(bytes) {
      if (ended !== undefined) return
      if (heldBytes === 0 && hashed + bytes.length <= certain) return hashNext(bytes)
      held.push(bytes)
      heldBytes += bytes.length
      while (heldBytes > mostHeld) {
        const first = held.shift()!
        heldBytes -= first.length
        hashNext(first)
      }
    },
    endAt,
    sha256Of(length) {
      endAt(length)
      return ended?.length === length ? ended.sha256 : undefined
    },
  }
}

/** As a member of what is said of these bytes. */
export function pinned(digest: PieceDigest, length: number): { sha256?: string } {
  const sha256 = digest.sha256Of(length)
  return sha256 === undefined ? {} : { sha256 }
}
