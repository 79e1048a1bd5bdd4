import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** A new file that is written once, from its beginning to its end, and knows the length and the SHA-256 of what it was given. */
export type SummedFile = {
  write(bytes: Uint8Array): void
  /** Has the disk hold what was written; nothing once it is closed. */
  sync(): void
  /** Nothing is written any more. It may be repeated. */
  close(): void
  bytes(): number
  sha256(): Buffer
}

/** Only its owner may read it; a path that is taken is refused. */
export function newSummedFile(path: string): SummedFile {
  const file = openSync(path, 'wx', 0o600)
  const sum = createHash('sha256')
  let isOpen = true
  let bytes = 0
  return {
    write(chunk) {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at)
      sum.update(chunk)
      bytes += chunk.length
    },
    sync() {
      if (isOpen) fsyncSync(file)
    },
    close() {
      if (isOpen) closeSync(file)
      isOpen = false
    },
    bytes: () => bytes,
    sha256: () => sum.copy().digest(),
  }
}
