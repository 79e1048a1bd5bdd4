import { latin1 } from '../latin-1.ts'
import type { Gap } from '../unverified.ts'

const lineFeed = 0x0a
const formFeed = 0x0c
const groupSeparator = 0x1d
/** Bytes in which a line says that it is a record. */
const begins = [Buffer.from('type='), Buffer.from('node=')]
const beginLength = 5

/** Whether a content begins with a record of Linux's audit daemon, as a log or as what `ausearch --raw` writes. */
export function isAuditHead(head: Uint8Array): boolean {
  if (!begins.some((begin) => begin.every((byte, at) => head[at] === byte))) return false
  const text = latin1(head)
  return /^(?:node=[!-~]+ )?type=[A-Z][A-Z\d_]* msg=audit\(\d+\.\d+:\d+\):/.test(text)
}

/**
 * Records of the audit daemon, each a line. Behind what the kernel says there is a group separator in it, and then what its numbers were on this machine (`UID="bob"`):
 * `log_format = ENRICHED`, which is what distributions set.
 */
export function auditLines() {
  const line = Buffer.alloc(beginLength)
  let offset = 0
  /** Bytes of the line, and where it has a separator; -1: nowhere. */
  let length = 0
  let separatorAt = -1
  let problem: Omit<Gap, 'path'> | undefined

  function refuse(at: number): void {
    problem ??= { reason: 'not-text', offset: at, detail: 'separated: expected one group separator in a record' }
  }

  return {
    /** The next bytes, in memory of their own, with a form feed for each separator. */
    exchanged(chunk: Uint8Array): Buffer {
      const bytes = Buffer.from(chunk)
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]!
        if (length < beginLength) line[length] = byte
        length++
        if (byte === lineFeed) {
          length = 0
          separatorAt = -1
        } else if (byte === groupSeparator) {
          if (separatorAt !== -1 || !begins.some((begin) => begin.equals(line))) refuse(offset + at)
          separatorAt = offset + at
          bytes[at] = formFeed
        } else if (separatorAt === offset + at - 1 && separatorAt !== -1 && !isCapital(byte)) refuse(separatorAt)
      }
      offset += bytes.length
      return bytes
    },
    /** Nothing is missing where the last record is still being written. */
    end(): void {},
    /** The first problem so far. */
    problem: () => problem,
  }
}

const isCapital = (byte: number) => byte >= 0x41 && byte <= 0x5a
