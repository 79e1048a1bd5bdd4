import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { ManifestAbsent, ManifestInvalid, ReadFailed } from '../errors.ts'
import type { Chunks, Manifests } from '../ports.ts'
import { whatIsThere } from './what-is-there.ts'

const chunkBytes = 1 << 20
/** A pipe is opened as well, instead of waiting for whoever writes to it, and refused then. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Transfer manifests as files: the name is a path. @throws ManifestAbsent @throws ManifestInvalid when it is no file that can be read */
export function manifestFiles(): Manifests {
  return {
    async open(path) {
      const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
        const Invalid = error.code === 'ENOENT' ? ManifestAbsent : ManifestInvalid
        throw new Invalid(`manifest: ${path}: expected a readable file, got ${whatIsThere(error)}`)
      })
      const isFile = await file.stat().then((stat) => stat.isFile())
      await file.close()
      if (!isFile)
        throw new ManifestInvalid(
          `manifest: ${path}: expected a file, which can be read again, got a directory, a pipe or a device`,
        )
      return chunksOf(path)
    },
  }
}

/** Opened when the first chunk is asked for, so that chunks nobody reads hold no file open. */
async function* chunksOf(path: string): Chunks {
  const file = await open(path, flags)
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes)
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, null).catch((error: NodeJS.ErrnoException) => {
        throw new ReadFailed(`manifest: ${path}: expected bytes at ${at}, got ${whatIsThere(error)}`)
      })
      if (bytesRead === 0) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
