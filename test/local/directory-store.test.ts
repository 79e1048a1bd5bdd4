import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputInvalid, ReadFailed, StoreUnavailable } from '../../lib/errors.ts'
import { directoryStores, openDirectoryStore } from '../../lib/local/directory-store.ts'
import type { OpenFile } from '../../lib/local/file-system.ts'
import { type FileSystem, nodeFileSystem } from '../../lib/local/file-system.ts'
import { listAll, readVersion, storeContract } from '../contracts/store.ts'
import { asUnprivileged } from './as-unprivileged.ts'
import {
  keepingTime,
  kindsOf,
  oneFile,
  opening,
  openingWith,
  overwrite,
  systemError,
  tick,
  write,
} from './directory-fixture.ts'
import { temporaryDirectory } from './temporary-directory.ts'

storeContract('a directory', async () => {
  const root = temporaryDirectory()
  return {
    store: await openDirectoryStore(root),
    reopen: () => openDirectoryStore(root),
    async write(key, body) {
      if (existsSync(join(root, key))) await tick()
      write(root, key, body)
    },
    remove: async (key) => rmSync(join(root, key)),
  }
})

describe('the root of a directory store', () => {
  it('must be there', async () => {
    await expect(openDirectoryStore(join(temporaryDirectory(), 'none'))).rejects.toThrow(StoreUnavailable)
  })

  it('must be a directory', async () => {
    const { path } = await oneFile()
    await expect(openDirectoryStore(path)).rejects.toThrow(StoreUnavailable)
  })

  it('may be reached through a link', async () => {
    const root = temporaryDirectory()
    write(root, 'real/a', 'content')
    symlinkSync('real', join(root, 'link'))
    const store = await openDirectoryStore(join(root, 'link'))
    expect(kindsOf(await listAll(store))).toEqual([['a', 'object']])
    expect(await readVersion(store, (await listAll(store))[0]!)).toBe('read: content')
  })

  it('that is taken away makes the listing fail, not end', async () => {
    const root = join(temporaryDirectory(), 'store')
    for (const key of ['a', 'b/c', 'd']) write(root, key, key)
    const store = await openDirectoryStore(root)
    const { next } = await store.list(undefined, 1)
    rmSync(root, { recursive: true })
    await expect(store.list(next, 10)).rejects.toThrow(StoreUnavailable)
    await expect(store.list(undefined, 10)).rejects.toThrow(StoreUnavailable)
  })

  it('that is exchanged for an empty one makes the listing fail, not end', async () => {
    const root = join(temporaryDirectory(), 'store')
    for (const key of ['a', 'b/c', 'd']) write(root, key, key)
    const store = await openDirectoryStore(root)
    const { next } = await store.list(undefined, 1)
    renameSync(root, `${root}-away`)
    mkdirSync(root)
    await expect(store.list(next, 10)).rejects.toThrow(StoreUnavailable)
    await expect(store.list(next, 10)).rejects.toThrow(StoreUnavailable)
  })

  it('that is exchanged after its last version was listed does not make the listing complete', async () => {
    const root = join(temporaryDirectory(), 'store')
    for (const key of ['a', 'b']) write(root, key, key)
    const store = await openDirectoryStore(root)
    const { next } = await store.list(undefined, 2)
    renameSync(root, `${root}-away`)
    mkdirSync(root)
    await expect(store.list(next, 2)).rejects.toThrow(StoreUnavailable)
  })

  it('that is exchanged between two pages is not taken for the same one when it is opened anew', async () => {
    const root = join(temporaryDirectory(), 'store')
    for (const key of ['a', 'b', 'c']) write(root, key, key)
    const stores = directoryStores()
    const config = { id: 'sg', root, channel: { kind: 'none' } } as const
    const { next } = await (await stores.open(config)).list(undefined, 1)
    renameSync(root, `${root}-away`)
    mkdirSync(root)
    for (const opened of [await stores.open(config), await openDirectoryStore(root)])
      await expect(opened.list(next, 10)).rejects.toThrow(StoreUnavailable)
  })

  it('that is taken away does not make its files look deleted', async () => {
    const { root, store, version } = await oneFile()
    rmSync(root, { recursive: true })
    await expect(store.open(version)).rejects.toThrow(StoreUnavailable)
  })
})

