import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputInvalid, StoreUnavailable } from '../../lib/errors.ts'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import { directoryDeletions, openDirectoryDeletion } from '../../lib/local/directory-deletion.ts'
import { openDirectoryStore } from '../../lib/local/directory-store.ts'
import { type FileSystem, nodeFileSystem } from '../../lib/local/file-system.ts'
import type { Judge } from '../../lib/ports.ts'
import { deleteOne, deletionContract, willing } from '../contracts/deletion.ts'
import { listAll } from '../contracts/store.ts'
import { asUnprivileged } from './as-unprivileged.ts'
import { keepingTime, mounted, oneFile, overwrite, systemError, tick, write } from './directory-fixture.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Reads everything, then changes the world, then says delete. */
const willingAfter = (change: () => void): Judge =>
  willing([], async () => {
    await tick()
    change()
  })

const changedKept = expect.objectContaining({ kind: 'kept' })

deletionContract('a directory', async () => {
  const root = temporaryDirectory()
  const open = () => openDirectoryDeletion(root, undefined, true)
  return {
    deletion: await open(),
    reopen: open,
    list: async () => listAll(await openDirectoryStore(root)),
    async write(key, body) {
      await tick()
      write(root, key, body)
    },
    read: async (key) => readFileSync(join(root, key), 'utf8'),
  }
})

describe('deleting a version of a directory store', () => {
  it('shows all its bytes to the judge, unlinks it, and says how many there were', async () => {
    const { root, version } = await oneFile('x'.repeat(3 << 20))
    write(root, 'other', 'stays')
    const seen: string[] = []
    const deletion = await directoryDeletions().open(
      { id: 'sg', root, channel: { kind: 'none' } },
      { homeCountry: 'US' },
    )
    expect(await deleteOne(deletion, version, willing(seen))).toEqual({ kind: 'deleted', bytes: 3 << 20 })
    expect(seen).toEqual(['x'.repeat(3 << 20)])
    expect(readdirSync(root)).toEqual(['other'])
  })

  it('keeps it when the medium fails while it is judged', async () => {
    const { root, version } = await oneFile()
    const read = () => Promise.reject(systemError('EIO', 'a'))
    const files: FileSystem = {
      ...nodeFileSystem,
      open: async (path, flags) => ({ ...(await nodeFileSystem.open(path, flags)), read }),
    }
    const kept = await deleteOne(await openDirectoryDeletion(root, files), version, willing())
    expect(kept).toEqual({ kind: 'kept', reason: 'it could not be read to its end' })
    expect(readdirSync(root)).toEqual(['a'])
  })

  it('deletes one name of a hard-linked file after the other', async () => {
    const { root, path } = await oneFile()
    linkSync(path, join(root, 'b'))
    await tick()
    const versions = await listAll(await openDirectoryStore(root))
    const deletion = await openDirectoryDeletion(root)
    expect(versions.map(({ key }) => key)).toEqual(['a', 'b'])
    for (const version of versions) {
      expect(await deleteOne(deletion, version, willing())).toEqual({ kind: 'deleted', bytes: 7 })
      await tick()
    }
    expect(readdirSync(root)).toEqual([])
  })

  it('does not take a store that is gone for a version that is gone', async () => {
    const { root, version } = await oneFile()
    const deletion = await openDirectoryDeletion(root)
    rmSync(root, { recursive: true })
    await expect(deleteOne(deletion, version, willing())).rejects.toThrow(StoreUnavailable)
    await expect(openDirectoryDeletion(root)).rejects.toThrow(StoreUnavailable)
  })

  for (const key of ['../a', '/etc/passwd', 'd/../a', '.', ''])
    it(`refuses the key ${JSON.stringify(key)}`, async () => {
      const { root, version } = await oneFile()
      const deletion = await openDirectoryDeletion(join(root))
      await expect(deleteOne(deletion, { ...version, key }, willing())).rejects.toThrow(InputInvalid)
    })

  it('keeps what may not be deleted by this user, in its place', async () => {
    const root = temporaryDirectory()
    write(root, 'd/a', 'content')
    execFileSync('chmod', ['755', join(root, 'd')])
    execFileSync('chmod', ['555', join(root, 'd')])
    const [version] = await listAll(await openDirectoryStore(root))
    const kept = await asUnprivileged(async () => deleteOne(await openDirectoryDeletion(root), version!, willing()))
    execFileSync('chmod', ['755', join(root, 'd')])
    expect(kept).toEqual({ kind: 'kept', reason: 'the store refused with EACCES' })
    expect(readdirSync(join(root, 'd'))).toEqual(['a'])
  })
})

