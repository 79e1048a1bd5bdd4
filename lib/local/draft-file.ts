import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { linkOnce, syncDirectory, temporaryIn } from './publish-file.ts'

/** A file on its way: `publish` gives it a name, unless that is taken; `discard` takes its temporary name away. */
export type DraftFile = {
  write(bytes: Uint8Array): void
  publish(path: string): Promise<{ sha256: string; bytes: number; created: boolean }>
  discard(): Promise<void>
}

/** A new temporary file in a directory on the disk that it is to stay on. Mode 0600. */
export function draftFile(directory: string): DraftFile {
  const temporary = temporaryIn(directory)
  const file = openSync(temporary, 'wx', 0o600)
  const sum = createHash('sha256')
  let isOpen = true
  let bytes = 0
  const close = () => {
    if (isOpen) closeSync(file)
    isOpen = false
  }
  return {
    write(chunk) {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at)
      sum.update(chunk)
      bytes += chunk.length
    },

    async publish(path) {
      if (isOpen) fsyncSync(file)
      close()
      const created = await linkOnce(temporary, path)
      await syncDirectory(dirname(path))
      return { sha256: sum.copy().digest('hex'), bytes, created }
    },

    async discard() {
      close()
      await unlink(temporary).catch(() => {})
    },
  }
}
