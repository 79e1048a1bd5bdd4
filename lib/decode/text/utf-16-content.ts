import { addGap, countProduced, type Decoding } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { readRaw } from '../raw-content.ts'

/** Unicode, section 23.8: what a text in UTF-16 begins with when it says so. One in UTF-32 may begin like it. */
const little = [0xff, 0xfe]
const big = [0xfe, 0xff]
const beginsLike = (head: Uint8Array, bytes: readonly number[]) => bytes.every((byte, at) => head[at] === byte)

/** Text in UTF-16 with a byte order mark: pushed as UTF-8, without the mark. What is no valid UTF-16 is a gap. */
export const utf16: Format = {
  name: 'utf-16',
  kind: 'table',
  isFormat: (head) => (beginsLike(head, little) && !beginsLike(head, [...little, 0, 0])) || beginsLike(head, big),
  read: readUtf16,
}

async function readUtf16({ source, path }: Content, decoding: Decoding): Promise<void> {
  const isBig = beginsLike(await source.peek(2), big)
  source.skip(2)
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
    isValid &&= text.isWellFormed() && (!isLast || rest.length === 0)
    return Buffer.from(text, 'utf8')
  }

  await readRaw(
    {
      async take() {
        for (;;) {
          const chunk = await source.take()
          if (chunk === undefined && rest.length === 0) return undefined
          const text = decode(chunk ?? new Uint8Array(0), chunk === undefined)
          if (chunk === undefined) rest = new Uint8Array(0)
          countProduced(decoding, text.length, path, produced)
          produced += text.length
          if (text.length > 0) return text
        }
      },
    },
    path,
    decoding,
  )
  if (!isValid) addGap(decoding, { reason: 'not-text', path, offset: 0, detail: 'expected valid UTF-16' })
}

const isLead = (high: number) => high >= 0xd8 && high <= 0xdb
