import { textCheck } from '../checks/text-check.ts'
import type { Gap } from '../unverified.ts'
import type { Separator } from './separated-head.ts'

const itemSeparators = [0x02, 0x03]
const lineFeed = 0x0a
const formFeed = 0x0c
const carriageReturn = 0x0d
const tab = 0x09

/** What a byte is. Of other text none is 0. */
const [ofField, inField, ofLine, ofNone] = [1, 2, 3, 4]

function kindsOf(separator: Separator): Uint8Array {
  const kinds = new Uint8Array(256).fill(ofNone, 0, 0x20)
  for (const byte of [tab, carriageReturn]) kinds[byte] = 0
  for (const byte of itemSeparators) kinds[byte] = inField
  kinds[lineFeed] = ofLine
  kinds[separator] = ofField
  return kinds
}

/**
 * The lines of a table of separated fields, one behind the other. Each has as many fields as the first one and ends in a line feed, and there are no control bytes but tabs and carriage
 * returns. It is UTF-8: where bytes from 0x80 are few there may as well be records in which the last byte of each text is one (Kryo).
 */
export function separatedLines(separator: Separator) {
  const kinds = kindsOf(separator)
  const text = textCheck()
  let offset = 0
  let lineAt = 0
  let count = 0
  let expected = 0
  let problem: Omit<Gap, 'path'> | undefined

  function refuse(at: number, detail: string): void {
    problem ??= { reason: 'not-text', offset: at, detail: `separated: expected ${detail}` }
  }

  function endLine(next: number): void {
    if (lineAt === 0) expected = count
    if (count !== expected) refuse(lineAt, 'as many fields in each line')
    lineAt = next
    count = 0
  }

  return {
    /** The next bytes, in memory of their own, with other signs between fields. */
    exchanged(chunk: Uint8Array): Buffer {
      const bytes = Buffer.from(chunk)
      for (let at = 0; at < bytes.length; at++) {
        const kind = kinds[bytes[at]!]!
        if (kind === 0) continue
        if (kind === ofLine) endLine(offset + at + 1)
        else if (kind === ofNone) refuse(offset + at, 'no other control bytes')
        else {
          if (kind === ofField) count++
          bytes[at] = formFeed
        }
      }
      text.write(bytes)
      offset += bytes.length
      return bytes
    },
    /** All of it was there. */
    end(): void {
      text.end()
      if (lineAt < offset) refuse(lineAt, 'a line end behind each line')
    },
    /** The first problem so far. */
    problem(): Omit<Gap, 'path'> | undefined {
      const other = text.problem()
      return other !== undefined && (problem === undefined || other.offset < problem.offset) ? other : problem
    },
  }
}