describe('what is never deleted', () => {
  const untouchable: { name: string; change: Partial<ListedVersion> }[] = [
    { name: 'a link', change: { kind: 'symbolic-link' } },
    { name: 'something unreadable', change: { kind: 'unreadable', reason: 'special-file' } },
    { name: 'a delete marker', change: { kind: 'delete-marker' } },
    { name: 'an empty directory', change: { kind: 'empty-directory', key: 'a/' } },
    { name: 'a noncurrent version', change: { current: false } },
    { name: 'a version under legal hold', change: { protection: { code: 'legal-hold' } } },
    { name: 'a version under retention', change: { protection: { code: 'retention' } } },
    { name: 'a snapshot', change: { protection: { code: 'read-only-snapshot' } } },
  ]
  for (const { name, change } of untouchable)
    it(`is ${name}, and it is not even opened`, async () => {
      const { root, version } = await oneFile()
      const seen: string[] = []
      const deletion = await openDirectoryDeletion(root)
      expect(await deleteOne(deletion, { ...version, ...change }, willing(seen))).toEqual(changedKept)
      expect([seen, readdirSync(root)]).toEqual([[], ['a']])
    })

  for (const key of ['.snapshot/daily.0/a', '.zfs/snapshot/auto/a', 'd/.snapshot/x/y/a'])
    it(`is a file at ${key}, also when its listing says nothing of a snapshot`, async () => {
      const root = temporaryDirectory()
      write(root, key, 'content')
      const [listed] = await listAll(await openDirectoryStore(root))
      const { protection, ...version } = { ...listed!, current: true }
      expect(protection?.code).toBe('read-only-snapshot')
      const kept = await deleteOne(await openDirectoryDeletion(root), version, willing())
      expect(kept).toEqual({ kind: 'kept', reason: 'it lies in a read-only snapshot' })
      expect(existsSync(join(root, key))).toBe(true)
    })
})

describe('a file on another file system than the root', () => {
  for (const mount of ['d/', 'd/e/'])
    it(`is kept when ${mount} is mounted, and it is not even read`, async () => {
      const root = temporaryDirectory()
      for (const key of ['a', 'd/e/a']) write(root, key, 'content')
      const files = mounted(root, [mount])
      const versions = await listAll(await openDirectoryStore(root, files))
      const deletion = await openDirectoryDeletion(root, files)
      const seen: string[] = []
      const deleted = await Promise.all(versions.map((version) => deleteOne(deletion, version, willing(seen))))
      expect(deleted).toEqual([
        { kind: 'deleted', bytes: 7 },
        { kind: 'kept', reason: 'it lies on another file system than the store' },
      ])
      expect([seen, readdirSync(join(root, 'd/e')), readdirSync(root)]).toEqual([['content'], ['a'], ['d']])
    })

  it('is kept also below a directory that is mounted from the same disk', async () => {
    const root = temporaryDirectory()
    for (const key of ['a', 'd/e/a', 'dd/a']) write(root, key, 'content')
    const files = {
      ...nodeFileSystem,
      mountPoints: async () => [root, join(root, 'd')].map((path) => Buffer.from(path)),
    }
    const versions = await listAll(await openDirectoryStore(root, files))
    const deletion = await openDirectoryDeletion(root, files)
    const deleted = await Promise.all(versions.map((version) => deleteOne(deletion, version, willing())))
    expect(deleted.map(({ kind }) => kind)).toEqual(['deleted', 'kept', 'deleted'])
    expect(readdirSync(join(root, 'd/e'))).toEqual(['a'])
  })

  it('is deleted when the root itself is mounted', async () => {
    const { root, version } = await oneFile()
    const files = mounted(root, ['/'])
    expect(await deleteOne(await openDirectoryDeletion(root, files), version, willing())).toEqual({
      kind: 'deleted',
      bytes: 7,
    })
  })
})

/** What may happen to the file at `path`; `rest` are the names that must be there afterwards, with their content. */
const traps: { name: string; change: (path: string) => void; rest: Record<string, string> }[] = [
  { name: 'grown', change: (path) => appendFileSync(path, '!'), rest: { a: 'content!' } },
  { name: 'truncated', change: (path) => truncateSync(path, 3), rest: { a: 'con' } },
  { name: 'overwritten in place', change: (path) => overwrite(path, 'CONTENT'), rest: { a: 'CONTENT' } },
  {
    name: 'replaced by a file of the same size and time',
    change: (path) =>
      keepingTime(path, () => {
        writeFileSync(`${path}.new`, 'CONTENT')
        renameSync(`${path}.new`, path)
      }),
    rest: { a: 'CONTENT' },
  },
  {
    name: 'replaced by a link to it',
    change: (path) => {
      renameSync(path, `${path}.real`)
      symlinkSync('a.real', path)
    },
    rest: { a: 'content', 'a.real': 'content' },
  },
]

