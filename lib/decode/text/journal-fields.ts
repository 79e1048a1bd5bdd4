import { latin1 } from '../latin-1.ts'
import type { Gap } from '../unverified.ts'

const lineFeed = 0x0a
const formFeed = 0x0c
const equals = 0x3d
const lengthSize = 8

const begins = /^__CURSOR=[!-~]+\n__(?:REALTIME|MONOTONIC)_TIMESTAMP=\d+\n/

/** Whether a content begins with an entry of systemd's journal as `journalctl -o export` writes it. */
export function isJournalHead(head: Uint8Array): boolean {
  if (head[0] !== 0x5f || head[2] !== 0x43) return false
  return begins.test(latin1(head))
}

/**
 * Entries of systemd's journal (Journal Export Formats): a line for each field, and an empty one behind each entry. A text of several lines, or with control characters, stands in the line
 * behind its name, behind its length in eight bytes. These are form feeds in what is delivered; where no length ends at a line end there is a gap.
 */
export function journalFields() {
  let offset = 0
  let place: 'name' | 'value' | 'length' | 'data' | 'end' = 'name'
  let nameLength = 0
  /** Bytes of the length, or of the data, that are still to come. */
  let rest = 0
  let length = 0
  let problem: Omit<Gap, 'path'> | undefined

  function refuse(at: number, expected: string): void {
    problem ??= { reason: 'not-text', offset: at, detail: `separated: expected ${expected}` }
    place = 'value'
  }

  function take(byte: number, at: number): void {
    if (place === 'end') {
      if (byte === lineFeed) place = 'name'
      else refuse(at, 'a line end behind data of the length that is said')
    } else if (byte === equals && nameLength > 0) place = 'value'
    else if (byte !== lineFeed) {
      nameLength++
      if (!isOfName(byte)) refuse(at, 'names of fields')
    } else if (nameLength > 0) {
      ;[place, rest, length] = ['length', lengthSize, 0]
    }
    if (place !== 'name') nameLength = 0
  }

  return {
    /** The next bytes, in memory of their own, with form feeds for lengths. */
    exchanged(chunk: Uint8Array): Buffer {
      const bytes = Buffer.from(chunk)
      for (let at = 0; at < bytes.length; ) {
        if (place === 'value') {
          const end = bytes.indexOf(lineFeed, at)
          if (end !== -1) place = 'name'
          at = end === -1 ? bytes.length : end + 1
        } else if (place === 'data') {
          const taken = Math.min(rest, bytes.length - at)
          rest -= taken
          at += taken
          if (rest === 0) place = 'end'
        } else if (place === 'length') {
          length += bytes[at]! * 256 ** (lengthSize - rest)
          bytes[at++] = formFeed
          rest--
          if (rest === 0) [place, rest] = [length === 0 ? 'end' : 'data', length]
        } else {
          take(bytes[at]!, offset + at)
          at++
        }
      }
      offset += bytes.length
      return bytes
    },
    /** All of it was there; an entry may be without its empty line. */
    end(): void {
      if (place === 'length' || place === 'data') refuse(offset, 'data of the length that is said')
    },
    /** The first problem so far. */
    problem: () => problem,
  }
}

const isOfName = (byte: number) => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f
