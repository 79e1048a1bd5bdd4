import { latin1 } from '../latin-1.ts'
import type { Gap } from '../unverified.ts'

const formFeed = 0x0c
const separator = 0x14
/** What stands between two fields, and between two records. */
const ofEnds = new Set([0x0a, 0x0d, separator])
/** þ in UTF-8, and where each character is a byte. */
const [lead, trail, single] = [0xc3, 0xbe, 0xfe]
const beginning = /^(?:\xef\xbb\xbf)?(?:\xc3\xbe[^\xc3\n\x14]*\xc3\xbe\x14\xc3\xbe|\xfe[^\xfe\n\x14]*\xfe\x14\xfe)/

/** Whether a content begins like a load file of Concordance, in which programs for reviews of documents hand these on (`.dat`): all fields are in þ, with ^T between them. */
export const isLoadFileHead = (head: Uint8Array): boolean => beginning.test(latin1(head))

/**
 * Lines of such a file, with a form feed for each ^T, which stands between þ and þ alone. Where þ is one byte it is one as well, since of empty fields more stand in a row than text in eight bits has: there it
 * begins and ends fields alone, as in other encodings (GBK) it may be of a character.
 */
export function quotedFields() {
  let offset = 0
  let [before, last] = [-1, -1]
  /** Bytes in which the þ behind a ^T has to be there. */
  let awaited = 0
  let isUtf8 = false
  /** The last byte is a þ behind which a field ends. */
  let isClosing = false
  let problem: Omit<Gap, 'path'> | undefined

  const isQuote = (first: number, second: number) => (isUtf8 ? first === lead && second === trail : second === single)

  function look(byte: number): boolean {
    // Also behind a byte order mark.
    if (last === -1) isUtf8 = byte !== single
    if (awaited > 0 && --awaited === 0 && !isQuote(last, byte)) return false
    if (byte === separator) {
      if (!isQuote(before, last)) return false
      awaited = isUtf8 ? 2 : 1
    }
    if (isClosing && !ofEnds.has(byte)) return false
    isClosing = !isUtf8 && byte === single && last !== -1 && !ofEnds.has(last)
    before = last
    last = byte
    return true
  }

  const refuse = (at: number): void => {
    problem ??= { reason: 'not-text', offset: at, detail: 'separated: expected ^T between fields in þ alone' }
  }

  return {
    /** The next bytes, in memory of their own. */
    exchanged(chunk: Uint8Array): Buffer {
      const bytes = Buffer.from(chunk)
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at]!
        if (problem === undefined && !look(byte)) refuse(offset + at)
        if (byte === separator || (byte === single && !isUtf8)) bytes[at] = formFeed
      }
      offset += bytes.length
      return bytes
    },
    end(): void {
      if (awaited > 0) refuse(offset)
    },
    problem: () => problem,
  }
}
