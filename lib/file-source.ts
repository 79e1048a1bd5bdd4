import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { ServiceUnavailable } from './errors.ts'
import type { IndexSource } from './subject-index/index-source.ts'

/** More is not read in one call. */
const mostBytes = 1 << 30

/** Files of sources that nobody has any more. */
const abandoned = new FinalizationRegistry<number>((file) => closeSync(file))

/**
 * A file that does not change, read where it is needed; it is open from the first reading until nobody has the source any more.
 * @throws ServiceUnavailable when it cannot be read, or has become shorter
 */
export function fileSource(path: string): IndexSource {
  let opened: number | undefined
  const source: IndexSource = {
    size: guarded(() => statSync(path).size),
    read: (from, to, memory) =>
      guarded(() => {
        opened ??= open(source, path)
        const bytes = memory ?? new Uint8Array(to - from)
        for (let at = 0; at < bytes.length; ) {
          const got = readSync(opened, bytes, at, Math.min(mostBytes, bytes.length - at), from + at)
          if (got === 0) throw new ServiceUnavailable('file: read: expected more bytes, got its end')
          at += got
        }
        return bytes
      }),
  }
  return source
}

function open(source: IndexSource, path: string): number {
  const file = openSync(path, 'r')
  abandoned.register(source, file)
  return file
}

/** The words of the system name the file: they stay in `cause`. */
function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof ServiceUnavailable) throw cause
    throw new ServiceUnavailable(`file: read: expected bytes, got ${(cause as NodeJS.ErrnoException).code}`, { cause })
  }
}
