import {
  type BigIntStats,
  closeSync,
  mkdirSync,
  openSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import { openDirectoryStore } from '../../lib/local/directory-store.ts'
import { type FileSystem, nodeFileSystem, type OpenFile } from '../../lib/local/file-system.ts'
import type { Store } from '../../lib/ports.ts'
import { listAll } from '../contracts/store.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Longer than a tick of the clock that file systems stamp times with. */
export const tick = () => setTimeout(12)

/** Writes a file and the directories above it. */
export function write(root: string, key: string, body: string | Uint8Array): void {
  mkdirSync(dirname(join(root, key)), { recursive: true })
  writeFileSync(join(root, key), body)
}

/** Keys with their kind, or the reason why they are unreadable. */
export const kindsOf = (versions: readonly ListedVersion[]) =>
  versions.map(({ key, kind, reason }) => [key, reason ?? kind])

/** A directory with one file, and that file as it is listed. */
export async function oneFile(body: string | Uint8Array = 'content', key = 'a') {
  const root = temporaryDirectory()
  const path = join(root, key)
  write(root, key, body)
  // Whole seconds, so that a test can set exactly this time again.
  utimesSync(path, 1_700_000_000, 1_700_000_000)
  await tick()
  const store = await openDirectoryStore(root)
  const [version] = await listAll(store)
  return { root, path, store, version: version! }
}

export const systemError = (code: string, path: string) =>
  Object.assign(new Error(`${code}: it failed, open '${path}'`), { code })

/** The real file system, but one call fails for some paths. */
export function failing(
  call: 'readdir' | 'lstat' | 'realpath',
  code: string,
  isHit: (path: string) => boolean,
): FileSystem {
  const fail = async (path: Buffer) => {
    if (isHit(path.toString())) throw systemError(code, path.toString())
    return nodeFileSystem[call](path)
  }
  return { ...nodeFileSystem, [call]: fail }
}

/** The real file system, but the files that it opens are other ones. */
export function openingWith(wrap: (file: OpenFile) => Promise<OpenFile>): FileSystem {
  return { ...nodeFileSystem, open: async (path, flags) => wrap(await nodeFileSystem.open(path, flags)) }
}

/** A version that must open. */
export async function opening(store: Store, version: ListedVersion) {
  const opened = await store.open(version)
  expect(opened.kind).toBe('opened')
  return opened as Extract<typeof opened, { kind: 'opened' }>
}

/** Overwrites the beginning of a file in place. */
export function overwrite(path: string, text: string): void {
  const file = openSync(path, 'r+')
  writeSync(file, text, 0)
  closeSync(file)
}

/** Changes a file and sets its modification time back. */
export function keepingTime(path: string, change: () => void): void {
  const { atime, mtime } = statSync(path)
  change()
  utimesSync(path, atime, mtime)
}

/** The real file system, but some directories (paths that end in `/`) are file systems of their own. */
export function mounted(root: string, mounts: readonly string[], device = 7n): FileSystem {
  const belongs = (path: string) => mounts.findLast((mount) => `${path}/`.startsWith(join(root, mount)))
  const move = (stat: BigIntStats, path: string) => {
    const mount = belongs(path)
    return mount === undefined ? stat : Object.assign(stat, { dev: device + 100n * BigInt(mounts.indexOf(mount)) })
  }
  return {
    ...nodeFileSystem,
    lstat: async (path) => move(await nodeFileSystem.lstat(path), path.toString()),
    async open(path, flags) {
      const file = await nodeFileSystem.open(path, flags)
      return { ...file, stat: async () => move(await file.stat(), path.toString()) }
    },
  }
}
