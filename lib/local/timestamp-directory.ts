import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EvidenceMissing } from '../errors.ts'
import type { Timestamps } from '../ports.ts'
import { formatKept, parseKept, parseTimestampName, timestampName } from '../timestamp/kept-timestamp.ts'
import { makeDirectory, publishFile } from './publish-file.ts'

/** Timestamps as files of one directory. */
export function timestampDirectory(directory: string): Timestamps {
  return {
    async add(timestamp) {
      await makeDirectory(directory)
      await publishFile(join(directory, timestampName(timestamp)), Buffer.from(formatKept(timestamp)))
    },

    async list() {
      const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return []
        throw error
      })
      return names.sort().flatMap((name) => parseTimestampName(name) ?? [])
    },

    async get(ref) {
      const text = await readFile(join(directory, timestampName(ref)), 'utf8').catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause
        throw new EvidenceMissing(`timestamp of size ${ref.size} by ${ref.authority}: expected one, got none`, {
          cause,
        })
      })
      return parseKept(ref, text)
    },
  }
}
