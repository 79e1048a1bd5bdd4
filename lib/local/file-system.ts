import {
  type BigIntStats,
  closeSync,
  type Dirent,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  read,
  readSync,
  realpathSync,
} from 'node:fs'
import { type FileHandle, link, lstat, open, readdir, readlink, realpath, rename, unlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { readMountPoints } from './mount-points.ts'

/**
 * The calls a directory store makes. Paths are bytes, since names need not be text. Tests put faults in here that no
 * healthy disk has.
 */
export type FileSystem = {
  lstat(path: Buffer): Promise<BigIntStats>
  readdir(path: Buffer): Promise<Dirent<Buffer>[]>
  readlink(path: Buffer): Promise<Buffer>
  /** @returns the path without symbolic links */
  realpath(path: Buffer): Promise<Buffer>
  open(path: Buffer, flags: number): Promise<OpenFile>
  /** Makes a file that only its owner may read. Fails if `path` is taken. */
  create(path: Buffer): Promise<NewFile>
  rename(from: Buffer, to: Buffer): Promise<void>
  /** Fails if `to` is taken. */
  link(from: Buffer, to: Buffer): Promise<void>
  unlink(path: Buffer): Promise<void>
  /** Paths that something is mounted on; none where the system does not say. */
  mountPoints(): Promise<Buffer[]>
}

export type OpenFile = {
  stat(): Promise<BigIntStats>
  /** Reads what is at a position; 0 at the end. */
  read(buffer: Buffer, position: number): Promise<number>
  sync(): Promise<void>
  close(): Promise<void>
}

export type NewFile = {
  stat(): Promise<BigIntStats>
  /** Appends all of them. */
  write(bytes: Uint8Array): Promise<void>
  /** Gives it the owner, the group and the mode of another one. */
  becomeLike(other: BigIntStats): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** Every call waits in the thread pool. */
export const nodeFileSystem: FileSystem = {
  lstat: (path) => lstat(path, { bigint: true }),
  readdir: (path) => readdir(path, { encoding: 'buffer', withFileTypes: true }),
  readlink: (path) => readlink(path, { encoding: 'buffer' }),
  realpath: (path) => realpath(path, { encoding: 'buffer' }),
  open: async (path, flags) => toOpenFile(await open(path, flags)),
  create: async (path) => toNewFile(await open(path, 'wx', 0o600)),
  rename,
  link,
  unlink,
  mountPoints: readMountPoints,
}

/**
 * Answers about single files at once, without the thread pool: a small file is checked by several of them, and each would
 * wait longer for its turn than for its answer. So would reading a few bytes. Reading more, and listing, still waits, so that the
 * process stays responsive.
 */
export const promptFileSystem: FileSystem = {
  ...nodeFileSystem,
  lstat: async (path) => lstatSync(path, { bigint: true }),
  realpath: async (path) => realpathSync.native(path, { encoding: 'buffer' }),
  open: async (path, flags) => {
    const fd = openSync(path, flags)
    return {
      stat: async () => fstatSync(fd, { bigint: true }),
      read: async (buffer, position) =>
        buffer.length <= fewBytes
          ? readSync(fd, buffer, 0, buffer.length, position)
          : (await readInto(fd, buffer, 0, buffer.length, position)).bytesRead,
      sync: async () => fsyncSync(fd),
      close: async () => closeSync(fd),
    }
  },
}

const fewBytes = 64 * 1024

const readInto = promisify(read)

function toOpenFile(handle: FileHandle): OpenFile {
  return {
    stat: () => handle.stat({ bigint: true }),
    read: async (buffer, position) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
    sync: () => handle.sync(),
    close: () => handle.close(),
  }
}

function toNewFile(handle: FileHandle): NewFile {
  return {
    stat: () => handle.stat({ bigint: true }),
    write: (bytes) => handle.writeFile(bytes),
    async becomeLike({ uid, gid, mode }) {
      const own = await handle.stat({ bigint: true })
      if (own.uid !== uid || own.gid !== gid) await handle.chown(Number(uid), Number(gid))
      await handle.chmod(Number(mode) & 0o7777)
    },
    sync: () => handle.sync(),
    close: () => handle.close(),
  }
}

/** The system's word for what went wrong (`EIO`). Its message is never used: it quotes the path. */
export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : 'an unknown error'
}

/** There is nothing at that path. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error))
}

/** The process, not the store, is at its limits: worth a retry, and no statement about the file. */
export function isExhausted(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'].includes(codeOf(error))
}

/** What a failed call says about the thing at the path. */
export function reasonOf(error: unknown): 'access-denied' | 'read-error' {
  return ['EACCES', 'EPERM'].includes(codeOf(error)) ? 'access-denied' : 'read-error'
}
