import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EvidenceConflict } from '../../lib/errors.ts'
import { evidenceDirectory } from '../../lib/local/evidence-directory.ts'
import { evidenceContract } from '../contracts/evidence.ts'
import { temporaryDirectory } from './temporary-directory.ts'

evidenceContract('a directory', async () => evidenceDirectory(join(temporaryDirectory(), 'evidence')))

describe('evidence in a directory', () => {
  it('is readable by its owner only', async () => {
    const root = join(temporaryDirectory(), 'evidence')
    await evidenceDirectory(root).put('a/b', 'text')
    const modes = [root, join(root, 'a'), join(root, 'a/b')].map((path) => statSync(path).mode & 0o777)
    expect(modes).toEqual([0o700, 0o700, 0o600])
  })

  it('leaves no temporary file behind, whether a write wins or not', async () => {
    const root = temporaryDirectory()
    const evidence = evidenceDirectory(root)
    await evidence.put('a', 'first')
    await evidence.put('a', 'second')
    expect(readdirSync(root)).toEqual(['a'])
  })

  it('does not list what a killed writer left unfinished', async () => {
    const root = temporaryDirectory()
    writeFileSync(join(root, '.tmp-0123456789ab'), 'half a docu')
    const evidence = evidenceDirectory(root)
    await evidence.put('a', 'text')
    expect(await Array.fromAsync(evidence.list(''))).toEqual(['a'])
  })

  it('refuses a key that would be a document and a folder at once', async () => {
    const evidence = evidenceDirectory(temporaryDirectory())
    await evidence.put('a', 'text')
    await evidence.put('b/c', 'text')
    await expect(evidence.put('a/b', 'text')).rejects.toThrow(EvidenceConflict)
    await expect(evidence.put('a/b/c', 'text')).rejects.toThrow(EvidenceConflict)
    await expect(evidence.put('b', 'text')).rejects.toThrow(EvidenceConflict)
    expect(await Array.fromAsync(evidence.list(''))).toEqual(['a', 'b/c'])
  })

  it('does not overwrite what a name already stands for, be it a link', async () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'outside'))
    writeFileSync(join(root, 'outside/file'), 'precious')
    mkdirSync(join(root, 'evidence'))
    symlinkSync('../outside/file', join(root, 'evidence/a'))
    const put = await evidenceDirectory(join(root, 'evidence')).put('a', 'text')
    expect(put.created).toBe(false)
    expect(readdirSync(join(root, 'outside'))).toEqual(['file'])
    expect(statSync(join(root, 'outside/file')).size).toBe('precious'.length)
  })
})