const contentOf = (root: string) =>
  Object.fromEntries(readdirSync(root).map((name) => [name, readFileSync(join(root, name), 'utf8')]))

describe('a file that is not the listed one', () => {
  for (const { name, change, rest } of traps) {
    it(`is kept when it was ${name} before it is judged`, async () => {
      const { root, path, version } = await oneFile()
      change(path)
      const seen: string[] = []
      expect(await deleteOne(await openDirectoryDeletion(root), version, willing(seen))).toEqual(changedKept)
      expect([seen, contentOf(root)]).toEqual([[], rest])
    })

    it(`is kept when it was ${name} after it was judged`, async () => {
      const { root, path, version } = await oneFile()
      const judge = willingAfter(() => change(path))
      expect(await deleteOne(await openDirectoryDeletion(root), version, judge)).toEqual(changedKept)
      expect(contentOf(root)).toEqual(rest)
    })

    it(`is kept when it is ${name} in the very moment of its deletion`, async () => {
      const { root, path, version } = await oneFile()
      const files: FileSystem = {
        ...nodeFileSystem,
        async rename(from, to) {
          await tick()
          change(path)
          await nodeFileSystem.rename(from, to)
        },
      }
      const deletion = await openDirectoryDeletion(root, files)
      expect(await deleteOne(deletion, version, willing())).toEqual(changedKept)
      expect(contentOf(root)).toEqual(rest)
    })
  }

  it('is kept when it was overwritten in place while it was judged, and its times were set back', async () => {
    const { root, path, version } = await oneFile()
    const judge = willingAfter(() => keepingTime(path, () => overwrite(path, 'CONTENT')))
    expect(await deleteOne(await openDirectoryDeletion(root), version, judge)).toEqual(changedKept)
    expect(contentOf(root)).toEqual({ a: 'CONTENT' })
  })

  it('is kept when its directory was exchanged for a link to elsewhere', async () => {
    const root = temporaryDirectory()
    write(root, 'd/a', 'content')
    const [version] = await listAll(await openDirectoryStore(root))
    const outside = join(temporaryDirectory(), 'outside')
    renameSync(join(root, 'd'), outside)
    symlinkSync(outside, join(root, 'd'))
    expect(await deleteOne(await openDirectoryDeletion(root), version!, willing())).toEqual(changedKept)
    expect(contentOf(outside)).toEqual({ a: 'content' })
  })

  it('is put back beside a newer one that came in the very moment of its deletion', async () => {
    const { root, path, version } = await oneFile()
    const files: FileSystem = {
      ...nodeFileSystem,
      async rename(from, to) {
        writeFileSync(path, 'changed content')
        await nodeFileSystem.rename(from, to)
        writeFileSync(path, 'newer')
      },
    }
    expect(await deleteOne(await openDirectoryDeletion(root, files), version, willing())).toEqual(changedKept)
    expect(Object.values(contentOf(root)).toSorted()).toEqual(['changed content', 'newer'])
  })

  it('lies beside its place under another name where it cannot be put back, and the reason says so', async () => {
    const { root, path, version } = await oneFile('content', 'd/a')
    const files: FileSystem = {
      ...nodeFileSystem,
      link: async (from) => Promise.reject(systemError('EPERM', from.toString())),
      async rename(from, to) {
        writeFileSync(path, 'changed content')
        await nodeFileSystem.rename(from, to)
      },
    }
    const kept = await deleteOne(await openDirectoryDeletion(root, files), version, willing())
    expect(kept).toEqual({
      kind: 'kept',
      reason: expect.stringMatching(/^it was exchanged .* begins with \.odv-deleting-$/),
    })
    expect([readdirSync(root), Object.entries(contentOf(join(root, 'd')))]).toEqual([
      ['d'],
      [[expect.stringMatching(/^\.odv-deleting-/), 'changed content']],
    ])
  })
})

describe('a deletion that the store refuses', () => {
  it('at the last step puts the file back in its place', async () => {
    const { root, version } = await oneFile()
    let refusals = 1
    const files: FileSystem = {
      ...nodeFileSystem,
      async unlink(path) {
        if (refusals-- > 0) throw systemError('EPERM', path.toString())
        await nodeFileSystem.unlink(path)
      },
    }
    const kept = await deleteOne(await openDirectoryDeletion(root, files), version, willing())
    expect(kept).toEqual({ kind: 'kept', reason: 'the store refused with EPERM' })
    expect(contentOf(root)).toEqual({ a: 'content' })
  })
})

