import { unwrap } from '../compression/unwrap.ts'
import { addGap, countProduced, type Decoding } from '../decoding.ts'
import type { Content, Format } from '../format.ts'

/** Unicode, section 23.8: what a text in UTF-16 begins with when it says so. One in UTF-32 may begin like it. */
const little = [0xff, 0xfe]
const big = [0xfe, 0xff]
const beginsLike = (head: Uint8Array, bytes: readonly number[]) => bytes.every((byte, at) => head[at] === byte)

/**
 * Text in UTF-16 with a byte order mark: pushed as UTF-8, without the mark. Any other bytes may follow a mark and be valid: those
 * that are text in another encoding, compressed or encrypted ones. So it is a gap unless most of the text is of letters that are
 * common where identifiers are (`plainWindow`). The text is a content of any format.
 */
export const utf16: Format = {
  name: 'utf-16',
  kind: 'table',
  isFormat: (head) =>
    head[0]! >= 0xfe && ((beginsLike(head, little) && !beginsLike(head, [...little, 0, 0])) || beginsLike(head, big)),
  read: readUtf16,
}

/** Of so many characters in a row at least half are below this: of random ones it is one in a hundred. */
const plainWindow = 32
const plainBelow = 0x250

/** Whether every window of a text, one after the other, is mostly plain; the last one may be shorter. */
function plainCheck() {
  let characters = 0
  let plain = 0
  let isPlain = true
  const close = () => {
    isPlain &&= plain * 2 >= characters
    characters = 0
    plain = 0
  }
  return {
    look(text: string): void {
      for (let at = 0; at < text.length; at++) {
        characters += 1
        if (text.charCodeAt(at) < plainBelow) plain += 1
        if (characters === plainWindow) close()
      }
    },
    end(): boolean {
      close()
      return isPlain
    },
  }
}

async function readUtf16({ source, path }: Content, decoding: Decoding): Promise<void> {
  const isBig = beginsLike(await source.peek(2), big)
  source.skip(2)
  const check = plainCheck()
  let produced = 0
  let isValid = true
  /** The beginning of a character that the last chunk cut, in little-endian order of its bytes if that is whole. */
  let rest: Uint8Array = new Uint8Array(0)

  /** The next bytes as text; lone surrogates become U+FFFD. */
  function decode(chunk: Uint8Array, isLast: boolean): Buffer {
    const bytes = Buffer.concat([rest, chunk])
    let whole = bytes.length & ~1
    if (!isLast && whole >= 2 && isLead(bytes[whole - (isBig ? 2 : 1)]!)) whole -= 2
    // `slice` of a Buffer does not copy, and swapping must not change what is kept.
    rest = Uint8Array.from(bytes.subarray(whole))
    const units = bytes.subarray(0, whole)
    const text = (isBig ? units.swap16() : units).toString('utf16le')
    check.look(text)
    isValid &&= text.isWellFormed() && (!isLast || rest.length === 0)
    return Buffer.from(text, 'utf8')
  }

  async function* texts(): AsyncGenerator<Uint8Array> {
    for (let isLast = false; !isLast; ) {
      const chunk = await source.take()
      isLast = chunk === undefined
      const text = decode(chunk ?? new Uint8Array(0), isLast)
      countProduced(decoding, text.length, path, produced)
      produced += text.length
      if (text.length > 0) yield text
    }
  }

  // Mail, XML and others are written in it too.
  await unwrap(texts(), path, decoding)
  if (!check.end())
    addGap(decoding, { reason: 'not-text', path, offset: 0, detail: 'expected UTF-16 of mostly Latin letters' })
  if (!isValid) addGap(decoding, { reason: 'not-text', path, offset: 0, detail: 'expected valid UTF-16' })
}

const isLead = (high: number) => high >= 0xd8 && high <= 0xdb
