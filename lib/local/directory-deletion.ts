import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import type { StoreConfig } from '../config.ts'
import { EvidenceConflict, ReadFailed } from '../errors.ts'
import type { ListedVersion } from '../inventory/object-version.ts'
import type { Chunks, Condemned, Deleted, Judge, StoreDeletion, StoreDeletions } from '../ports.ts'
import { directoryOf } from './directory-store.ts'
import { codeOf, type FileSystem, isAbsent, nodeFileSystem, type OpenFile } from './file-system.ts'
import { contentOf, isSameContent } from './file-version.ts'
import { type GuardedFile, openGuarded } from './guarded-file.ts'
import { isReadAs, type ReplacementFile, removeUnplaced, replacementAt } from './replacement-file.ts'
import { snapshotOf } from './snapshot-path.ts'
import { mountPointsBelow, openStoreRoot, pathsOf, type StoreRoot, toBytes } from './store-root.ts'

/** The deleting side of directories as stores. */
export function directoryDeletions(files?: FileSystem): StoreDeletions {
  return {
    open: async (store: StoreConfig) => {
      const mayRewrite = store.channel.kind === 'delete-files' && store.channel.rewrite === true
      return openDirectoryDeletion(directoryOf(store).root, files, mayRewrite)
    },
  }
}

/**
 * Deletes files of one directory store, or puts others without records of subjects in their places; never a directory, a link, a special file, anything in a snapshot or on another
 * file system than the root's. A file is told by size, modification time and inode: deleting one of two hard links changes
 * the other's change time.
 *
 * 1. the file is opened and judged by all its bytes (a crash leaves it untouched)
 * 2. it is moved aside, to a name beside it that follows from the version, never from the key, which may hold an
 *    identifier: from here on nobody who replaces the file
 *    at its key can have the new one deleted in its stead (a crash leaves it aside; a repetition judges it there)
 * 3. what was moved is compared with what was judged, and put back if it is another file or has changed
 * 4. it is unlinked (a crash after that: a repetition finds it gone)
 *
 * What is to take its place is written beside it in 1, and read back; it gets its name between 3 and 4, if nobody else has it by then (a crash after that:
 * a repetition finds it there).
 *
 * @throws StoreUnavailable when the root is missing or is not a directory
 */
export async function openDirectoryDeletion(
  directory: string,
  files: FileSystem = nodeFileSystem,
  mayRewrite = false,
): Promise<StoreDeletion> {
  const root = { ...(await openStoreRoot(files, directory)), mayRewrite }
  return {
    async deleteVersions(condemned) {
      const deleted: Deleted[] = []
      for (const each of condemned) deleted.push(await deleteVersion(files, root, each))
      return deleted
    },
    /** A directory has none. */
    removeRemnants: async (remnants) => remnants.map(() => ({ kind: 'kept', reason: 'it is not a current file' })),
  }
}

type Root = StoreRoot & { mayRewrite: boolean }

async function deleteVersion(files: FileSystem, root: Root, condemned: Condemned): Promise<Deleted> {
  const reason = protectionOf(condemned.version)
  if (reason !== undefined) return { kind: 'kept', reason }
  const { key } = condemned.version
  const deleted = await deleteAt(files, root, condemned, key)
  if (deleted.kind !== 'gone' && deleted.kind !== 'changed') return deleted
  const aside = await deleteAt(files, root, condemned, besideKeyOf(condemned.version, 'deleting'))
  if (aside.kind !== 'gone' && aside.kind !== 'changed') return aside
  if (root.mayRewrite) await removeUnplaced(files, pathsOf(root, besideKeyOf(condemned.version, 'rewriting')).path)
  // Who had it open when an earlier call moved it may have written to it since.
  if (aside.kind === 'changed') return { kind: 'kept', reason: exchanged + stranded }
  return deleted.kind === 'gone' ? deleted : await rewrittenAt(files, root, condemned, deleted.reason)
}