describe('a file that changes between its listing and its reading', () => {
  const traps: { name: string; change: (path: string) => void; expected: string }[] = [
    { name: 'removed', change: unlinkSync, expected: 'unreadable: disappeared' },
    { name: 'truncated', change: (path) => truncateSync(path, 3), expected: 'unreadable: changed' },
    { name: 'emptied', change: (path) => truncateSync(path, 0), expected: 'unreadable: changed' },
    { name: 'grown', change: (path) => appendFileSync(path, '!'), expected: 'unreadable: changed' },
    {
      name: 'overwritten in place with the same size and its old time',
      change: (path) => keepingTime(path, () => overwrite(path, 'CONTENT')),
      expected: 'unreadable: changed',
    },
    {
      name: 'replaced by a file of the same size and time',
      change: (path) =>
        keepingTime(path, () => {
          writeFileSync(`${path}.new`, 'CONTENT')
          renameSync(`${path}.new`, path)
        }),
      expected: 'unreadable: changed',
    },
    {
      name: 'replaced by a link to a copy of it',
      change: (path) => {
        renameSync(path, `${path}.real`)
        symlinkSync(`${path}.real`, path)
      },
      expected: 'unreadable: changed',
    },
    {
      name: 'replaced by a directory',
      change: (path) => {
        unlinkSync(path)
        mkdirSync(path)
      },
      expected: 'unreadable: changed',
    },
  ]
  for (const { name, change, expected } of traps)
    it(`is not read when it was ${name}`, async () => {
      const { path, store, version } = await oneFile()
      change(path)
      expect(await readVersion(store, version)).toBe(expected)
    })

  it('is not read through a directory that a link has taken the place of, though the file is the listed one', async () => {
    const root = temporaryDirectory()
    write(root, 'd/a', 'content')
    const store = await openDirectoryStore(root)
    const [version] = await listAll(store)
    const outside = join(temporaryDirectory(), 'outside')
    renameSync(join(root, 'd'), outside)
    symlinkSync(outside, join(root, 'd'))
    expect(await readVersion(store, version!)).toBe('unreadable: changed')
  })

  for (const key of ['../a', '/etc/passwd', 'a/../b', './a', '', 'a//b', 'a/', 'a\0b', '\ud800'])
    it(`is refused when its key is ${JSON.stringify(key)}, which no listing hands out`, async () => {
      const { store, version } = await oneFile()
      await expect(store.open({ ...version, key })).rejects.toThrow(InputInvalid)
    })

  it('is not read when a link takes its place in the very moment', async () => {
    const { root, path, version } = await oneFile()
    const files: FileSystem = {
      ...nodeFileSystem,
      async open(where, flags) {
        renameSync(path, `${path}.real`)
        symlinkSync('a.real', path)
        return nodeFileSystem.open(where, flags)
      },
    }
    expect(await readVersion(await openDirectoryStore(root, files), version)).toBe('unreadable: changed')
  })

  it('is access-denied when it may not be read', async () => {
    const { root, path } = await oneFile()
    execFileSync('chmod', ['000', path])
    const read = await asUnprivileged(async () => {
      const store = await openDirectoryStore(root)
      return readVersion(store, (await listAll(store))[0]!)
    })
    expect(read).toBe('unreadable: access-denied')
  })
})

