import { isUtf8 } from 'node:buffer'
import type { BigIntStats } from 'node:fs'
import type { UnverifiedReason } from '../decode/unverified.ts'
import type { ListedVersion } from '../inventory/object-version.ts'
import type { ListPage } from '../ports.ts'
import { described, describeEntry, toText, unreadable } from './describe-entry.ts'
import { codeOf, type FileSystem, isAbsent, isExhausted, reasonOf } from './file-system.ts'
import { hiddenSnapshots, isSnapshot, snapshotOf } from './snapshot-path.ts'
import {
  checkStoreRoot,
  isInPlace,
  mountAt,
  mountPointsBelow,
  pathBelow,
  type StoreRoot,
  toBytes,
  unavailable,
} from './store-root.ts'

/** A walk that stands somewhere in a store's listing. */
export type DirectoryWalk = {
  /**
   * The next versions in key order, at most `limit`; fewer: the listing is complete. `mounts` are the file systems that
   * were entered on the way to them, `covered` directories that something is mounted on. @throws StoreUnavailable
   */
  next(limit: number): Promise<Omit<ListPage, 'next'>>
  /** Where the walk stands: the last key and the file systems that it is in, the root's first. */
  place(): WalkPlace
}

export type WalkPlace = { after: string; inside: readonly string[] }

/**
 * A directory on the way to where the walk stands. `path` is a byte string below the root that ends in `/` (empty: the
 * root). `names` are byte strings in order; that of a directory ends in `/`, so that whole keys come in byte order.
 * `raw` has the bytes of names that are not text. `mount` is there when another file system begins here.
 */
type Frame = {
  path: string
  dev: bigint
  ino: bigint
  names: string[]
  at: number
  raw: Map<string, string>
  mount?: string
}

/** How many files of one directory are asked for at once. */
const atOnce = 32

/**
 * A walk through everything below the root, or through what comes after a place where another walk stood: that must still
 * be in the same file systems. Holds the directories on its way only. `mayBeEmpty`: of a snapshot; otherwise an empty one is
 * `unreadable`, since it looks like one that was not mounted (those of ZFS do over NFS).
 */
export function walkDirectory(
  files: FileSystem,
  root: StoreRoot,
  mayBeEmpty: boolean,
  from?: WalkPlace,
): DirectoryWalk {
  const start = from === undefined ? '' : toBytes(from.after)
  const expected = new Set(from?.inside)
  const stack: Frame[] = []
  let mounts: string[] = []
  let covered: string[] = []
  let after = from?.after ?? ''
  let begun = false
  let points: ReadonlySet<string> = new Set()

  return {
    async next(limit) {
      const page: ListedVersion[] = []
      mounts = []
      covered = []
      if (!begun) await begin()
      for (let frame = stack.at(-1); frame && page.length < limit; frame = stack.at(-1)) {
        const name = frame.names[frame.at]
        if (name === undefined) stack.pop()
        else if (frame.path + name <= start && !start.startsWith(frame.path + name)) frame.at++
        else if (name.endsWith('/')) await enterChild(frame, name, stack, page)
        else await describeFiles(frame, limit - page.length, stack, page)
      }
      // An unmounted share looks like an empty one: only the same root can say that there was nothing more.
      if (stack.length === 0) await checkStoreRoot(files, root)
      if (expected.size > 0) throw unavailable('got another file system in it than for the page before')
      after = page.at(-1)?.key ?? after
      return { versions: page, mounts, ...(covered.length > 0 && { covered }) }
    },
    place: () => ({ after, inside: stack.flatMap(({ mount }) => mount ?? []) }),
  }

  async function begin(): Promise<void> {
    points = await mountPointsBelow(files, root)
    const frame = await enterRoot(files, root)
    noteMount(frame, mountAt(root, ''))
    stack.push(frame)
    begun = true
  }

  function noteMount(frame: Frame, mount: string): void {
    frame.mount = mount
    // What the page before told is not told again.
    if (!expected.delete(mount)) mounts.push(mount)
  }

  async function enterChild(frame: Frame, name: string, stack: Frame[], page: ListedVersion[]): Promise<void> {
    frame.at++
    const path = frame.path + name
    const entered = await enterDirectory(files, root, path)
    switch (entered.kind) {
      case 'entered':
        // Some are mounted as soon as somebody looks (autofs, exports of NFS below each other).
        if (entered.frame.dev !== frame.dev) points = await mountPointsBelow(files, root)
        if ((entered.frame.dev !== frame.dev || points.has(path)) && snapshotOf(toText(path)) === undefined) {
          noteMount(entered.frame, mountAt(entered.stat, toText(path)))
          if (points.has(path)) covered.push(toText(path))
          await addHiddenSnapshots(files, root, entered.frame)
        }
        stack.push(entered.frame)
        if (entered.frame.names.length === 0 && path > start) page.push(emptyDirectory(toText(path), entered.stat))
        return
      case 'absent':
        await checkStack(stack)
        return
      case 'failed':
        if (path > start) page.push(unreadable(toText(path), entered.reason, entered.stat))
        else if (path !== start) throw unavailable('got a directory that was readable and is not any more')
        return
      default:
        entered satisfies never
    }
  }

  /** No other file system shows by it, only that it may go and what it hides. */
  function noteMountedFile(key: string): void {
    mounts.push(key)
    covered.push(key)
  }

  async function describeFiles(frame: Frame, limit: number, stack: Frame[], page: ListedVersion[]): Promise<void> {
    const from = frame.at
    while (frame.at < from + Math.min(limit, atOnce) && isFileName(frame.names[frame.at])) frame.at++
    const names = frame.names.slice(from, frame.at).filter((name) => frame.path + name > start)
    const paths = points.size === 0 ? [] : names.map((name) => frame.path + name)
    for (const path of paths) if (points.has(`${path}/`)) noteMountedFile(toText(path))
    const described = await Promise.all(names.map((name) => describeEntry(files, root, frame, name)))
    for (const version of described) {
      if (version) page.push(version)
      else await checkStack(stack)
    }
  }

  function emptyDirectory(key: string, stat: BigIntStats): ListedVersion {
    if (!mayBeEmpty && isSnapshot(key)) return unreadable(key, 'read-error', stat)
    return { kind: 'empty-directory', ...described(key, stat) }
  }

  /** Something is absent. That is nothing to report, unless a directory around it was exchanged: then what? */
  async function checkStack(stack: readonly Frame[]): Promise<void> {
    await checkStoreRoot(files, root)
    for (const { path, dev, ino } of stack) {
      const stat = await files.lstat(pathBelow(root, path)).catch((error) => {
        if (isAbsent(error)) return undefined
        throw unavailable(`got ${codeOf(error)} in it`)
      })
      if (stat && (stat.dev !== dev || stat.ino !== ino)) throw unavailable('got a directory exchanged while listed')
    }
  }
}