/** Another file is in its place, and it is nowhere else: the one that an earlier call put there, or somebody else. */
async function rewrittenAt(
  files: FileSystem,
  root: StoreRoot,
  { version, rewritten }: Condemned,
  reason: string,
): Promise<Deleted> {
  const expected = await rewritten?.()
  if (expected === undefined) return { kind: 'kept', reason }
  const isIt = await isReadAs(files, pathsOf(root, version.key).path, async (chunks) => {
    const hash = createHash('sha256')
    for await (const chunk of chunks) hash.update(chunk)
    return hash.digest('hex') === expected.sha256
  }).catch(() => false)
  return isIt ? { kind: 'rewritten', records: expected.records } : { kind: 'kept', reason }
}

/** Why a version must not be touched at all; absent: it may be looked at. */
function protectionOf(version: ListedVersion): string | undefined {
  if (snapshotOf(version.key) !== undefined || version.protection?.code === 'read-only-snapshot')
    return 'it lies in a read-only snapshot'
  if (version.protection) return `it is under ${version.protection.code}`
  if (version.kind !== 'object' || !version.current) return 'it is not a current file'
  return undefined
}

/** Where a file waits between its judgement and its end, and where the one that takes its place is written: beside its place. */
function besideKeyOf({ key, versionId }: ListedVersion, doing: 'deleting' | 'rewriting'): string {
  const beside = [...key.split('/').slice(0, -1), `.odv-${doing}-${contentOf(versionId)}`].join('/')
  // One that was moved aside by an earlier run, and could not be moved back, is listed under that name.
  return beside === key ? `${beside}-` : beside
}

async function deleteAt(
  files: FileSystem,
  root: Root,
  { version, judge }: Condemned,
  key: string,
): Promise<Deleted | { kind: 'changed'; reason: string }> {
  const isListed = (stat: BigIntStats) => Number(stat.size) === version.size && isSameContent(version.versionId, stat)
  const guarded = await openGuarded(files, root, key, isListed)
  switch (guarded.kind) {
    case 'absent':
      return { kind: 'gone' }
    case 'failed':
      return { kind: guarded.reason === 'changed' ? 'changed' : 'kept', reason: guarded.detail }
    case 'opened':
      break
    default:
      return guarded satisfies never
  }
  const { file } = guarded
  const replacement = root.mayRewrite
    ? replacementAt(files, pathsOf(root, besideKeyOf(version, 'rewriting')).path, file.stat)
    : undefined
  try {
    // A share of somebody else may be mounted below the root: it is not what the configuration names.
    if (file.stat.dev !== root.dev || (await isBelowMount(files, root, key)))
      return { kind: 'kept', reason: 'it lies on another file system than the store' }
    const places = {
      at: pathsOf(root, key).path,
      own: pathsOf(root, version.key).path,
      aside: pathsOf(root, besideKeyOf(version, 'deleting')),
    }
    // What an earlier call moved aside is given its name again.
    const keepIt = (reason: string): Deleted | Promise<Deleted> =>
      key === version.key ? { kind: 'kept', reason } : putBack(files, places.at, places.own, reason)
    const judged = await judgeAll(file, (chunks) => judge(chunks, replacement?.sink))
    if (judged.kind === 'keep') return await keepIt(judged.reason)
    const settled = await file.settle()
    if (settled.kind === 'changed') return await keepIt(settled.detail)
    if (judged.kind === 'delete') return await removeJudged(files, file, places)
    if (replacement === undefined)
      throw new EvidenceConflict('deletion: expected no rewriting, which the channel does not say')
    const problem = await replacement.settle(judged.isAsWritten)
    if (problem !== undefined) return await keepIt(problem)
    const removed = await removeJudged(files, file, places, replacement)
    return removed.kind === 'deleted' ? { kind: 'rewritten', records: judged.records } : removed
  } finally {
    await replacement?.discard()
    await file.close()
  }
}