describe('a file that changes while it is read', () => {
  const size = 3 << 20
  const traps: { name: string; change: (path: string) => void }[] = [
    { name: 'removed', change: unlinkSync },
    { name: 'truncated', change: (path) => truncateSync(path, size - 1) },
    { name: 'grown', change: (path) => appendFileSync(path, '!') },
    { name: 'overwritten in place with its old time', change: (path) => keepingTime(path, () => overwrite(path, 'x')) },
    {
      name: 'replaced by another file',
      change: (path) => {
        writeFileSync(`${path}.new`, Buffer.alloc(size))
        renameSync(`${path}.new`, path)
      },
    },
    { name: 'given other permissions', change: (path) => execFileSync('chmod', ['600', path]) },
  ]
  for (const { name, change } of traps)
    it(`is not settled when it was ${name}`, async () => {
      const { path, store, version } = await oneFile(Buffer.alloc(size))
      const opened = await opening(store, version)
      let read = 0
      for await (const chunk of opened.chunks) {
        if (read === 0) change(path)
        read += chunk.length
      }
      expect((await opened.settle()).kind).toBe('changed')
      await opened.close()
    })

  it('is not settled when its directory was exchanged for a link to it', async () => {
    const root = temporaryDirectory()
    write(root, 'd/a', 'content')
    const store = await openDirectoryStore(root)
    const opened = await opening(store, (await listAll(store))[0]!)
    await Array.fromAsync(opened.chunks)
    renameSync(join(root, 'd'), join(root, 'e'))
    symlinkSync('e', join(root, 'd'))
    expect((await opened.settle()).kind).toBe('changed')
    await opened.close()
  })

  it('is not settled when it was not read to its end', async () => {
    const { store, version } = await oneFile(Buffer.alloc(size))
    const opened = await opening(store, version)
    for await (const _ of opened.chunks) break
    expect((await opened.settle()).kind).toBe('changed')
    await opened.close()
    const almost = await opening(store, version)
    let read = 0
    for await (const chunk of almost.chunks) {
      read += chunk.length
      if (read === size) break
    }
    expect((await almost.settle()).kind).toBe('changed')
    await almost.close()
    const unread = await opening(store, version)
    expect((await unread.settle()).kind).toBe('changed')
    await unread.close()
  })

  it('is not settled when a range of it was not read to its end, or changed', async () => {
    const { path, store, version } = await oneFile(Buffer.alloc(size))
    const open = async () => {
      const opened = await store.open(version, { from: 5, to: size })
      if (opened.kind !== 'opened') throw new Error(`expected it to open, got ${opened.reason}`)
      return opened
    }
    const partly = await open()
    for await (const _ of partly.chunks) break
    expect((await partly.settle()).kind).toBe('changed')
    await partly.close()
    const changing = await open()
    await Array.fromAsync(changing.chunks)
    expect((await changing.settle()).kind).toBe('unchanged')
    overwrite(path, 'before the range')
    expect((await changing.settle()).kind).toBe('changed')
    await changing.close()
  })

  it.each([
    { from: -1, to: 3 },
    { from: 3, to: 3 },
    { from: 0, to: 8 },
    { from: 0.5, to: 3 },
  ])('has no range from $from to $to', async (range) => {
    const { store, version } = await oneFile()
    await expect(store.open(version, range)).rejects.toThrow(InputInvalid)
  })

  it('is not read forever when it grows as fast as it is read', async () => {
    const { path, store, version } = await oneFile(Buffer.alloc(size))
    const opened = await opening(store, version)
    let read = 0
    for await (const chunk of opened.chunks) {
      read += chunk.length
      appendFileSync(path, Buffer.alloc(2 << 20))
    }
    expect(read).toBeLessThan(2 * size)
    expect((await opened.settle()).kind).toBe('changed')
    await opened.close()
  })

  it('is not settled when the disk hands out fewer bytes than it has', async () => {
    const { root, version } = await oneFile()
    const files = openingWith(async (file) => ({ ...file, read: async () => 0 }))
    expect(await readVersion(await openDirectoryStore(root, files), version)).toBe('changed')
  })

  it('fails with ReadFailed when the medium fails, without its path or what it held', async () => {
    const { root, version } = await oneFile()
    const files = openingWith(async (file) => ({
      ...file,
      read: async () => {
        throw systemError('EIO', join(root, 'a'))
      },
    }))
    const opened = await opening(await openDirectoryStore(root, files), version)
    const failed = await Array.fromAsync(opened.chunks).catch((error: Error) => error)
    await opened.close()
    expect(failed).toBeInstanceOf(ReadFailed)
    const { message, cause } = failed as Error
    expect([message, cause]).toEqual(['store: read: expected bytes at 0, got EIO', undefined])
  })

  it('is closed exactly once, also when it could not be opened as listed', async () => {
    const { root, path, version } = await oneFile()
    let closed = 0
    const counting = (file: OpenFile): OpenFile => ({
      ...file,
      async close() {
        closed++
        await file.close()
      },
    })
    const files = openingWith(async (file) => counting(file))
    const store = await openDirectoryStore(root, files)
    await readVersion(store, version)
    expect(closed).toBe(1)
    const swapped = openingWith(async (file) => {
      overwrite(path, 'CONTENT')
      return counting(file)
    })
    expect(await readVersion(await openDirectoryStore(root, swapped), version)).toBe('unreadable: changed')
    expect(closed).toBe(2)
  })
})