const isFileName = (name: string | undefined) => name !== undefined && !name.endsWith('/')

type Entered =
  | { kind: 'entered'; frame: Frame; stat: BigIntStats }
  | { kind: 'absent' }
  | { kind: 'failed'; reason: UnverifiedReason; stat?: BigIntStats }

async function enterRoot(files: FileSystem, root: StoreRoot): Promise<Frame> {
  await checkStoreRoot(files, root)
  const entered = await enterDirectory(files, root, '')
  if (entered.kind === 'absent') throw unavailable('got none')
  if (entered.kind === 'failed') throw unavailable(`got one that cannot be listed (${entered.reason})`)
  await addHiddenSnapshots(files, root, entered.frame)
  return entered.frame
}

/** Of the directory that a file system begins in: each file system has snapshots of its own, whether it shows them or not. */
async function addHiddenSnapshots(files: FileSystem, root: StoreRoot, { names, path }: Frame): Promise<void> {
  for (const snapshots of hiddenSnapshots) {
    const first = snapshots.slice(0, snapshots.indexOf('/') + 1)
    const isShown = names.some((name) => name === first || name === first.slice(0, -1))
    if (!isShown && (await isThere(files, pathBelow(root, path + snapshots)))) names.push(snapshots)
  }
  names.sort(byBytes)
}

/** Anything but a plain "no" counts as there: entering it then says what is wrong. */
async function isThere(files: FileSystem, path: Buffer): Promise<boolean> {
  return files.lstat(path).then(
    () => true,
    (error) => !isAbsent(error),
  )
}

/**
 * Reads a directory's names. It is tried again when the directory was exchanged meanwhile, which mounting a snapshot on
 * first use does.
 */
async function enterDirectory(files: FileSystem, root: StoreRoot, path: string): Promise<Entered> {
  const where = pathBelow(root, path)
  let stat: BigIntStats | undefined
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      stat = await files.lstat(where)
      if (!stat.isDirectory()) return { kind: 'failed', reason: 'changed', stat }
      const entries = await files.readdir(where).catch((error) => {
        // Also what a name that vanished while its type was asked for looks like; whether it is the directory shows next.
        if (isAbsent(error)) return undefined
        throw error
      })
      const { dev, ino } = await files.lstat(where)
      if (!entries || dev !== stat.dev || ino !== stat.ino) continue
      if (!(await isInPlace(files, where))) return { kind: 'failed', reason: 'changed', stat }
      const frame: Frame = { path, dev, ino, names: [], at: 0, raw: new Map() }
      for (const entry of entries) addName(frame, entry.name, entry.isDirectory())
      frame.names.sort(byBytes)
      return { kind: 'entered', frame, stat }
    }
    return { kind: 'failed', reason: 'read-error', ...(stat && { stat }) }
  } catch (error) {
    if (isAbsent(error)) return { kind: 'absent' }
    if (isExhausted(error)) throw unavailable(`got ${codeOf(error)}`)
    return { kind: 'failed', reason: reasonOf(error), ...(stat && { stat }) }
  }
}

const byBytes = (a: string, b: string) => (a < b ? -1 : 1)

/**
 * A name that is not text stands in the listing as `./` and its bytes, escaped: no other key looks like that, since no
 * entry of a directory is called `.`.
 */
function addName(frame: Frame, name: Buffer, isDirectory: boolean): void {
  const bytes = name.toString('latin1')
  if (isUtf8(name)) return void frame.names.push(isDirectory ? `${bytes}/` : bytes)
  const shown = `./${bytes.replace(/[^ -[\]-~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)}`
  frame.names.push(shown)
  frame.raw.set(shown, bytes)
}