/** Whether a file, or a directory around it, is one that something is mounted on. */
async function isBelowMount(files: FileSystem, root: StoreRoot, key: string): Promise<boolean> {
  const path = `${toBytes(key)}/`
  return [...(await mountPointsBelow(files, root))].some((point) => path.startsWith(point))
}

const exchanged = 'it was exchanged or changed when it was to be deleted'
const stranded =
  ', and its name could not be given back to it: it lies whole beside its place, under a name that begins with .odv-deleting-'

/** A medium that fails keeps the file: what was not read to its end was not judged. */
async function judgeAll({ chunks }: { chunks: Chunks }, judge: Judge): ReturnType<Judge> {
  try {
    return await judge(chunks)
  } catch (error) {
    if (error instanceof ReadFailed) return { kind: 'keep', reason: 'it could not be read to its end' }
    throw error
  }
}

/** Where the judged file is, where it was listed, and where it waits for its end. */
type Places = { at: Buffer; own: Buffer; aside: { parent: Buffer; path: Buffer } }

async function removeJudged(
  files: FileSystem,
  file: GuardedFile,
  { at, own, aside }: Places,
  replacement?: ReplacementFile,
): Promise<Deleted> {
  const keepIt = (reason: string) => putBack(files, aside.path, own, reason)
  try {
    if (!at.equals(aside.path)) {
      if (!(await isFree(files, aside.path))) return { kind: 'kept', reason: 'the name it is moved to is taken' }
      await files.rename(at, aside.path)
    }
  } catch (error) {
    return { kind: 'kept', reason: isAbsent(error) ? exchanged : `the store refused with ${codeOf(error)}` }
  }
  if (!(await file.isAt(aside.path).catch(() => false))) return await keepIt(exchanged)
  const problem = await replacement?.placeAt(own)
  if (problem !== undefined && !(await replacement!.isAlreadyAt(own))) return await keepIt(problem)
  if (replacement !== undefined) {
    // Power may go at any time: what takes its place is on the disk first.
    const unsynced = await syncNames(files, aside.parent)
    if (unsynced !== undefined) return await keepIt(`the store refused with ${unsynced}`)
    // Who had the file open may have written to it since, and another run may have moved something else here.
    if (!(await file.isAt(aside.path).catch(() => false))) return await keepIt(exchanged)
  }
  try {
    await files.unlink(aside.path)
  } catch (error) {
    // Gone by another run, or by a first try whose answer a network lost. What took its place is the last of it then.
    if (!isAbsent(error)) return await keepIt(`the store refused with ${codeOf(error)}`)
  }
  await syncNames(files, aside.parent)
  return { kind: 'deleted', bytes: Number(file.stat.size) }
}

async function isFree(files: FileSystem, path: Buffer): Promise<boolean> {
  return files.lstat(path).then(() => false, isAbsent)
}

/**
 * By a link, which takes no name that is in use again. If that fails, as on file systems without links, the file stays where it
 * is, and the reason says so: a rename could end a file that came to its place meanwhile.
 */
async function putBack(files: FileSystem, aside: Buffer, path: Buffer, reason: string): Promise<Deleted> {
  try {
    await files.link(aside, path)
  } catch {
    return { kind: 'kept', reason: reason + ((await isFree(files, aside)) ? '' : stranded) }
  }
  await files.unlink(aside).catch(() => {})
  return { kind: 'kept', reason }
}

/** @returns why not, unless it is a file system that cannot. Whether a file is gone for good is for the next listing to say. */
async function syncNames(files: FileSystem, directory: Buffer): Promise<string | undefined> {
  let open: OpenFile | undefined
  try {
    open = await files.open(directory, constants.O_RDONLY)
    await open.sync()
    return undefined
  } catch (error) {
    return cannotSync.includes(codeOf(error)) ? undefined : codeOf(error)
  } finally {
    await open?.close()
  }
}

const cannotSync = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EBADF', 'EACCES', 'EPERM']
