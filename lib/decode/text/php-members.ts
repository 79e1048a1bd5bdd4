import { latin1 } from '../latin-1.ts'
import type { Gap } from '../unverified.ts'

const formFeed = 0x0c
const quote = 0x22
const longestClass = 256
/** Of classes, also of those without a name (`class@anonymous` and a path), from 0x80 on as well. */
const isOfName = (byte: number) => byte > 0x20 && byte !== quote && byte !== 0x7f

/** An array or an object; in a cache of Laravel behind the second in which it ends, in a session behind its name. */
const begins = /^(?:\d{10}|[\w.-]{1,64}\|)?(?:a:\d+:\{|O:\d+:"[\w\\]+":\d+:\{)/

/** Whether a content begins as PHP's `serialize` writes an array or an object. */
export function isPhpHead(head: Uint8Array): boolean {
  return begins.test(latin1(head.subarray(0, 400)))
}

/**
 * What `serialize` writes. Names of members that are private or protected have the name of their class, or `*`, between two zero bytes behind their quote (`s:8:"\0User\0id";`), and there are no others. Texts are in
 * quotes behind their lengths.
 */
export function phpMembers() {
  let offset = 0
  let before = 0
  /** Where the first of two zeros is, behind which the name of a class goes on; -1: nowhere. */
  let classAt = -1
  let problem: Omit<Gap, 'path'> | undefined

  function refuse(at: number): void {
    problem ??= { reason: 'not-text', offset: at, detail: 'separated: expected zeros around the name of a class' }
  }

  return {
    /** The next bytes, in memory of their own, with a form feed for each zero. */
    exchanged(chunk: Uint8Array): Buffer {
      const bytes = Buffer.from(chunk)
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]!
        if (byte === 0) {
          if (classAt === -1 && before !== quote) refuse(offset + at)
          if (classAt === offset + at - 1) refuse(offset + at)
          classAt = classAt === -1 ? offset + at : -1
          bytes[at] = formFeed
        } else if (classAt !== -1 && (!isOfName(byte) || offset + at - classAt > longestClass)) {
          refuse(classAt)
          classAt = -1
        }
        before = byte
      }
      offset += bytes.length
      return bytes
    },
    end(): void {
      if (classAt !== -1) refuse(classAt)
    },
    /** The first problem so far. */
    problem: () => problem,
  }
}
