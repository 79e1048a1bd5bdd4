import type { BigIntStats } from 'node:fs'
import { resolve } from 'node:path'
import { InputInvalid, StoreUnavailable } from '../errors.ts'
import { codeOf, type FileSystem } from './file-system.ts'

/**
 * The root directory of a store as it was when the store was opened: `path` without symbolic links. Paths below it
 * are handled as byte strings (one character per byte), in which string order is byte order.
 */
export type StoreRoot = { path: Buffer; dev: bigint; ino: bigint; birthtimeNs: bigint }

/** @throws StoreUnavailable when it is missing or is not a directory */
export async function openStoreRoot(files: FileSystem, root: string): Promise<StoreRoot> {
  try {
    const path = await files.realpath(Buffer.from(resolve(root)))
    const stat = await files.lstat(path)
    if (!stat.isDirectory()) throw unavailable('got something else')
    return { path, dev: stat.dev, ino: stat.ino, birthtimeNs: stat.birthtimeNs }
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error
    throw unavailable(`got ${codeOf(error)}`)
  }
}

/**
 * Called when something is absent: a store that is not there any more (an unmounted share) must not look like one whose
 * files were deleted. @throws StoreUnavailable
 */
export async function checkStoreRoot(files: FileSystem, root: StoreRoot): Promise<void> {
  const stat = await files.lstat(root.path).catch((error) => {
    throw unavailable(`got ${codeOf(error)}`)
  })
  if (stat.dev !== root.dev || mountAt(stat, '') !== mountAt(root, ''))
    throw unavailable('got another directory than at first')
}

/**
 * The file system that begins in a directory. The number of a device changes when it is mounted again, and every file system
 * of a kind may begin in the same inode, so when that was made tells two of them apart (0 where a system does not say).
 */
export function mountAt({ ino, birthtimeNs }: Pick<BigIntStats, 'ino' | 'birthtimeNs'>, key: string): string {
  return `${ino}.${birthtimeNs}:${key}`
}

/** Directories below the root that something is mounted on, as byte strings that end in `/`. */
export async function mountPointsBelow(files: FileSystem, root: StoreRoot): Promise<ReadonlySet<string>> {
  const prefix = prefixOf(root).toString('latin1')
  const points = (await files.mountPoints()).map((point) => `${point.toString('latin1')}/`)
  return new Set(points.flatMap((point) => (point.startsWith(prefix) ? point.slice(prefix.length) || [] : [])))
}

/** The error of a store that cannot be listed or read as a whole; names no path below the root. */
export function unavailable(got: string): StoreUnavailable {
  return new StoreUnavailable(`store: root: expected its directory, ${got}`)
}

/** The path of a byte string below the root; the empty one is the root itself. A `/` at its end is left out. */
export function pathBelow(root: StoreRoot, below: string): Buffer {
  const path = below.endsWith('/') ? below.slice(0, -1) : below
  return path === '' ? root.path : Buffer.concat([prefixOf(root), Buffer.from(path, 'latin1')])
}

/** The file at a key and the directory that holds it. @throws InputInvalid for a key that no listing hands out */
export function pathsOf(root: StoreRoot, key: string): { parent: Buffer; path: Buffer } {
  const names = key.split('/')
  if (names.some((name) => ['', '.', '..'].includes(name) || name.includes('\0')) || !key.isWellFormed())
    throw new InputInvalid('store: key: expected a path below the root, got another one')
  return {
    parent: pathBelow(root, toBytes(names.slice(0, -1).join('/'))),
    path: pathBelow(root, toBytes(key)),
  }
}

/** Text as a byte string. */
export const toBytes = (text: string) => Buffer.from(text).toString('latin1')

const prefixOf = (root: StoreRoot) => (root.path.at(-1) === 0x2f ? root.path : Buffer.concat([root.path, slash]))
const slash = Buffer.from('/')

/** Whether a directory is where its path says, with no symbolic link on the way. */
export async function isInPlace(files: FileSystem, directory: Buffer): Promise<boolean> {
  return (await files.realpath(directory)).equals(directory)
}

/** Whether a path without symbolic links is the root or lies below it. */
export function isInside(root: StoreRoot, path: Buffer): boolean {
  const prefix = prefixOf(root)
  return path.equals(root.path) || path.subarray(0, prefix.length).equals(prefix)
}
