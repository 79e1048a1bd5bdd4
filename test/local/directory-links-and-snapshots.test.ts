import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import { directoryStores, openDirectoryStore } from '../../lib/local/directory-store.ts'
import { type FileSystem, nodeFileSystem } from '../../lib/local/file-system.ts'
import { listAll, readVersion } from '../contracts/store.ts'
import { failing, kindsOf, mounted, oneFile, opening, openingWith, write } from './directory-fixture.ts'
import { temporaryDirectory } from './temporary-directory.ts'

describe('links and special files in a directory store', () => {
  it('are links read as the text of their target when it lies in the store, and unreadable when not', async () => {
    const outside = temporaryDirectory()
    write(outside, 'secret', 'secret')
    const root = temporaryDirectory()
    write(root, 'd/file', 'content')
    const links = {
      in: 'd/file',
      'd/up': '../d',
      out: join(outside, 'secret'),
      'd/updir': '../..',
      none: 'missing',
      loop: 'loop',
      self: '.',
    }
    for (const [key, target] of Object.entries(links)) symlinkSync(target, join(root, key))
    symlinkSync(`${root}-sibling`, join(root, 'sibling'))
    mkdirSync(`${root}-sibling`)
    const store = await openDirectoryStore(root)
    const versions = await listAll(store)
    const read = await Promise.all(versions.map(async (version) => [version.key, await readVersion(store, version)]))
    expect(read).toEqual([
      ['d/file', 'read: content'],
      ['d/up', 'read: ../d'],
      ['d/updir', 'unreadable: symbolic-link'],
      ['in', 'read: d/file'],
      ['loop', 'unreadable: symbolic-link'],
      ['none', 'unreadable: symbolic-link'],
      ['out', 'unreadable: symbolic-link'],
      ['self', 'read: .'],
      ['sibling', 'unreadable: symbolic-link'],
    ])
    rmSync(`${root}-sibling`, { recursive: true })
    expect(versions.filter(({ kind }) => kind === 'symbolic-link').map(({ key }) => key)).toEqual([
      'd/up',
      'in',
      'self',
    ])
    expect(versions.find(({ key }) => key === 'in')).toMatchObject({ kind: 'symbolic-link', size: 6 })
  })

  it('are links unreadable that point elsewhere since they were listed', async () => {
    const root = temporaryDirectory()
    write(root, 'd/file', 'content')
    symlinkSync('d/file', join(root, 'link'))
    symlinkSync('step/file', join(root, 'via'))
    symlinkSync('d', join(root, 'step'))
    const store = await openDirectoryStore(root)
    const versions = await listAll(store)
    for (const name of ['link', 'step']) unlinkSync(join(root, name))
    symlinkSync('/etc/f', join(root, 'link'))
    symlinkSync('/etc', join(root, 'step'))
    const read = await Promise.all(versions.map(async (version) => [version.key, await readVersion(store, version)]))
    expect(read).toEqual([
      ['d/file', 'read: content'],
      ['link', 'unreadable: changed'],
      ['step', 'unreadable: changed'],
      ['via', 'unreadable: symbolic-link'],
    ])
  })

  it('are links not settled that change while they are read', async () => {
    const root = temporaryDirectory()
    write(root, 'file', 'content')
    symlinkSync('file', join(root, 'link'))
    const store = await openDirectoryStore(root)
    const opened = await opening(store, (await listAll(store))[1]!)
    await Array.fromAsync(opened.chunks)
    expect((await opened.settle()).kind).toBe('unchanged')
    unlinkSync(join(root, 'link'))
    symlinkSync('elif', join(root, 'link'))
    expect((await opened.settle()).kind).toBe('changed')
    await opened.close()
  })

  it('are pipes, sockets and devices unreadable, and never waited for', async () => {
    const root = temporaryDirectory()
    execFileSync('mkfifo', [join(root, 'pipe')])
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve))
    const store = await openDirectoryStore(root)
    const versions = await listAll(store)
    const read = await Promise.all(versions.map((version) => readVersion(store, version)))
    server.close()
    expect(kindsOf(versions)).toEqual([
      ['pipe', 'special-file'],
      ['socket', 'special-file'],
    ])
    expect(read).toEqual(['unreadable: special-file', 'unreadable: special-file'])
  })

  it('does a pipe that has taken the place of a file not hang its reader', async () => {
    const { path, store, version } = await oneFile()
    unlinkSync(path)
    execFileSync('mkfifo', [path])
    expect(await readVersion(store, version)).toBe('unreadable: changed')
  })

  it('is what has taken the place of a file never opened, since opening a device may do something', async () => {
    const { root, path, version } = await oneFile()
    unlinkSync(path)
    execFileSync('mkfifo', [path])
    let opens = 0
    const files = openingWith(async (file) => {
      opens++
      return file
    })
    expect(await readVersion(await openDirectoryStore(root, files), version)).toBe('unreadable: changed')
    expect(opens).toBe(0)
  })

  it('does a pipe that takes the place of a file in the very moment not hang its reader', async () => {
    const { root, path, version } = await oneFile()
    const swapping: FileSystem = {
      ...nodeFileSystem,
      async open(where, flags) {
        unlinkSync(path)
        execFileSync('mkfifo', [path])
        return nodeFileSystem.open(where, flags)
      },
    }
    expect(await readVersion(await openDirectoryStore(root, swapping), version)).toBe('unreadable: changed')
  })
})

