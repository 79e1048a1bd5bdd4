import { latin1 } from '../latin-1.ts'
import type { Gap } from '../unverified.ts'

const formFeed = 0x0c
/** What ends a field of a table. */
const ends = new Set(Buffer.from('\t,;|"\'\r\n'))

const text = /^[ -\xff][\0\t\n\r -\xff]*$/
const padding = /[^\t,;|\r\n]*\0[^\t,;|\r\n]*/
/** A field, perhaps in quotes: its value, and the zeros behind it. */
const field = /^(["']?)([^\0"']*)(\0*)\1$/

/**
 * Whether a content begins with lines of a table of which a field is filled up with zero bytes to the same width in each (`FixedString` of ClickHouse, `char` of C): values of two lengths
 * show that the zeros are of no number, of which there would be always as many.
 */
export function isPaddedHead(head: Uint8Array): boolean {
  if (!head.includes(0)) return false
  const all = latin1(head)
  if (!text.test(all)) return false
  const lines = all.split('\n').slice(0, -1)
  const rows = lines.map((line) =>
    line
      .replace(/\r$/, '')
      .split(/[\t,;|]/)
      .map((each) => field.exec(each)),
  )
  const first = rows.findIndex((row) => row.some((each) => each !== null && each[3] !== ''))
  const column = rows[first]?.findIndex((each) => each !== null && each[3] !== '') ?? -1
  const padded = rows.slice(first).map((row) => row[column])
  if (column === -1 || padded.length < 2 || lines.some((line, at) => padding.test(line) && at < first)) return false
  const widths = new Set(padded.map((each) => each && each[2]!.length + each[3]!.length))
  return widths.size === 1 && !widths.has(undefined) && new Set(padded.map((each) => each![3]!.length)).size > 1
}

/** Lines of such a table: zero bytes stand at the ends of fields alone. */
export function paddedFields() {
  let offset = 0
  /** Where zeros began that nothing is behind yet; -1: there are none. */
  let zerosAt = -1
  let problem: Omit<Gap, 'path'> | undefined

  return {
    /** The next bytes, in memory of their own, with a form feed for each zero. */
    exchanged(chunk: Uint8Array): Buffer {
      const bytes = Buffer.from(chunk)
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]!
        if (byte === 0) {
          if (zerosAt === -1) zerosAt = offset + at
          bytes[at] = formFeed
        } else if (zerosAt !== -1) {
          if (!ends.has(byte))
            problem ??= {
              reason: 'not-text',
              offset: zerosAt,
              detail: 'separated: expected zeros at the end of a field',
            }
          zerosAt = -1
        }
      }
      offset += bytes.length
      return bytes
    },
    /** The last field may end where the content does. */
    end(): void {},
    /** The first problem so far. */
    problem: () => problem,
  }
}
