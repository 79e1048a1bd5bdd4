import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { ServiceUnavailable } from './errors.ts'
import type { IndexSource } from './subject-index/index-source.ts'

/** More is not read in one call. */
const mostBytes = 1 << 30

/**
 * A file that does not change, read where it is needed. It is opened for each reading, so that nothing is to be closed.
 * @throws ServiceUnavailable when it cannot be read, or has become shorter
 */
export function fileSource(path: string): IndexSource {
  return {
    size: guarded(() => statSync(path).size),
    read: (from, to) =>
      guarded(() => {
        const bytes = new Uint8Array(to - from)
        const file = openSync(path, 'r')
        try {
          for (let at = 0; at < bytes.length; ) {
            const got = readSync(file, bytes, at, Math.min(mostBytes, bytes.length - at), from + at)
            if (got === 0) throw new ServiceUnavailable('file: read: expected more bytes, got its end')
            at += got
          }
        } finally {
          closeSync(file)
        }
        return bytes
      }),
  }
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
