import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EvidenceConflict } from '../errors.ts'
import type { Anchor } from '../ports.ts'
import { makeDirectory, publishFile } from './publish-file.ts'

const name = /^[0-9]{16}\.checkpoint$/

/** Checkpoints as files of one directory, best a medium that the ledger's writers cannot reach. */
export function anchorDirectory(directory: string): Anchor {
  return {
    async latest() {
      const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return []
        throw error
      })
      const last = names
        .filter((each) => name.test(each))
        .sort()
        .at(-1)
      return last === undefined ? undefined : await readFile(join(directory, last), 'utf8')
    },

    async add(size, note) {
      const path = join(directory, `${String(size).padStart(16, '0')}.checkpoint`)
      await makeDirectory(directory)
      if (await publishFile(path, Buffer.from(note))) return
      if ((await readFile(path, 'utf8')) !== note)
        throw new EvidenceConflict(`anchor: checkpoint of size ${size}: expected the anchored note, got another one`)
    },
  }
}
