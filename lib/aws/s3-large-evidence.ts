import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import { EvidenceConflict, EvidenceMissing } from '../errors.ts'
import { requireEvidenceKey } from '../evidence-key.ts'
import { fileSource } from '../file-source.ts'
import type { LargeEvidence } from '../ports.ts'
import { newSummedFile } from '../summed-file.ts'
import { lookUp } from './look-up.ts'
import { openObject, pinObject, putObjectOnce, readRange } from './s3-object.ts'

/**
 * Large documents in a bucket, through files in `scratch`: the ephemeral storage of a function. That outlives a call, and
 * a process that was killed; so what one that is gone left there is removed first. One document that was opened is kept.
 */
export function s3LargeEvidence(client: S3Client, bucket: string, scratch: string): LargeEvidence {
  const place = (call: string) => ({ client, bucket, where: `evidence: ${call}` })
  let cleared: Promise<string> | undefined
  let fetched: string | undefined

  async function newPath(): Promise<string> {
    cleared ??= clearScratch(scratch)
    const own = await cleared
    await mkdir(own, { recursive: true, mode: 0o700 })
    return join(own, randomBytes(12).toString('hex'))
  }

  return {
    async draft() {
      const path = await newPath()
      const file = newSummedFile(path)
      return {
        write: file.write,

        async publish(key) {
          requireEvidenceKey(key)
          file.close()
          const [bytes, sha256] = [file.bytes(), file.sha256()]
          const body = { bytes, sha256, read: () => createReadStream(path) }
          if (await putObjectOnce(place('put'), key, body))
            return { sha256: sha256.toString('hex'), bytes, created: true }
          const stored = await openObject(place('put'), key)
          if (!stored)
            throw new EvidenceConflict(`evidence: ${key}: expected the document that was in the way, got none`)
          const storedSum = createHash('sha256')
          for await (const chunk of stored.chunks) storedSum.update(chunk)
          return { sha256: storedSum.digest('hex'), bytes: stored.bytes, created: false }
        },

        async discard() {
          file.close()
          await rm(path, { force: true })
        },
      }
    },

    async open(key) {
      requireEvidenceKey(key)
      const object = await openObject(place('get'), key)
      if (!object) throw new EvidenceMissing(`evidence: ${key}: expected a document, got none`)
      const path = await newPath()
      if (fetched !== undefined) await giveUp(fetched)
      fetched = path
      const file = await open(path, 'wx', 0o600)
      try {
        for await (const chunk of object.chunks) await file.writeFile(chunk)
      } catch (error) {
        await rm(path, { force: true })
        throw error
      } finally {
        await file.close()
      }
      return fileSource(path)
    },

    async look(key, use) {
      requireEvidenceKey(key)
      const pinned = await pinObject(place('look'), key)
      if (!pinned) throw new EvidenceMissing(`evidence: ${key}: expected a document, got none`)
      return lookUp(pinned.bytes, (from, to) => readRange(place('look'), pinned, from, to), use)
    },
  }
}

/** There is room for one: a file that somebody still has open takes none when it is empty. */
async function giveUp(path: string): Promise<void> {
  await truncate(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rm(path, { force: true })
}

/** The folder of this process, after those of processes that are gone were removed. */
async function clearScratch(scratch: string): Promise<string> {
  const began = String(Math.round(performance.timeOrigin))
  for (const name of await readdir(scratch).catch(() => [])) {
    const [pid, start] = name.split('-')
    const isInUse = Number(pid) === process.pid ? start === began : isRunning(Number(pid))
    if (!isInUse) await rm(join(scratch, name), { recursive: true, force: true })
  }
  return join(scratch, `${process.pid}-${began}`)
}

function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // There is one, and it is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
