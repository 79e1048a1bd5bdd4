import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ManifestInvalid } from '../../lib/errors.ts'
import { manifestFiles } from '../../lib/local/manifest-file.ts'
import { manifestsContract } from '../contracts/manifests.ts'
import { temporaryDirectory } from './temporary-directory.ts'

manifestsContract('files', async () => {
  const directory = temporaryDirectory()
  const put = async (body: Uint8Array) => {
    writeFileSync(join(directory, 'ids.csv'), body)
    return join(directory, 'ids.csv')
  }
  return { manifests: manifestFiles(), put, none: join(directory, 'none.csv') }
})

describe('a manifest file', () => {
  it('that is missing is named', async () => {
    const path = join(temporaryDirectory(), 'ids.csv')
    await expect(manifestFiles().open(path)).rejects.toThrow(ManifestInvalid)
    await expect(manifestFiles().open(path)).rejects.toThrow(
      `manifest: ${path}: expected a readable file, got nothing there`,
    )
  })

  it('that is a directory is refused', async () => {
    const path = join(temporaryDirectory(), 'ids.csv')
    mkdirSync(path)
    await expect(manifestFiles().open(path)).rejects.toThrow(ManifestInvalid)
  })

  it('that is a pipe is refused, instead of waiting for somebody who writes', async () => {
    const path = join(temporaryDirectory(), 'ids.csv')
    execFileSync('mkfifo', [path])
    await expect(manifestFiles().open(path)).rejects.toThrow(`${path}: expected a file, which can be read again`)
  })
})
