import { latin1 } from '../latin-1.ts'
import type { Gap } from '../unverified.ts'

const separator = 0x01
const formFeed = 0x0c
const equals = 0x3d
/** Of the last field of a message, its checksum. */
const lastTag = 10

/** A standard header, behind the time that a log has before it, or behind other lines. */
const header = /^[\t\n\r -\xff]*?8=FIXT?\.\d\.\d\x019=\d+\x0135=/

/** Whether a content begins with a message of FIX (tag=value encoding), the protocol of exchanges and brokers. */
export function isFixHead(head: Uint8Array): boolean {
  if (!head.includes(separator)) return false
  return header.test(latin1(head))
}

/**
 * Messages of FIX, with or without a line and a time for each. Behind every value there is ^A, and behind that the number of the next field, or
 * whatever a log has behind a message.
 */
export function fixMessages() {
  let offset = 0
  /** Of the field at hand; 0: none. */
  let tag = 0
  let place: 'behind' | 'tag' | 'value' = 'value'
  let problem: Omit<Gap, 'path'> | undefined

  function take(byte: number, at: number): void {
    const digit = byte - 0x30
    if (byte === separator) {
      if (place !== 'value') refuse(at)
      place = 'behind'
    } else if (place === 'value') return
    else if (digit >= 0 && digit <= 9) {
      tag = place === 'tag' ? Math.min(tag * 10 + digit, 2 ** 31) : digit
      place = 'tag'
    } else if (place === 'tag' && byte === equals) place = 'value'
    else {
      if (place === 'tag' || tag !== lastTag) refuse(at)
      tag = 0
      place = 'value'
    }
  }

  function refuse(at: number): void {
    problem ??= { reason: 'not-text', offset: at, detail: 'separated: expected a number and = behind each ^A' }
  }

  return {
    /** The next bytes, in memory of their own, with a form feed for each separator. */
    exchanged(chunk: Uint8Array): Buffer {
      const bytes = Buffer.from(chunk)
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]!
        if (place === 'value' && byte !== separator) continue
        take(byte, offset + at)
        if (byte === separator) bytes[at] = formFeed
      }
      offset += bytes.length
      return bytes
    },
    /** Nothing is missing where the last message is still being written. */
    end(): void {},
    /** The first problem so far. */
    problem: () => problem,
  }
}
