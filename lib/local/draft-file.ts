import { readdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { newSummedFile } from '../summed-file.ts'
import { isTemporary, linkOnce, syncDirectory, temporaryIn } from './publish-file.ts'

/** A file on its way: `publish` gives it a name, unless that is taken; `discard` takes its temporary name away. */
export type DraftFile = {
  write(bytes: Uint8Array): void
  publish(path: string): Promise<{ sha256: string; bytes: number; created: boolean }>
  discard(): Promise<void>
  /** Takes away what writers beside it left that were killed: files of such names that nobody has written to for an hour before it was made. */
  sweep(): Promise<void>
}

const abandonedAfter = 60 * 60 * 1000

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

    async sweep() {
      // The clock of the disk, which may be another machine's.
      const { mtimeMs } = await stat(temporary)
      for (const name of await readdir(directory)) {
        if (!isTemporary(name)) continue
        const path = join(directory, name)
        const lastWritten = await stat(path).then(
          (found) => found.mtimeMs,
          () => mtimeMs,
        )
        if (mtimeMs - lastWritten > abandonedAfter) await unlink(path).catch(() => {})
      }
    },

    async discard() {
      file.close()
      await unlink(temporary).catch(() => {})
    },
  }
}
