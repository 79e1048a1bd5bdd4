import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../lib/errors.ts'
import { openDirectoryStore } from '../../lib/local/directory-store.ts'
import { type FileSystem, nodeFileSystem } from '../../lib/local/file-system.ts'
import { parseMountTable } from '../../lib/local/mount-points.ts'
import { mountAt } from '../../lib/local/store-root.ts'
import type { Store } from '../../lib/ports.ts'
import { mounted, write } from './directory-fixture.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** The file systems of a listing, page after page; with `anew`, every page is listed by a store that was opened for it. */
async function mountsOf(open: () => Promise<Store>, limit: number, anew: boolean): Promise<string[]> {
  const told: string[] = []
  let store = await open()
  for (let cursor: string | undefined; ; ) {
    const { mounts, next } = await store.list(cursor, limit)
    told.push(...mounts)
    if (next === undefined) return told
    cursor = next
    if (anew) store = await open()
  }
}

const mountIn = (root: string, key: string) => mountAt(statSync(join(root, key), { bigint: true }), key)

/** Several files in and around the directories that are file systems of their own. */
function tree() {
  const root = temporaryDirectory()
  for (const key of ['a', 'b/1', 'b/c/1', 'b/c/2', 'b/d/1', 'e/1', 'e/2', 'f'])
    for (const file of ['x', 'y']) write(root, `${key}/${file}`, key)
  return {
    root,
    mount: (key: string) => mountIn(root, key),
    open: (...mounts: string[]) => openDirectoryStore(root, mounted(root, mounts)),
  }
}

