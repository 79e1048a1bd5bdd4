import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ManifestInvalid } from '../../lib/errors.ts'
import { manifestFiles } from '../../lib/local/manifest-file.ts'
import { temporaryDirectory } from './temporary-directory.ts'

describe('a manifest file', () => {
  for (const size of [0, 1, (1 << 20) - 1, 1 << 20, (5 << 20) + 3])
    it(`of ${size} bytes is handed out whole`, async () => {
      const path = join(temporaryDirectory(), 'ids.csv')
      const body = Buffer.from(Array.from({ length: size }, (_, n) => n % 251))
      writeFileSync(path, body)
      const chunks: Buffer[] = []
      for await (const chunk of await manifestFiles().open(path)) chunks.push(Buffer.from(chunk))
      expect(Buffer.concat(chunks).equals(body)).toBe(true)
    })

  it('that is missing is named', async () => {
    const path = join(temporaryDirectory(), 'ids.csv')
    await expect(manifestFiles().open(path)).rejects.toThrow(ManifestInvalid)
    await expect(manifestFiles().open(path)).rejects.toThrow(`manifest: ${path}: expected a readable file, got ENOENT`)
  })

  it('that is a directory is refused', async () => {
    const path = join(temporaryDirectory(), 'ids.csv')
    mkdirSync(path)
    await expect(manifestFiles().open(path)).rejects.toThrow(ManifestInvalid)
  })
})
