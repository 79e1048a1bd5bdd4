import { type BigIntStats, constants } from 'node:fs'
import type { Sink } from '../decode/sink.ts'
import type { Chunks } from '../ports.ts'
import { codeOf, type FileSystem, isAbsent, type NewFile, type OpenFile } from './file-system.ts'

/** A file that may take the place of another one. */
export type ReplacementFile = {
  sink: Sink
  /** After the sink has ended: has it on the disk, with the rights of the other one, and asks about its bytes. Why it cannot be used; absent: it can. */
  settle(isAsWritten: IsAsWritten): Promise<string | undefined>
  /** Gives it the name `path` instead of its own, if that is free; why not otherwise. */
  placeAt(path: Buffer): Promise<string | undefined>
  /** Whether a file at `path` has the same bytes: an earlier call placed it. */
  isAlreadyAt(path: Buffer): Promise<boolean>
  /** Unless it was placed, it goes, also what an earlier call left of it. */
  discard(): Promise<void>
}

export type IsAsWritten = (chunks: Chunks) => Promise<boolean>

/** What is held before a file is made: of a version that goes as a whole there are a few bytes at most. */
const heldAtMost = 1 << 20
const chunkBytes = 1 << 20

/**
 * A file at `path`, made when there is something to write, to take the place of the one that `like` describes. What an earlier call left there is
 * removed. A fault is no exception: `settle` has it.
 */
export function replacementAt(files: FileSystem, path: Buffer, like: BigIntStats): ReplacementFile {
  const held: Buffer[] = []
  let heldBytes = 0
  let file: NewFile | undefined
  let problem: string | undefined
  let isAsWritten: IsAsWritten | undefined

  const second = secondOf(path)
  const attempt = async (step: () => Promise<unknown>): Promise<void> => {
    if (problem !== undefined) return
    try {
      await step()
    } catch (error) {
      problem = `another one could not be written beside it: ${codeOf(error)}`
    }
  }
  const writeHeld = () =>
    attempt(async () => {
      if (file === undefined) {
        await removeLeftover(files, path)
        file = await files.create(path)
      }
      for (const bytes of held.splice(0)) await file.write(bytes)
      heldBytes = 0
    })

  return {
    sink: {
      async write(bytes) {
        if (problem !== undefined) return
        held.push(Buffer.from(bytes))
        heldBytes += bytes.length
        if (heldBytes >= heldAtMost) await writeHeld()
      },
      end() {},
    },
    async settle(asWritten) {
      isAsWritten = asWritten
      await writeHeld()
      await attempt(() => file!.becomeLike(like))
      await attempt(() => file!.sync())
      await attempt(() => requireLinks(files, path, second))
      await attempt(async () => {
        if (!(await isReadAs(files, path, asWritten)))
          problem = 'another one was written beside it, and does not read as it was written'
      })
      return problem
    },
    async placeAt(place) {
      await attempt(async () => {
        const own = await file!.stat()
        // Another run over the same store writes to the same name.
        const requireOwn = async (at: Buffer) => {
          const there = await files.lstat(at)
          if (there.dev !== own.dev || there.ino !== own.ino)
            problem = 'another one was written beside it, and was exchanged'
        }
        await requireOwn(path)
        if (problem !== undefined) return
        await files.link(path, place)
        await requireOwn(place)
        if (problem === undefined) await files.unlink(path)
      })
      return problem
    },
    isAlreadyAt: (place) => isReadAs(files, place, isAsWritten!).catch(() => false),
    async discard() {
      await file?.close()
      await removeUnplaced(files, path)
    },
  }
}

const secondOf = (path: Buffer) => Buffer.concat([path, Buffer.from('-')])

/** What was written at `path`, now or by an earlier call, and did not get its place. */
export async function removeUnplaced(files: FileSystem, path: Buffer): Promise<void> {
  for (const each of [path, secondOf(path)]) await files.unlink(each).catch(() => {})
}

async function removeLeftover(files: FileSystem, path: Buffer): Promise<void> {
  const there = await files.lstat(path).catch((error) => {
    if (isAbsent(error)) return undefined
    throw error
  })
  if (there?.isFile()) await files.unlink(path)
}

/** A name is given by a link, which takes none that is in use: a file system without links is told before anything is moved. */
async function requireLinks(files: FileSystem, path: Buffer, second: Buffer): Promise<void> {
  await removeLeftover(files, second)
  await files.link(path, second)
  await files.unlink(second)
}

/** Whether the file at a path is one of which `isAsWritten` says so. */
export async function isReadAs(files: FileSystem, path: Buffer, isAsWritten: IsAsWritten): Promise<boolean> {
  const file = await files.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return (await file.stat()).isFile() && (await isAsWritten(read(file)))
  } finally {
    await file.close()
  }
}

async function* read(file: OpenFile): Chunks {
  const buffer = Buffer.alloc(chunkBytes)
  for (let at = 0; ; ) {
    const got = await file.read(buffer, at)
    if (got === 0) return
    at += got
    yield buffer.subarray(0, got)
  }
}
