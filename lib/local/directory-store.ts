import type { BigIntStats } from 'node:fs'
import { type DirectoryStoreConfig, isDirectory, type StoreConfig } from '../config.ts'
import { InputInvalid } from '../errors.ts'
import type { ListedVersion } from '../inventory/object-version.ts'
import type { ByteRange, ListPage, Opened, Store, Stores } from '../ports.ts'
import { type DirectoryWalk, type WalkPlace, walkDirectory } from './directory-walk.ts'
import { codeOf, type FileSystem, isAbsent, nodeFileSystem, promptFileSystem, reasonOf } from './file-system.ts'
import { isSameVersion } from './file-version.ts'
import { type GuardedFile, openGuarded } from './guarded-file.ts'
import {
  checkStoreRoot,
  isInPlace,
  isInside,
  mountAt,
  openStoreRoot,
  pathsOf,
  type StoreRoot,
  unavailable,
} from './store-root.ts'

/**
 * A walk that stands right after a page, so that the next page reads no directory again. It serves once, for the very
 * page that follows, and only whoever opened the store: a listing that starts over, a retry or a later listing walks anew.
 */
type Standing = { cursor: string; walk: DirectoryWalk }

/** Directories as stores, by the `root` of their configuration. */
export function directoryStores(files?: FileSystem): Stores {
  return {
    open: async (store: StoreConfig) => openDirectoryStore(directoryOf(store).root, files, store.mayBeEmpty),
  }
}

/** @throws InputInvalid for a store that is no directory */
export function directoryOf(store: StoreConfig): DirectoryStoreConfig {
  if (!isDirectory(store)) throw new InputInvalid(`store ${store.id}: expected a directory`)
  return store
}

/**
 * A directory as a store. Keys are paths below it in UTF-8. Files are objects; those in snapshots (`.snapshot/*`,
 * `.zfs/snapshot/*` and others) are noncurrent versions; a link to inside is read as the text of its target; a directory
 * with nothing in it is a version, since it has a name; everything else that is there, and whatever cannot be listed, is
 * an `unreadable` version. The root itself is none.
 * A cursor names, in clear, the last key and the file systems around it, the root's first: a listing never goes on in
 * another directory, such as the empty one below a share that was unmounted. `mayBeEmpty`: nothing in a snapshot is believed.
 * @throws StoreUnavailable when the root is missing or is not a directory
 */
export async function openDirectoryStore(directory: string, files?: FileSystem, mayBeEmpty = false): Promise<Store> {
  let standing: Standing | undefined
  const [listing, reading] = [files ?? nodeFileSystem, files ?? promptFileSystem]
  const root = await openStoreRoot(listing, directory)

  return {
    async list(cursor, limit): Promise<ListPage> {
      if (!(Number.isInteger(limit) && limit > 0))
        throw new InputInvalid(`store: list: expected a limit of at least 1, got ${limit}`)
      const follows = standing !== undefined && standing.cursor === cursor
      const walk = follows ? standing!.walk : walkDirectory(listing, root, mayBeEmpty, parseCursor(cursor, root))
      standing = undefined
      const page = await walk.next(limit)
      if (page.versions.length < limit) return page
      const next = formatCursor(walk.place())
      standing = { cursor: next, walk }
      return { ...page, next }
    },

    async open(version, range) {
      switch (version.kind) {
        case 'object':
          return openObject(reading, root, version, range)
        case 'symbolic-link':
          if (range !== undefined) throw new InputInvalid('store: open: expected no range of a symbolic link')
          return openLink(reading, root, version)
        case 'unreadable':
          return failed(version.reason ?? 'read-error', 'it could not be listed as an object')
        case 'delete-marker':
        case 'empty-directory':
        case 'multipart-upload':
          throw new InputInvalid(
            `store: open: expected a kind of version that holds bytes in a directory, got ${version.kind}`,
          )
        default:
          return version.kind satisfies never
      }
    },
  }
}

/** No name of a file holds a NUL. */
const formatCursor = ({ inside, after }: WalkPlace) => [...inside, after].join('\0')

/** The place that a cursor stands at. @throws StoreUnavailable when the root is not the one of the page before */
function parseCursor(cursor: string | undefined, root: StoreRoot): WalkPlace | undefined {
  if (cursor === undefined) return undefined
  const inside = cursor.split('\0')
  const after = inside.pop()
  if (inside[0] !== mountAt(root, '') || after === undefined)
    throw unavailable('got another directory than for the page before')
  return { inside, after }
}

type Unreadable = Extract<Opened, { kind: 'unreadable' }>

function failed(reason: Unreadable['reason'], detail: string): Unreadable {
  return { kind: 'unreadable', reason, detail }
}

const disappeared = failed('disappeared', 'it was listed and is not there any more')

async function openObject(
  files: FileSystem,
  root: StoreRoot,
  version: ListedVersion,
  range?: ByteRange,
): Promise<Opened> {
  if (range !== undefined && !isRangeOf(range, version.size))
    throw new InputInvalid(`store: open: expected a range within ${version.size} bytes`)
  const isListed = (stat: BigIntStats) => isSameVersion(version.versionId, stat)
  const guarded = await openGuarded(files, root, version.key, isListed, range)
  switch (guarded.kind) {
    case 'opened':
      return toOpened(guarded.file)
    case 'absent':
      return disappeared
    case 'failed':
      return failed(guarded.reason, guarded.detail)
    default:
      return guarded satisfies never
  }
}

const isRangeOf = ({ from, to }: ByteRange, size: number) =>
  [from, to].every(Number.isSafeInteger) && 0 <= from && from < to && to <= size

const toOpened = ({ chunks, settle, close }: GuardedFile): Opened => ({
  kind: 'opened',
  chunks,
  settle,
  labels: [],
  close,
})

async function openLink(files: FileSystem, root: StoreRoot, version: ListedVersion): Promise<Opened> {
  const { parent, path } = pathsOf(root, version.key)
  const isListed = async () => {
    const stat = await files.lstat(path)
    return stat.isSymbolicLink() && isSameVersion(version.versionId, stat) && (await isInPlace(files, parent))
  }
  try {
    if (!(await isListed())) return failed('changed', 'it is another version than the listed one')
    const text = await files.readlink(path)
    const target = await files.realpath(path).catch(() => undefined)
    if (!target || !isInside(root, target)) return failed('symbolic-link', 'it points out of the store, or nowhere')
    return {
      kind: 'opened',
      chunks: once(text),
      settle: async () =>
        text.length === version.size && (await isListed().catch(() => false))
          ? { kind: 'unchanged' }
          : { kind: 'changed', detail: 'it changed while it was read' },
      labels: [],
      close: async () => {},
    }
  } catch (error) {
    if (!isAbsent(error)) return failed(reasonOf(error), `reading it failed with ${codeOf(error)}`)
    await checkStoreRoot(files, root)
    return disappeared
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