describe('snapshots in a directory store', () => {
  const key = (versions: readonly ListedVersion[]) =>
    versions.map(({ key, current, protection }) => [key, current, protection?.name ?? null])

  it('are noncurrent, protected versions, wherever they show up', async () => {
    const root = temporaryDirectory()
    const keys = [
      '.snapshot/daily.0/a/b',
      '.snapshot/daily.1/a',
      '.snapshot/stray',
      '.zfs/other',
      '.zfs/snapshot/auto-1/a',
      'a',
      'deep/.snapshot/x/y/z',
      'deep/.zfs/snapshot/s/f',
      'my.snapshot/daily.0/a',
    ]
    for (const each of keys) write(root, each, each)
    const store = await openDirectoryStore(root)
    const versions = await listAll(store, 2)
    expect(key(versions)).toEqual([
      ['.snapshot/daily.0/a/b', false, 'daily.0'],
      ['.snapshot/daily.1/a', false, 'daily.1'],
      ['.snapshot/stray', true, null],
      ['.zfs/other', true, null],
      ['.zfs/snapshot/auto-1/a', false, 'auto-1'],
      ['a', true, null],
      ['deep/.snapshot/x/y/z', false, 'x'],
      ['deep/.zfs/snapshot/s/f', false, 's'],
      ['my.snapshot/daily.0/a', true, null],
    ])
    for (const version of versions) expect(await readVersion(store, version)).toBe(`read: ${version.key}`)
    for (const { protection } of versions.filter(({ current }) => !current))
      expect(protection?.code).toBe('read-only-snapshot')
  })

  it('are found at the root also where the file system hides them, and none is listed twice', async () => {
    const root = temporaryDirectory()
    const hidden = ['.ckpt', '.snap', '.snapshot', '.zfs']
    const snapshots = ['.ckpt/monday/a', '.snap/weekly/a', '.snapshot/daily.0/a', '.zfs/snapshot/auto-1/a']
    const keys = ['-', ...snapshots, '.zz', 'a']
    for (const each of keys) write(root, each, each)
    const hiding: FileSystem = {
      ...nodeFileSystem,
      readdir: async (path) =>
        (await nodeFileSystem.readdir(path)).filter(({ name }) => !hidden.includes(name.toString())),
    }
    for (const files of [hiding, nodeFileSystem])
      for (const limit of [1, 100]) {
        const versions = await listAll(await openDirectoryStore(root, files), limit)
        expect(versions.map((version) => version.key)).toEqual(keys)
        expect(versions.filter(({ current }) => !current).map((version) => version.key)).toEqual(snapshots)
      }
  })

  it('are found of every file system below the root where it hides them, since each has its own', async () => {
    const root = temporaryDirectory()
    const keys = ['a/.zfs/snapshot/none/a', 'b/.snapshot/daily.0/a', 'b/c/.zfs/snapshot/auto-1/a', 'b/c/a', 'd/e']
    for (const each of keys) write(root, each, each)
    const files: FileSystem = {
      ...mounted(root, ['b/', 'b/c/']),
      readdir: async (path) =>
        (await nodeFileSystem.readdir(path)).filter(({ name }) => !['.snapshot', '.zfs'].includes(name.toString())),
    }
    for (const limit of [1, 100]) {
      const versions = await listAll(await openDirectoryStore(root, files), limit)
      expect(key(versions)).toEqual([
        ['a/', true, null],
        ['b/.snapshot/daily.0/a', false, 'daily.0'],
        ['b/c/.zfs/snapshot/auto-1/a', false, 'auto-1'],
        ['b/c/a', true, null],
        ['d/e', true, null],
      ])
    }
  })

  it('are unreadable when there is nothing in them, as where one was not mounted, unless the store may be empty', async () => {
    const root = temporaryDirectory()
    write(root, '.snapshot/daily.1/a', '')
    for (const each of [
      '.snapshot/daily.0',
      '.snapshot/daily.1/x/.snap/y',
      '.zfs/snapshot/auto-1',
      'deep/.snapshot/x',
      '.snapshot/daily.1/b/c',
    ])
      mkdirSync(join(root, each), { recursive: true })
    const believed = [
      ['.snapshot/daily.0/', 'empty-directory'],
      ['.snapshot/daily.1/a', 'object'],
      ['.snapshot/daily.1/b/c/', 'empty-directory'],
      ['.snapshot/daily.1/x/.snap/y/', 'empty-directory'],
      ['.zfs/snapshot/auto-1/', 'empty-directory'],
      ['deep/.snapshot/x/', 'empty-directory'],
    ]
    const snapshots = [
      '.snapshot/daily.0/',
      '.snapshot/daily.1/x/.snap/y/',
      '.zfs/snapshot/auto-1/',
      'deep/.snapshot/x/',
    ]
    const stores = directoryStores()
    const configured = { id: 'sg', root, channel: { kind: 'none' } } as const
    expect(kindsOf(await listAll(await stores.open({ ...configured, mayBeEmpty: true })))).toEqual(believed)
    expect(kindsOf(await listAll(await stores.open(configured)))).toEqual(
      believed.map(([key, kind]) => [key, snapshots.includes(key!) ? 'read-error' : kind]),
    )
  })

  it('are an unreadable version when they are hidden and may not be entered', async () => {
    const root = temporaryDirectory()
    write(root, '.snapshot/daily.0/a', '')
    const files: FileSystem = {
      ...failing('lstat', 'EACCES', (path) => path.endsWith('/.snapshot')),
      readdir: async (path) => (await nodeFileSystem.readdir(path)).filter(() => false),
    }
    expect(kindsOf(await listAll(await openDirectoryStore(root, files)))).toEqual([['.snapshot/', 'access-denied']])
  })
})
