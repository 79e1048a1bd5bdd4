import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requireDirectory, requireNewFile, writeNewFile } from '../../lib/cli/new-file.ts'
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
    ['none/new', 'nothing there'],
    ['file/new', 'a file in the place of a directory'],
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

describe('a new file', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
  const cut = async function* () {
    yield 'one of two lines\n'
    throw full
  }

  it('is written whole, for its owner only where that is asked for', async () => {
    const cwd = place()
    await writeNewFile(cwd, 'new', 'all of it', '--out', 0o600)
    expect(readFileSync(join(cwd, 'new'), 'utf8')).toBe('all of it')
    expect(statSync(join(cwd, 'new')).mode & 0o777).toBe(0o600)
  })

  it('that could not be written whole is not there, and its fault is told as it is', async () => {
    const cwd = place()
    await expect(writeNewFile(cwd, 'new', cut(), '--out')).rejects.toBe(full)
    expect(readdirSync(cwd).toSorted()).toEqual(['file', 'folder'])
    await writeNewFile(cwd, 'new', 'the next try', '--out')
  })

  it('of somebody else is left as it is', async () => {
    const cwd = place()
    await expect(writeNewFile(cwd, 'file', cut(), '--out')).rejects.toThrow(
      /^--out file: expected a new file, got one that is there$/,
    )
    expect(readdirSync(cwd).toSorted()).toEqual(['file', 'folder'])
  })
})
