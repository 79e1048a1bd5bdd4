import { type BigIntStats, constants } from 'node:fs'
import { spareMemory } from '../decode/spare-memory.ts'
import type { UnverifiedReason } from '../decode/unverified.ts'
import { ReadFailed } from '../errors.ts'
import type { ByteRange, Chunks } from '../ports.ts'
import { waitForNextTick } from './change-tick.ts'
import { codeOf, type FileSystem, isAbsent, isExhausted, type OpenFile, reasonOf } from './file-system.ts'
import { isSameDescription } from './file-version.ts'
import { checkStoreRoot, isInPlace, pathsOf, type StoreRoot, unavailable } from './store-root.ts'

/** Measured: half the calls of 256 KiB at the same speed, and no faster beyond. */
const chunkBytes = 1 << 20

const takeMemory = spareMemory(chunkBytes)

/** A regular file that is what its key says: opened without following a link, in a directory that is where it seems. */
export type GuardedFile = {
  stat: BigIntStats
  chunks: Chunks
  /** Whether the file was read to its end, and is the one that was opened, with nothing about it changed since. */
  settle(): Promise<{ kind: 'unchanged' } | { kind: 'changed'; detail: string }>
  /** Whether the file that is open still is the version, and is the one at `path`. */
  isAt(path: Buffer): Promise<boolean>
  close(): Promise<void>
}

export type Guarded =
  | { kind: 'opened'; file: GuardedFile }
  | { kind: 'absent' }
  | { kind: 'failed'; reason: UnverifiedReason; detail: string }

const changed = { kind: 'failed', reason: 'changed', detail: 'it is another version than the listed one' } as const

/**
 * Opens the file at a key if `isVersion` accepts it. Nothing that is not a regular file is ever opened, short of one
 * that takes its place in the very moment; O_NONBLOCK then keeps a pipe from waiting for a writer.
 * @throws StoreUnavailable when nothing is there because the store is not there
 */
export async function openGuarded(
  files: FileSystem,
  root: StoreRoot,
  key: string,
  isVersion: (stat: BigIntStats) => boolean,
  range?: ByteRange,
): Promise<Guarded> {
  const { parent, path } = pathsOf(root, key)
  const isListed = (stat: BigIntStats) => stat.isFile() && isVersion(stat)
  let open: OpenFile | undefined
  try {
    const listed = await files.lstat(path)
    if (!isListed(listed)) return changed
    open = await files.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const file = open
    const isSame = (each: BigIntStats) =>
      each.dev === listed.dev && each.ino === listed.ino && (isSameDescription(each, listed) || isListed(each))
    const isAt = async (where: Buffer) => {
      const [opened, there] = await Promise.all([file.stat(), files.lstat(where)])
      return isSame(opened) && isSame(there)
    }
    // Whoever writes to it may set back all that a version is told by, but not the change time.
    const isUnchanged = (each: BigIntStats) => each.dev === listed.dev && isSameDescription(each, listed)
    const isSettled = async () => {
      const [opened, there, inPlace] = await Promise.all([file.stat(), files.lstat(path), isInPlace(files, parent)])
      return isUnchanged(opened) && isUnchanged(there) && inPlace
    }
    const [stat, inPlace] = await Promise.all([file.stat(), isInPlace(files, parent)])
    if (!isSame(stat) || !inPlace) {
      await file.close()
      return changed
    }
    await waitForNextTick(stat)
    return { kind: 'opened', file: toGuardedFile(file, stat, isAt, isSettled, range) }
  } catch (error) {
    await open?.close()
    if (isExhausted(error)) throw unavailable(`got ${codeOf(error)}`)
    if (isAbsent(error)) {
      await checkStoreRoot(files, root)
      return { kind: 'absent' }
    }
    // What the open says when a link has taken the file's place.
    if (codeOf(error) === 'ELOOP') return changed
    return { kind: 'failed', reason: reasonOf(error), detail: `opening it failed with ${codeOf(error)}` }
  }
}

function toGuardedFile(
  file: OpenFile,
  stat: BigIntStats,
  isAt: GuardedFile['isAt'],
  isSettled: () => Promise<boolean>,
  range?: ByteRange,
): GuardedFile {
  const from = range?.from ?? 0
  const size = (range?.to ?? Number(stat.size)) - from
  // Of a whole file, one byte more is asked for: a file that grows as fast as it is read would never end otherwise.
  const most = range === undefined ? size + 1 : size
  const progress: Progress = { bytes: 0, ended: false }
  return {
    stat,
    chunks: read(file, from, most, progress),
    async settle() {
      if (!progress.ended || progress.bytes !== size)
        return { kind: 'changed', detail: `expected to read ${size} bytes to the end, got ${progress.bytes}` }
      const settled = await isSettled().catch((error) => {
        if (isExhausted(error)) throw unavailable(`got ${codeOf(error)}`)
        return false
      })
      if (!settled) return { kind: 'changed', detail: 'it changed while it was read' }
      return { kind: 'unchanged' }
    },
    isAt,
    close: () => file.close(),
  }
}

/** What was read of a file, and whether that is all. */
type Progress = { bytes: number; ended: boolean }

async function* read(file: OpenFile, from: number, most: number, progress: Progress): Chunks {
  const { memory, giveBack } = takeMemory()
  try {
    while (progress.bytes < most) {
      const buffer = memory.subarray(0, Math.min(most - progress.bytes, chunkBytes))
      const at = from + progress.bytes
      const got = await file.read(buffer, at).catch((error) => {
        throw new ReadFailed(`store: read: expected bytes at ${at}, got ${codeOf(error)}`)
      })
      if (got === 0) break
      progress.bytes += got
      yield buffer.subarray(0, got)
    }
    progress.ended = true
  } finally {
    giveBack()
  }
}
