import type { BigIntStats } from 'node:fs'
import type { UnverifiedReason } from '../decode/unverified.ts'
import type { ListedVersion } from '../inventory/object-version.ts'
import { codeOf, type FileSystem, isAbsent, isExhausted, reasonOf } from './file-system.ts'
import { modifiedAt, unknownVersionId, versionIdOf } from './file-version.ts'
import { snapshotOf } from './snapshot-path.ts'
import { isInside, pathBelow, type StoreRoot, toBytes, unavailable } from './store-root.ts'

/** Entries of directories as versions in a listing. Names are byte strings; `path` is one below the root, `raw` has the bytes of names that are not text. */
type Directory = { path: string; raw: ReadonlyMap<string, string> }

export const toText = (bytes: string) => Buffer.from(bytes, 'latin1').toString()

/** The version of one file right below the root; absent when it is gone. */
export function describeFile(files: FileSystem, root: StoreRoot, name: string): Promise<ListedVersion | undefined> {
  return describeEntry(files, root, { path: '', raw: new Map() }, toBytes(name))
}

/** One entry that is not a directory; absent when it is gone. */
export async function describeEntry(
  files: FileSystem,
  root: StoreRoot,
  { path: below, raw: rawNames }: Directory,
  name: string,
): Promise<ListedVersion | undefined> {
  const raw = rawNames.get(name)
  const path = pathBelow(root, below + (raw ?? name))
  const key = toText(below + name)
  let stat: BigIntStats
  try {
    stat = await files.lstat(path)
  } catch (error) {
    if (isAbsent(error)) return undefined
    if (isExhausted(error)) throw unavailable(`got ${codeOf(error)}`)
    return unreadable(key, raw === undefined ? reasonOf(error) : 'invalid-name')
  }
  if (raw !== undefined) return unreadable(key, 'invalid-name', stat)
  if (stat.isFile()) return { kind: 'object', ...described(key, stat) }
  if (stat.isSymbolicLink()) {
    const target = await files.realpath(path).catch(() => undefined)
    if (target && isInside(root, target)) return { kind: 'symbolic-link', ...described(key, stat) }
    return unreadable(key, 'symbolic-link', stat)
  }
  // The directory said that this is no directory: its place in the order has passed.
  return unreadable(key, stat.isDirectory() ? 'changed' : 'special-file', stat)
}

export function unreadable(key: string, reason: UnverifiedReason, stat?: BigIntStats): ListedVersion {
  const known = stat
    ? described(key, stat)
    : { ...placeOf(key), versionId: unknownVersionId, size: 0, modifiedAt: never }
  return { kind: 'unreadable', ...known, reason }
}

const never = new Date(0).toISOString()

export function described(key: string, stat: BigIntStats): Omit<ListedVersion, 'kind'> {
  const size = stat.isDirectory() ? 0 : Number(stat.size)
  return { ...placeOf(key), versionId: versionIdOf(stat), size, modifiedAt: modifiedAt(stat) }
}

function placeOf(key: string): Pick<ListedVersion, 'key' | 'current' | 'protection'> {
  const snapshot = snapshotOf(key)
  if (snapshot === undefined) return { key, current: true }
  return { key, current: false, protection: { code: 'read-only-snapshot', name: snapshot } }
}
