import type { Gap } from '../unverified.ts'

const lineFeed = 0x0a
const verticalTab = 0x0b
const formFeed = 0x0c
const carriageReturn = 0x0d
const fileSeparator = 0x1c

/** The first segment of a message, a batch or a file, which says what its signs are. */
const begins = /^\x0b(?:MSH|BHS|FHS)([^\w\s])[^\w\s]{3,5}\1/

/** Whether a content begins with a message of HL7 version 2 in a frame (MLLP), as what receives such keeps it. */
export function isHl7Head(head: Uint8Array): boolean {
  return head[0] === verticalTab && begins.test(Buffer.from(head.subarray(0, 16)).toString('latin1'))
}

/** Messages, each between a vertical tab and a file separator with a carriage return (HL7, Transport Specification: MLLP). */
export function hl7Frames() {
  let offset = 0
  /** The byte before; where a content begins, as behind a frame. */
  let before = fileSeparator
  let problem: Omit<Gap, 'path'> | undefined

  function refuse(at: number, expected: string): void {
    problem ??= { reason: 'not-text', offset: at, detail: `separated: expected ${expected}` }
  }

  return {
    /** The next bytes, in memory of their own, with a form feed for each sign of a frame. */
    exchanged(chunk: Uint8Array): Buffer {
      const bytes = Buffer.from(chunk)
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]!
        const isLineEnd = byte === carriageReturn || byte === lineFeed
        const wasLineEnd = before === carriageReturn || before === lineFeed
        if (byte === verticalTab && !wasLineEnd && before !== fileSeparator)
          refuse(offset + at, 'a message behind a line end')
        else if (before === verticalTab && !(byte >= 0x41 && byte <= 0x5a)) refuse(offset + at, 'a segment in a frame')
        else if (before === fileSeparator && byte !== verticalTab && !isLineEnd)
          refuse(offset + at, 'a line end behind a message')
        if (byte === verticalTab || byte === fileSeparator) bytes[at] = formFeed
        before = byte
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
