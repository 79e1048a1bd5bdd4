import { unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { newSummedFile } from '../summed-file.ts'
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
  const file = newSummedFile(temporary)
  return {
    write: file.write,

    async publish(path) {
      file.sync()
      file.close()
      const created = await linkOnce(temporary, path)
      await syncDirectory(dirname(path))
      return { sha256: file.sha256().toString('hex'), bytes: file.bytes(), created }
    },

    async discard() {
      file.close()
      await unlink(temporary).catch(() => {})
    },
  }
}