describe('the file systems that a listing of a directory enters', () => {
  it('are the root alone when there is only one', async () => {
    const { mount, open } = tree()
    expect(await mountsOf(() => open(), 1000, false)).toEqual([mount('')])
  })

  for (const limit of [1, 2, 3, 5, 1000])
    for (const anew of [false, true])
      it(`are told once each, in order, in pages of ${limit}${anew ? ', also when each page is listed anew' : ''}`, async () => {
        const { mount, open } = tree()
        expect(await mountsOf(() => open('b/', 'b/c/', 'e/', 'f/'), limit, anew)).toEqual([
          mount(''),
          mount('b/'),
          mount('b/c/'),
          mount('e/'),
          mount('f/'),
        ])
      })

  it('are also those that are mounted from the same disk, as a directory of it is', async () => {
    const { root, mount } = tree()
    const points = ['b/c', 'e'].map((key) => Buffer.from(join(root, key)))
    const files = { ...nodeFileSystem, mountPoints: async () => [Buffer.from('/'), Buffer.from(root), ...points] }
    const { covered } = await (await openDirectoryStore(root, files)).list(undefined, 1000)
    expect(covered).toEqual(['b/c/', 'e/'])
    expect(await mountsOf(() => openDirectoryStore(root, files), 2, true)).toEqual([
      mount(''),
      mount('b/c/'),
      mount('e/'),
    ])
  })

  it('are also single files that are mounted', async () => {
    const { root, mount } = tree()
    const files = { ...nodeFileSystem, mountPoints: async () => [Buffer.from(join(root, 'f/x'))] }
    const { mounts, covered } = await (await openDirectoryStore(root, files)).list(undefined, 1000)
    expect([mounts, covered]).toEqual([[mount(''), 'f/x'], ['f/x']])
  })

  it('are told to be mounted also in the first listing where they are mounted as soon as somebody looks', async () => {
    const { root } = tree()
    const files = mounted(root, ['e/'])
    let hasLooked = false
    const looking: FileSystem = {
      ...files,
      readdir(path) {
        hasLooked ||= path.toString() === join(root, 'e')
        return files.readdir(path)
      },
      mountPoints: async () => (hasLooked ? [Buffer.from(join(root, 'e'))] : []),
    }
    const store = await openDirectoryStore(root, looking)
    const listings = [await store.list(undefined, 1000), await store.list(undefined, 1000)]
    expect(listings.map(({ covered }) => covered)).toEqual([['e/'], ['e/']])
  })

  it('are the root also when it is empty', async () => {
    const root = temporaryDirectory()
    expect(await (await openDirectoryStore(root)).list(undefined, 10)).toEqual({
      versions: [],
      mounts: [mountIn(root, '')],
    })
  })

  it('are told on the page that lists their first version', async () => {
    const { mount, open } = tree()
    const store = await open('e/')
    const first = await store.list(undefined, 10)
    const second = await store.list(first.next, 10)
    expect([first.mounts, second.mounts]).toEqual([[mount('')], [mount('e/')]])
    expect(second.versions[0]?.key).toBe('e/1/x')
  })

  it('do not include one that is not mounted any more, nor snapshots, which come and go', async () => {
    const { root, mount, open } = tree()
    write(root, '.snapshot/daily.0/a', '')
    const all = ['b/', '.snapshot/daily.0/', 'e/']
    expect(await mountsOf(() => open(...all), 1000, false)).toEqual([mount(''), mount('b/'), mount('e/')])
    expect(await mountsOf(() => open('e/'), 1000, false)).toEqual([mount(''), mount('e/')])
  })

  it('are the same when they are mounted again under another device number, and others when another one is', async () => {
    const { root, mount } = tree()
    const list = async (device: bigint) =>
      (await (await openDirectoryStore(root, mounted(root, ['e/'], device))).list(undefined, 1000)).mounts
    expect(await list(7n)).toEqual(await list(8n))
    const before = await list(7n)
    renameSync(join(root, 'e'), join(root, 'z'))
    write(root, 'e/1/x', '')
    expect(await list(7n)).toEqual([before[0], mount('e/')])
    expect(await list(7n)).not.toEqual(before)
  })

  it('must still be there when a listing goes on inside of one', async () => {
    const { open } = tree()
    const { versions, next } = await (await open('b/', 'b/c/')).list(undefined, 5)
    expect(versions.at(-1)?.key).toBe('b/c/1/x')
    for (const left of [[], ['b/'], ['b/c/']])
      await expect((await open(...left)).list(next, 5)).rejects.toThrow(StoreUnavailable)
    expect((await (await open('b/', 'b/c/')).list(next, 1)).versions[0]?.key).toBe('b/c/1/y')
  })

  // Two disks of ext4 that take turns at one place begin in the same inode, and may have the same device number.
  it('are others when another disk of the same kind took the place of the first one', async () => {
    const { root, open } = tree()
    const { mounts, next } = await (await open()).list(undefined, 2)
    const exchanged = await openDirectoryStore(root, bornLater(root))
    expect((await exchanged.list(undefined, 2)).mounts).not.toEqual(mounts)
    await expect(exchanged.list(next, 2)).rejects.toThrow(StoreUnavailable)
  })

  it('are not listed to the end when that happened meanwhile', async () => {
    const { root } = tree()
    let files = nodeFileSystem
    const store = await openDirectoryStore(root, { ...nodeFileSystem, lstat: (path) => files.lstat(path) })
    files = bornLater(root)
    await expect(store.list(undefined, 1000)).rejects.toThrow(StoreUnavailable)
  })
})

describe('the table of mounts', () => {
  it('has paths with their blanks, and is empty where there is none', () => {
    const line = String.raw`36 35 98:0 /mnt1 /mnt/a\040b\134c rw,noatime master:1 - ext3 /dev/root rw`
    expect(parseMountTable(`${line}\n`).map(String)).toEqual([String.raw`/mnt/a b\c`])
    expect(parseMountTable('')).toEqual([])
  })
})

/** The real file system, but the one that begins at the root was made at another time. */
function bornLater(root: string): FileSystem {
  const lstat = async (path: Buffer) => {
    const stat = await nodeFileSystem.lstat(path)
    return path.toString() === root ? Object.assign(stat, { birthtimeNs: stat.birthtimeNs + 1n }) : stat
  }
  return { ...nodeFileSystem, lstat }
}
