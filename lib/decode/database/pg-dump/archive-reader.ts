import { DecodingStopped } from '../../decoding.ts'
import type { StreamReader } from '../stream-reader.ts'

/** What the beginning of an archive says of its encoding. `minor`: of version 1. */
export type ArchiveForm = { minor: number; intSize: number; offsetSize: number }

/** A text of an archive; absent where it has none. */
export type ArchiveText = Buffer | undefined

/** Reads the primitives of an archive of pg_dump (pg_backup_archiver.c). */
export type ArchiveReader = {
  readonly stream: StreamReader
  byte(): Promise<number>
  int(): Promise<number>
  text(): Promise<ArchiveText>
  /** Whether a place is known (2), not known (1) or there is no data (3), and the place. */
  place(): Promise<{ state: number; offset: number }>
  stop(reason: 'corrupt' | 'limit' | 'truncated' | 'unsupported-format', expected: string): DecodingStopped
}

/** Definitions of views and functions are texts that are held in memory. */
const mostText = 2 ** 26

export function archiveReader(stream: StreamReader, form: ArchiveForm, path: readonly string[]): ArchiveReader {
  const stop: ArchiveReader['stop'] = (reason, expected) =>
    new DecodingStopped(reason, path, stream.offset, `pg_dump: expected ${expected}`)

  async function byte(): Promise<number> {
    return (await stream.take(1))[0]!
  }

  /** An unsigned number, least significant byte first. */
  async function unsigned(size: number): Promise<number> {
    const bytes = await stream.take(size)
    let value = 0
    for (let at = size - 1; at >= 0; at--) value = value * 256 + bytes[at]!
    if (!Number.isSafeInteger(value)) throw stop('corrupt', 'a number that can be')
    return value
  }

  async function int(): Promise<number> {
    const sign = await byte()
    if (sign > 1) throw stop('corrupt', 'the sign of a number')
    const value = await unsigned(form.intSize)
    return sign === 1 ? -value : value
  }

  return {
    ...{ stream, byte, int, stop },
    async text() {
      const length = await int()
      if (length < 0) return undefined
      if (length > mostText) throw stop('limit', `texts of at most ${mostText} bytes`)
      return Buffer.from(await stream.take(length))
    },
    async place() {
      return { state: await byte(), offset: await unsigned(form.offsetSize) }
    },
  }
}
