import { createHash } from 'node:crypto'
import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs'
import { stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EvidenceMissing } from '../errors.ts'
import { fileSource } from '../file-source.ts'
import type { LargeEvidence } from '../ports.ts'
import { inNamespace, isAbsent, pathOf } from './evidence-directory.ts'
import { linkOnce, makeDirectory, syncDirectory, temporaryIn } from './publish-file.ts'

/**
 * Large documents among the files of an evidence directory. A draft is a temporary file below `root`, so that it becomes
 * the document by a link; of one that was killed nobody reads what is left.
 */
export function largeEvidenceDirectory(root: string): LargeEvidence {
  return {
    async draft() {
      await makeDirectory(root)
      const temporary = temporaryIn(root)
      const file = openSync(temporary, 'wx', 0o600)
      let isOpen = true
      const sum = createHash('sha256')
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

        async publish(key) {
          const path = pathOf(root, key)
          if (isOpen) fsyncSync(file)
          close()
          await inNamespace(key, makeDirectory(dirname(path)))
          const created = await inNamespace(key, linkOnce(temporary, path))
          await syncDirectory(dirname(path))
          return created ? { sha256: sum.copy().digest('hex'), bytes, created } : { ...(await describe(path)), created }
        },

        async discard() {
          close()
          await unlink(temporary).catch(() => {})
        },
      }
    },

    async open(key) {
      const path = pathOf(root, key)
      const isThere = await stat(path).then(
        (found) => found.isFile(),
        (error) => {
          if (isAbsent(error)) return false
          throw error
        },
      )
      if (!isThere) throw new EvidenceMissing(`evidence: ${key}: expected a document, got none`)
      return fileSource(path)
    },
  }
}

async function describe(path: string): Promise<{ sha256: string; bytes: number }> {
  const sum = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    sum.update(chunk)
    bytes += chunk.length
  }
  return { sha256: sum.digest('hex'), bytes }
}
