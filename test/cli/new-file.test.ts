import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requireDirectory, requireNewFile } from '../../lib/cli/new-file.ts'
import { UsageInvalid } from '../../lib/errors.ts'
import { scratchDirectory } from '../support/scratch.ts'

function place(): string {
  const cwd = scratchDirectory()
  mkdirSync(join(cwd, 'folder'))
  writeFileSync(join(cwd, 'file'), '')
  return cwd
}

describe('before work whose result goes to a path, which may take hours', () => {
  for (const path of ['new', 'folder/new'])
    it(`a new file is accepted: ${path}`, async () => {
      await expect(requireNewFile(place(), path, '--out')).resolves.toBeUndefined()
    })

  for (const [path, got] of [
    ['file', 'one that is there'],
    ['folder', 'one that is there'],
    ['none/new', 'ENOENT'],
    ['file/new', 'ENOTDIR'],
  ] as const)
    it(`a new file is refused, by name: ${path}`, async () => {
      await expect(requireNewFile(place(), path, '--out')).rejects.toThrow(UsageInvalid)
      await expect(requireNewFile(place(), path, '--out')).rejects.toThrow(new RegExp(`^--out ${path}: .*got ${got}$`))
    })

  for (const path of ['.', 'folder', 'new', 'none/yet/new'])
    it(`a directory is accepted, and not made: ${path}`, async () => {
      const cwd = place()
      await expect(requireDirectory(cwd, path, '--out')).resolves.toBeUndefined()
      expect(readdirSync(cwd).toSorted()).toEqual(['file', 'folder'])
    })

  for (const path of ['file', 'file/new', 'file/none/new'])
    it(`a directory is refused, by name: ${path}`, async () => {
      await expect(requireDirectory(place(), path, '--out')).rejects.toThrow(UsageInvalid)
      await expect(requireDirectory(place(), path, '--out')).rejects.toThrow(new RegExp(`^--out ${path}: .*ENOTDIR$`))
    })
})