describe('a deletion that was killed', () => {
  /** Runs up to `call` and stops there for good. */
  async function killedAt(call: 'rename' | 'unlink', root: string, version: ListedVersion): Promise<void> {
    const killed = new Error('killed')
    const files: FileSystem = {
      ...nodeFileSystem,
      link: () => Promise.reject(killed),
      [call]: () => Promise.reject(killed),
    }
    const { kind } = await deleteOne(await openDirectoryDeletion(root, files), version, willing())
    expect(kind).toBe('kept')
  }

  for (const call of ['rename', 'unlink'] as const)
    it(`before its ${call} is finished by a repetition, which judges again`, async () => {
      const { root, version } = await oneFile()
      await killedAt(call, root, version)
      expect(Object.values(contentOf(root))).toEqual(['content'])
      const seen: string[] = []
      const repeated = await deleteOne(await openDirectoryDeletion(root), version, willing(seen))
      expect([repeated, seen, readdirSync(root)]).toEqual([{ kind: 'deleted', bytes: 7 }, ['content'], []])
    })

  it('before its unlink leaves the file in the next listing, under its other name', async () => {
    const { root, version } = await oneFile()
    await killedAt('unlink', root, version)
    const [aside, ...others] = await listAll(await openDirectoryStore(root))
    expect(others).toEqual([])
    expect(aside).toMatchObject({
      kind: 'object',
      size: 7,
      key: expect.stringMatching(/^\.odv-deleting-[a-p]{24}$/),
    })
    const deletion = await openDirectoryDeletion(root)
    expect(await deleteOne(deletion, aside!, willing())).toEqual({ kind: 'deleted', bytes: 7 })
  })

  it('leaves a name that says nothing about the key, by which a listed identifier could be guessed', async () => {
    const { root, path, version } = await oneFile()
    await killedAt('unlink', root, version)
    const [aside] = readdirSync(root)
    renameSync(join(root, aside!), join(root, 'user-98765432'))
    const [other] = await listAll(await openDirectoryStore(root))
    await killedAt('unlink', root, other!)
    expect([other?.key, readdirSync(root), existsSync(path)]).toEqual(['user-98765432', [aside], false])
  })

  it('does not delete a new file that came to its place', async () => {
    const { root, path, version } = await oneFile()
    await killedAt('unlink', root, version)
    writeFileSync(path, 'content')
    expect(await deleteOne(await openDirectoryDeletion(root), version, willing())).toEqual({
      kind: 'deleted',
      bytes: 7,
    })
    expect(contentOf(root)).toEqual({ a: 'content' })
  })

  for (const { since, left } of [
    { since: 'nothing', left: [['a', 'content']] },
    {
      since: 'a new file',
      left: [
        [expect.stringMatching(/^\.odv-deleting-/), 'content'],
        ['a', 'new'],
      ],
    },
  ])
    it(`gives the name back to what a repetition keeps, or leaves it beside, with ${since} in its place`, async () => {
      const { root, path, version } = await oneFile()
      await killedAt('unlink', root, version)
      if (since === 'a new file') writeFileSync(path, 'new')
      const reason = 'it has a record of somebody else'
      const judge: Judge = async () => ({ kind: 'keep', reason })
      expect(await deleteOne(await openDirectoryDeletion(root), version, judge)).toEqual({
        kind: 'kept',
        reason: expect.stringContaining(reason),
      })
      expect(Object.entries(contentOf(root)).toSorted()).toEqual(left)
    })

  for (const since of ['nothing', 'a new file'] as const)
    it(`says of no file that it is gone to which somebody wrote where it was moved, with ${since} in its place`, async () => {
      const { root, path, version } = await oneFile()
      await killedAt('unlink', root, version)
      const [aside] = readdirSync(root)
      appendFileSync(join(root, aside!), ' and more')
      if (since === 'a new file') writeFileSync(path, 'new')
      const before = contentOf(root)
      expect(await deleteOne(await openDirectoryDeletion(root), version, willing())).toEqual({
        kind: 'kept',
        reason: expect.stringMatching(/^it was exchanged .* begins with \.odv-deleting-$/),
      })
      expect(contentOf(root)).toEqual(before)
    })

  it('takes no name that is in use for moving it aside', async () => {
    const { root, version } = await oneFile()
    await killedAt('unlink', root, version)
    const [aside] = readdirSync(root)
    renameSync(join(root, aside!), join(root, 'a'))
    writeFileSync(join(root, aside!), 'of somebody else')
    expect(await deleteOne(await openDirectoryDeletion(root), version, willing())).toEqual(changedKept)
    expect(contentOf(root)).toEqual({ a: 'content', [aside!]: 'of somebody else' })
  })
})
