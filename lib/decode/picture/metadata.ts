import { byteSource } from '../byte-source.ts'
import { headLength } from '../checks/known-formats.ts'
import { textWriter } from '../database/row-writer.ts'
import { decodeMember } from '../decode-member.ts'
import { addGap, addStop, countMember, type Decoding } from '../decoding.ts'
import { inOne } from '../next-bytes.ts'
import type { UnverifiedReason } from '../unverified.ts'
import { withoutZerosBehind } from '../zeros.ts'

/** What a picture says beside what it shows: lines of `[...path, 'metadata']`, and contents of their own. */
export type Metadata = {
  readonly path: readonly string[]
  readonly decoding: Decoding
  /** A line of one text, without the zero bytes behind it; what is a content of a format that is read, or has several lines, is one of its own. */
  text(value: Uint8Array): Promise<void>
  /** A line of numbers. */
  numbers(values: Iterable<number | string>): Promise<void>
  /** A content of any format; `isMarkup`: see `Content`. */
  content(name: string, bytes: Uint8Array, isMarkup?: boolean): Promise<void>
  /** A path that no other content has: a second one of a name has a number. */
  pathOf(name: string): string[]
  gap(reason: UnverifiedReason, detail: string): void
  /** Whether there was a gap. */
  readonly hasGap: boolean
  /** Everything was written; of a picture that is damaged not all was. */
  end(isComplete?: boolean): Promise<void>
}

const zero = 0
const lineFeed = 0x0a

/** `format`: its name, in front of details. */
export function metadataOf(format: string, path: readonly string[], decoding: Decoding): Metadata {
  const rows = textWriter([...path, 'metadata'], decoding)
  const names = new Map<string, number>()
  let hasGap = false

  function pathOf(name: string): string[] {
    const count = (names.get(name) ?? 0) + 1
    names.set(name, count)
    return [...path, count === 1 ? name : `${name}-${count}`]
  }

  async function content(name: string, bytes: Uint8Array, isMarkup = false): Promise<void> {
    if (bytes.length === 0) return
    countMember(decoding, path)
    await decodeMember({ source: byteSource(inOne(bytes)), path: pathOf(name), isMarkup }, decoding)
  }

  return {
    path,
    decoding,
    content,
    pathOf,
    async text(value) {
      const text = withoutZerosBehind(value)
      if (text.length === 0) return
      if (text.indexOf(lineFeed) !== -1 || decoding.isContainer(text.subarray(0, headLength)))
        return content('text', text)
      rows.cell(text)
      await rows.endRow()
    },
    async numbers(values) {
      for (const value of values) rows.ascii(String(value))
      await rows.endRow()
    },
    gap(reason, detail) {
      hasGap = true
      addGap(decoding, { reason, path, offset: 0, detail: `${format}: ${detail}` })
    },
    get hasGap() {
      return hasGap
    },
    end: rows.end,
  }
}

/**
 * The texts between zero bytes. Where all but a mark are single characters, as in UTF-16 and UTF-32, they stay as they are written, which is no text.
 */
export function textsBetweenZeros(bytes: Uint8Array): Uint8Array[] {
  const texts: Uint8Array[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(zero, from)
    const to = end === -1 ? bytes.length : end
    if (to > from) texts.push(bytes.subarray(from, to))
    from = to + 1
  }
  return texts.length > 2 && texts.slice(1).every(({ length }) => length === 1) ? [bytes] : texts
}

/** Does what may stop: then the stop is a gap, and what comes behind is read all the same, unless a limit of the whole object was reached. */
export async function unlessStopped(decoding: Decoding, task: () => Promise<void>): Promise<void> {
  try {
    await task()
  } catch (error) {
    if (decoding.exhausted) throw error
    addStop(decoding, error)
  }
}
