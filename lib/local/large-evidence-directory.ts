import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EvidenceMissing } from '../errors.ts'
import { fileSource } from '../file-source.ts'
import type { LargeEvidence } from '../ports.ts'
import { draftFile } from './draft-file.ts'
import { inNamespace, isNoFile, pathOf } from './evidence-directory.ts'
import { makeDirectory } from './publish-file.ts'

/**
 * Large documents among the files of an evidence directory. A draft is a temporary file below `root`, so that it becomes
 * the document by a link; of one that was killed nobody reads what is left.
 */
export function largeEvidenceDirectory(root: string): LargeEvidence {
  const directory: LargeEvidence = {
    async draft() {
      await makeDirectory(root)
      const draft = draftFile(root)
      return {
        ...draft,
        async publish(key) {
          const path = pathOf(root, key)
          await inNamespace(key, makeDirectory(dirname(path)))
          const published = await inNamespace(key, draft.publish(path))
          return published.created ? published : { ...(await describe(path)), created: false }
        },
      }
    },

    async open(key) {
      const path = pathOf(root, key)
      const isThere = await stat(path).then(
        (found) => found.isFile(),
        (error) => {
          if (isNoFile(error)) return false
          throw error
        },
      )
      if (!isThere) throw new EvidenceMissing(`evidence: ${key}: expected a document, got none`)
      return fileSource(path)
    },

    look: async (key, use) => use(await directory.open(key)),
  }
  return directory
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
