import { readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ServiceUnavailable } from '../../lib/errors.ts'
import { evidenceDirectory } from '../../lib/local/evidence-directory.ts'
import { largeEvidenceDirectory } from '../../lib/local/large-evidence-directory.ts'
import { largeEvidenceContract } from '../contracts/large-evidence.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const make = async () => {
  const root = join(temporaryDirectory(), 'evidence')
  return { root, large: largeEvidenceDirectory(root), evidence: evidenceDirectory(root) }
}

largeEvidenceContract('a directory', make)

describe('large evidence in a directory', () => {
  it('is readable by its owner only, and leaves no temporary file behind', async () => {
    const { root, large } = await make()
    for (const isPublished of [true, false]) {
      const draft = await large.draft()
      draft.write(Buffer.from('x'))
      if (isPublished) await draft.publish('a')
      await draft.discard()
    }
    expect(readdirSync(root)).toEqual(['a'])
    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o600)
  })

  it('is a fault when the file is shorter than it was, or gone, and the words do not name it', async () => {
    const { root, large, evidence } = await make()
    await evidence.put('a', 'some text')
    const [source, unread] = [await large.open('a'), await large.open('a')]
    truncateSync(join(root, 'a'), 4)
    expect(() => source.read(2, 6)).toThrow(ServiceUnavailable)
    rmSync(join(root, 'a'))
    expect(() => unread.read(0, 1)).toThrow(/^file: read: expected bytes, got ENOENT$/)
    // What is open stays what it was.
    expect(Buffer.from(source.read(0, 4)).toString()).toBe('some')
  })
})
