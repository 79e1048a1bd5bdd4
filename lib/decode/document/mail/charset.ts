import { TextDecoder } from 'node:util'
import { toUtf8 } from '../../database/utf16.ts'
import { addGap, type Decoding } from '../../decoding.ts'

/** Makes UTF-8 of bytes in another character set. @throws where they are not valid in it */
export type TextConverter = { write(bytes: Uint8Array): Uint8Array; end(): Uint8Array }

/** How text in a character set becomes UTF-8: not at all, by a converter, or in no way that is known. */
export type Charset = { kind: 'as-is' } | { kind: 'unknown' } | { kind: 'converter'; create(): TextConverter }

/** Names of character sets that are UTF-8, or a part of it. */
const asIs = new Set([
  '',
  'utf-8',
  'utf8',
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  'iso-646-us',
  'binary',
  'unknown-8bit',
])

export function charsetOf(name: string): Charset {
  const label = name.trim().toLowerCase()
  if (asIs.has(label)) return { kind: 'as-is' }
  if (/^utf-16(le|be)?$/.test(label)) return { kind: 'converter', create: () => utf16Converter(label) }
  try {
    const { encoding } = new TextDecoder(label)
    // Names of nothing, which decoders answer with one character, and of what only sounds alike.
    if (encoding === 'replacement' || encoding.startsWith('utf-16')) return { kind: 'unknown' }
  } catch {
    return { kind: 'unknown' }
  }
  return { kind: 'converter', create: () => platformConverter(label) }
}

function platformConverter(label: string): TextConverter {
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true })
  return {
    write: (bytes) => Buffer.from(decoder.decode(bytes, { stream: true })),
    end: () => Buffer.from(decoder.decode()),
  }
}

/** Which byte comes first is said by its name or by a mark at its beginning (RFC 2781); where neither does it is not known. */
function utf16Converter(label: string): TextConverter {
  let encoding: 'utf-16le' | 'utf-16be' | undefined = label === 'utf-16' ? undefined : (label as 'utf-16le')
  let held: Buffer = Buffer.alloc(0)
  const invalid = () => new TypeError('expected UTF-16 with a mark of its order')

  /** How many bytes are whole characters: half a unit waits for the rest, and so does half a pair. */
  function wholeLength(): number {
    const even = held.length & ~1
    if (even === 0) return 0
    const high = held[encoding === 'utf-16le' ? even - 1 : even - 2]!
    return (high & 0xfc) === 0xd8 ? even - 2 : even
  }

  return {
    write(bytes) {
      held = Buffer.concat([held, bytes])
      if (held.length < 2) return Buffer.alloc(0)
      const mark = held.readUInt16BE(0)
      encoding ??= mark === 0xfeff ? 'utf-16be' : mark === 0xfffe ? 'utf-16le' : undefined
      if (encoding === undefined) throw invalid()
      const length = wholeLength()
      const text = toUtf8(held.subarray(0, length), encoding)
      held = held.subarray(length)
      return text
    },
    end() {
      if (held.length > 0) throw invalid()
      return Buffer.alloc(0)
    },
  }
}

/** Text of another character set in UTF-8; what is not valid in it is a gap. */
export async function* transcoded(
  body: AsyncGenerator<Uint8Array>,
  converter: TextConverter,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  let isValid = true
  const convert = (bytes?: Uint8Array): Uint8Array => {
    try {
      return bytes === undefined ? converter.end() : converter.write(bytes)
    } catch {
      if (isValid)
        addGap(decoding, { reason: 'not-text', path, offset: 0, detail: 'mail: expected text in its character set' })
      isValid = false
      return bytes ?? Buffer.alloc(0)
    }
  }
  for await (const bytes of body) yield isValid ? convert(bytes) : bytes
  if (isValid) yield convert()
}
