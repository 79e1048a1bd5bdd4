import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputInvalid, StoreUnavailable } from '../../lib/errors.ts'
import { directoryStores, openDirectoryStore } from '../../lib/local/directory-store.ts'
import { type FileSystem, nodeFileSystem } from '../../lib/local/file-system.ts'
import type { Store } from '../../lib/ports.ts'
import { listAll, readVersion } from '../contracts/store.ts'
import { asUnprivileged } from './as-unprivileged.ts'
import { failing, kindsOf, oneFile, tick, write } from './directory-fixture.ts'
import { temporaryDirectory } from './temporary-directory.ts'

describe('listing a directory store', () => {
  it('gives 5,000 files in nested directories in the byte order of their whole paths, in pages of 7 and of 1000', async () => {
    const root = temporaryDirectory()
    const parts = ['a', 'a.b', 'a0', 'ä', 'a\u{1f600}', 'a\uffee', 'A-', 'a b', 'new\nline', 'z']
    const keys = Array.from({ length: 5000 }, (_, n) => {
      const digits = [...String(n).padStart(4, '0')].map((digit) => parts[Number(digit)])
      return `${digits.slice(0, 1 + (n % 4)).join('/')}/file ${n}`
    })
    for (const key of keys) write(root, key, '')
    const expected = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    for (const limit of [7, 1000]) {
      const store = await openDirectoryStore(root)
      expect((await listAll(store, limit)).map(({ key }) => key)).toEqual(expected)
    }
  })

  it('reads every directory once, however many pages', async () => {
    const root = temporaryDirectory()
    const keys = ['a', 'b', 'c'].flatMap((name) => Array.from({ length: 9 }, (_, n) => `${name}/d/${n}`))
    for (const key of keys) write(root, key, '')
    let reads = 0
    const counting = {
      ...nodeFileSystem,
      readdir: async (path: Buffer) => {
        reads++
        return nodeFileSystem.readdir(path)
      },
    }
    const store = await openDirectoryStore(root, counting)
    expect((await listAll(store, 2)).map(({ key }) => key)).toEqual(keys)
    expect(reads).toBe(1 + 3 + 3)
  })

  it('sees in a listing by a store that is opened again what was added behind a page of the one before', async () => {
    const root = temporaryDirectory()
    for (const key of ['a', 'b', 'd', 'e']) write(root, key, key)
    const stores = directoryStores()
    const config = { id: 'sg', root, channel: { kind: 'none' } } as const
    const { next } = await (await stores.open(config)).list(undefined, 2)
    write(root, 'c', 'c')
    expect((await listAll(await stores.open(config), 2, next)).map(({ key }) => key)).toEqual(['c', 'd', 'e'])
  })

  it('sees in a listing that starts over what was added since an unfinished one', async () => {
    const root = temporaryDirectory()
    for (const key of ['a', 'b', 'd']) write(root, key, key)
    const store = await openDirectoryStore(root)
    await store.list(undefined, 2)
    write(root, 'c', 'c')
    expect((await listAll(store, 2)).map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('lists both names of a hard-linked file', async () => {
    const { root, path, store } = await oneFile()
    linkSync(path, join(root, 'b'))
    const versions = await listAll(store)
    expect(kindsOf(versions)).toEqual([
      ['a', 'object'],
      ['b', 'object'],
    ])
    for (const version of versions) expect(await readVersion(store, version)).toBe('read: content')
  })

  for (const limit of [1, 2, 1000])
    it(`gives a version for a directory with nothing in it, since its name is there, in pages of ${limit}`, async () => {
      const root = temporaryDirectory()
      for (const key of ['a.b', 'a0', 'full/file', 'empty.txt']) write(root, key, '')
      for (const key of ['a', 'empty/98765432', 'z', '.snapshot/daily.0/b'])
        mkdirSync(join(root, key), { recursive: true })
      const expected = [
        ['.snapshot/daily.0/b/', 'empty-directory'],
        ['a.b', 'object'],
        ['a/', 'empty-directory'],
        ['a0', 'object'],
        ['empty.txt', 'object'],
        ['empty/98765432/', 'empty-directory'],
        ['full/file', 'object'],
        ['z/', 'empty-directory'],
      ]
      expect(kindsOf(await listAll(await openDirectoryStore(root), limit))).toEqual(expected)
      const anew = { list: async (...page) => (await openDirectoryStore(root)).list(...page) } as Store
      expect(kindsOf(await listAll(anew, limit))).toEqual(expected)
    })

  it('describes a directory with nothing in it as one that holds no bytes, and not open to anybody', async () => {
    const root = temporaryDirectory()
    for (const key of ['a', '.snapshot/daily.0/a']) mkdirSync(join(root, key), { recursive: true })
    const store = await openDirectoryStore(root)
    const [old, now] = await listAll(store)
    expect(now).toMatchObject({ key: 'a/', size: 0, current: true })
    expect(old).toMatchObject({ size: 0, current: false, protection: { code: 'read-only-snapshot', name: 'daily.0' } })
    await expect(store.open(now!)).rejects.toThrow(InputInvalid)
    expect(await listAll(store)).toEqual([old, now])
  })

  it('gives a directory with nothing in it another version once something was in it', async () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'a'))
    const store = await openDirectoryStore(root)
    const [before] = await listAll(store)
    await tick()
    write(root, 'a/file', '')
    expect(kindsOf(await listAll(store))).toEqual([['a/file', 'object']])
    unlinkSync(join(root, 'a/file'))
    const [after] = await listAll(store)
    expect([after?.key, after?.versionId === before?.versionId]).toEqual(['a/', false])
  })

  it('gives no version for its root when nothing is in it', async () => {
    expect(await listAll(await openDirectoryStore(temporaryDirectory()))).toEqual([])
  })

  it('reports names that are not UTF-8, each under a key of its own, in order, and does not enter them', async () => {
    const root = temporaryDirectory()
    const raw = (name: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')])
    for (const name of ['k\xf6ln', 'k\xf6l\\n', '\xed\xa0\x80', 'new\n\xff']) writeFileSync(raw(name), 'secret')
    mkdirSync(raw('dir\xff'))
    writeFileSync(raw('dir\xff/file'), 'secret')
    for (const key of ['./k\\xf6ln'.slice(2), 'a', '-', 'dir\\xff/file']) write(root, key, '')
    const store = await openDirectoryStore(root)
    const expected = [
      ['-', 'object'],
      ['./\\xed\\xa0\\x80', 'invalid-name'],
      ['./dir\\xff', 'invalid-name'],
      ['./k\\xf6l\\x5cn', 'invalid-name'],
      ['./k\\xf6ln', 'invalid-name'],
      ['./new\\x0a\\xff', 'invalid-name'],
      ['a', 'object'],
      ['dir\\xff/file', 'object'],
      ['k\\xf6ln', 'object'],
    ]
    for (const limit of [1, 2, 100]) expect(kindsOf(await listAll(store, limit))).toEqual(expected)
    const versions = await listAll(store)
    expect(await readVersion(store, versions[1]!)).toBe('unreadable: invalid-name')
  })

  it('gives times of far years as the nearest year that can be written', async () => {
    const { root, path } = await oneFile()
    utimesSync(path, 4e9, 4e9)
    const far = {
      ...nodeFileSystem,
      lstat: async (at: Buffer) => Object.assign(await nodeFileSystem.lstat(at), { mtimeMs: 1n << 62n }),
    }
    const [[now], [later]] = [
      await listAll(await openDirectoryStore(root)),
      await listAll(await openDirectoryStore(root, far)),
    ]
    expect(now?.modifiedAt).toBe('2096-10-02T07:06:40.000Z')
    expect(later?.modifiedAt).toBe('9999-12-31T23:59:59.999Z')
  })

  it('keeps every number out of version ids, so that none is taken for an identifier', async () => {
    const { version } = await oneFile()
    expect(version.versionId).toMatch(/^[a-p]{24}\.[a-p]{24}$/)
  })

  for (const limit of [0, -1, 1.5, Number.NaN])
    it(`refuses a page of ${limit}`, async () => {
      const { store } = await oneFile()
      await expect(store.list(undefined, limit)).rejects.toThrow(InputInvalid)
    })
})

describe('what cannot be listed in a directory store', () => {
  it('is one unreadable version for a directory without permission, never nothing', async () => {
    const root = temporaryDirectory()
    for (const key of ['a.b', 'a/secret', 'a/more/secret', 'a0']) write(root, key, '')
    execFileSync('chmod', ['000', join(root, 'a')])
    const versions = await asUnprivileged(async () => listAll(await openDirectoryStore(root), 1))
    expect(kindsOf(versions)).toEqual([
      ['a.b', 'object'],
      ['a/', 'access-denied'],
      ['a0', 'object'],
    ])
  })

  it('is the store, where its root may not be read: nothing is listed, and the error says why', async () => {
    const root = temporaryDirectory()
    write(root, 'a', '')
    execFileSync('chmod', ['311', root])
    const listing = asUnprivileged(async () => listAll(await openDirectoryStore(root)))
    await expect(listing).rejects.toThrow(
      'store: root: expected its directory, got one that cannot be listed (access-denied)',
    )
    execFileSync('chmod', ['755', root])
  })

  it('is one unreadable version per name in a directory that may be read but not entered', async () => {
    const root = temporaryDirectory()
    for (const key of ['a/file', 'a/directory/file']) write(root, key, '')
    execFileSync('chmod', ['644', join(root, 'a')])
    const versions = await asUnprivileged(async () => listAll(await openDirectoryStore(root)))
    expect(versions.length).toBeGreaterThan(0)
    for (const { kind, reason } of versions) expect([kind, reason]).toEqual(['unreadable', 'access-denied'])
  })

  const failures = [
    { code: 'EIO', reason: 'read-error' },
    { code: 'ESTALE', reason: 'read-error' },
    { code: 'ELOOP', reason: 'read-error' },
    { code: 'EPERM', reason: 'access-denied' },
    { code: 'EACCES', reason: 'access-denied' },
  ]
  for (const { code, reason } of failures)
    for (const call of ['readdir', 'lstat'] as const)
      it(`is ${reason} when ${call} fails with ${code}`, async () => {
        const root = temporaryDirectory()
        for (const key of ['a', 'b/file', 'c']) write(root, key, '')
        const files = failing(call, code, (path) => path.endsWith('/b'))
        expect(kindsOf(await listAll(await openDirectoryStore(root, files)))).toEqual([
          ['a', 'object'],
          ['b/', reason],
          ['c', 'object'],
        ])
      })

  it('is read-error for a directory whose names cannot be read although it is there', async () => {
    const root = temporaryDirectory()
    for (const key of ['a', 'b/file']) write(root, key, '')
    const files = failing('readdir', 'ENOENT', (path) => path.endsWith('/b'))
    expect(kindsOf(await listAll(await openDirectoryStore(root, files)))).toEqual([
      ['a', 'object'],
      ['b/', 'read-error'],
    ])
  })

  it('is a failure of the listing when it is the root', async () => {
    const { root } = await oneFile()
    const store = await openDirectoryStore(
      root,
      failing('readdir', 'EIO', () => true),
    )
    await expect(store.list(undefined, 10)).rejects.toThrow(StoreUnavailable)
  })

  it('is a failure of the listing when the process has run out of something', async () => {
    const root = temporaryDirectory()
    write(root, 'b/file', '')
    for (const call of ['readdir', 'lstat'] as const) {
      const store = await openDirectoryStore(
        root,
        failing(call, 'EMFILE', (path) => path.endsWith('/b')),
      )
      await expect(store.list(undefined, 10)).rejects.toThrow(StoreUnavailable)
    }
  })

  it('is a failure of the listing when a directory was partly listed and cannot be read any more', async () => {
    const root = temporaryDirectory()
    for (const key of ['a/1', 'a/2', 'b']) write(root, key, '')
    const { next } = await (await openDirectoryStore(root)).list(undefined, 1)
    const broken = await openDirectoryStore(
      root,
      failing('readdir', 'EIO', (path) => path.endsWith('/a')),
    )
    await expect(broken.list(next, 10)).rejects.toThrow(StoreUnavailable)
  })

  it('is listed once when its entry was the last of a page', async () => {
    const root = temporaryDirectory()
    for (const key of ['a/1', 'b/1', 'c']) write(root, key, '')
    const files = failing('readdir', 'EIO', (path) => !path.endsWith(root))
    for (const reopened of [openDirectoryStore(root, files), openDirectoryStore(root, files)])
      expect(kindsOf(await listAll(await reopened, 1))).toEqual([
        ['a/', 'read-error'],
        ['b/', 'read-error'],
        ['c', 'object'],
      ])
    const { next } = await (await openDirectoryStore(root, files)).list(undefined, 1)
    expect(kindsOf(await listAll(await openDirectoryStore(root, files), 5, next))).toEqual([
      ['b/', 'read-error'],
      ['c', 'object'],
    ])
  })

  it('is changed for a name that was a file and is a directory when looked at', async () => {
    const root = temporaryDirectory()
    for (const key of ['a', 'b', 'c']) write(root, key, '')
    const files: FileSystem = {
      ...nodeFileSystem,
      async readdir(path) {
        const entries = await nodeFileSystem.readdir(path)
        unlinkSync(join(root, 'b'))
        write(root, 'b/hidden', 'secret')
        return entries
      },
    }
    expect(kindsOf(await listAll(await openDirectoryStore(root, files)))).toEqual([
      ['a', 'object'],
      ['b', 'changed'],
      ['c', 'object'],
    ])
  })

  it('is changed for a directory that a link has taken the place of', async () => {
    const outside = temporaryDirectory()
    write(outside, 'stranger', 'secret')
    const root = temporaryDirectory()
    for (const key of ['a', 'b/c', 'd']) write(root, key, '')
    const files: FileSystem = {
      ...nodeFileSystem,
      async readdir(path) {
        const entries = await nodeFileSystem.readdir(path)
        rmSync(join(root, 'b'), { recursive: true })
        symlinkSync(outside, join(root, 'b'))
        return entries
      },
    }
    expect(kindsOf(await listAll(await openDirectoryStore(root, files)))).toEqual([
      ['a', 'object'],
      ['b/', 'changed'],
      ['d', 'object'],
    ])
  })

  it('is nothing for what is deleted while the listing goes on', async () => {
    const root = temporaryDirectory()
    for (const key of ['a', 'b/c', 'd', 'e']) write(root, key, '')
    const store = await openDirectoryStore(root)
    const { next } = await store.list(undefined, 1)
    rmSync(join(root, 'b'), { recursive: true })
    rmSync(join(root, 'd'))
    expect(kindsOf(await listAll(store, 10, next))).toEqual([['e', 'object']])
  })

  it('is changed for a directory that is reached through a link now', async () => {
    const outside = temporaryDirectory()
    write(outside, 'b/stranger', 'secret')
    const root = temporaryDirectory()
    for (const key of ['a/0', 'a/b/1', 'c']) write(root, key, '')
    const store = await openDirectoryStore(root)
    const { next } = await store.list(undefined, 1)
    renameSync(join(root, 'a'), join(root, 'z'))
    symlinkSync(outside, join(root, 'a'))
    expect(kindsOf((await store.list(next, 1)).versions)).toEqual([['a/b/', 'changed']])
  })

  it('is a failure of the listing when the directory of a vanished directory was exchanged', async () => {
    const root = temporaryDirectory()
    for (const key of ['a/x/1', 'a/y/1', 'b']) write(root, key, '')
    const store = await openDirectoryStore(root)
    const { next } = await store.list(undefined, 1)
    renameSync(join(root, 'a'), join(root, 'z'))
    mkdirSync(join(root, 'a'))
    await expect(store.list(next, 10)).rejects.toThrow(StoreUnavailable)
  })

  it('is listed by the retry after a page that failed half way', async () => {
    const root = temporaryDirectory()
    const keys = ['a', 'b/1', 'b/2', 'c', 'd/1', 'e']
    for (const key of keys) write(root, key, '')
    const failures = ['/d']
    const files = failing('readdir', 'EMFILE', (path) => path.endsWith(failures[0] ?? 'never'))
    const store = await openDirectoryStore(root, files)
    const first = await store.list(undefined, 2)
    await expect(store.list(first.next, 10)).rejects.toThrow(StoreUnavailable)
    failures.pop()
    const retried = await listAll(store, 10, first.next)
    expect([...first.versions, ...retried].map(({ key }) => key)).toEqual(keys)
  })

  it('is a failure of the listing when a directory is exchanged while its names are looked at', async () => {
    const root = temporaryDirectory()
    for (const key of ['a/1', 'a/2', 'b']) write(root, key, '')
    const store = await openDirectoryStore(root)
    const { next } = await store.list(undefined, 1)
    renameSync(join(root, 'a'), join(root, 'z'))
    mkdirSync(join(root, 'a'))
    await expect(store.list(next, 10)).rejects.toThrow(StoreUnavailable)
    expect((await listAll(store, 10)).map(({ key }) => key)).toEqual(['a/', 'b', 'z/1', 'z/2'])
  })

  it('never shows a path below the root in an error', async () => {
    const root = temporaryDirectory()
    write(root, 'user-4711/file', '')
    const codes = ['EMFILE', 'EIO', 'ENOENT'] as const
    for (const code of codes)
      for (const call of ['readdir', 'lstat', 'realpath'] as const) {
        const store = await openDirectoryStore(
          root,
          failing(call, code, (path) => path.includes('user-4711')),
        )
        const said = await store.list(undefined, 10).then(
          ({ versions }) => versions.map(({ reason }) => reason),
          (error: Error) => [error.message, error.cause, error.stack],
        )
        expect(JSON.stringify(said)).not.toContain('4711')
      }
  })
})
