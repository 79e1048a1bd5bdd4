import { isUtf8 } from 'node:buffer'
import { inflateRawSync, constants as zlib } from 'node:zlib'
import { firstControlByte } from './control-bytes.ts'

/** A shorter text may be chance. */
const leastText = 12
/** Bits that a code may leave in its last byte, and characters in the last group of an encoding. */
const mostLeft = 3

/**
 * Whether these bytes are text that was compressed to a bare stream of deflate (RFC 1951), as SAML and draw.io have it in base64.
 * Nothing marks its beginning, so all of it has to be one final block that gives text; unless it is `isWhole`, it goes on behind the bytes.
 */
export function isDeflatedText(bytes: Buffer, isWhole: boolean): boolean {
  if (!mayBeDeflated(bytes)) return false
  try {
    const finishFlush = isWhole ? zlib.Z_FINISH : zlib.Z_SYNC_FLUSH
    const options = { finishFlush, maxOutputLength: 2 ** 20, info: true }
    // With `info` there is more than the bytes, which the types do not know.
    const { buffer, engine } = inflateRawSync(bytes, options) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    if (engine.bytesWritten < bytes.length - mostLeft || buffer.length < leastText) return false
    return isWholeText(buffer)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
  }
}

/** The last character may be cut. */
function isWholeText(bytes: Buffer): boolean {
  if (firstControlByte(bytes) !== -1) return false
  return [0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, bytes.length - cut)))
}

/** Whether the first byte is of a block that is the last one, with fixed or dynamic codes (3.2.3). */
export const isFinal = (first: number): boolean => first >= 0 && ((first & 7) === 3 || (first & 7) === 5)

/** What costs little to tell of the first bytes of a final block: its codes may give text. */
export function mayBeDeflated(bytes: Uint8Array): boolean {
  if (!isFinal(bytes[0]!)) return false
  return (bytes[0]! & 7) === 3 ? beginsWithText(bytes) : hasCodes(bytes)
}

/** The next `count` bits, the first one lowest. */
function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  let bits = 0
  for (let bit = 0; bit < count; bit++) bits |= (((bytes[(at + bit) >> 3] ?? 0) >> ((at + bit) & 7)) & 1) << bit
  return bits
}

/** Section 3.2.6: whether what can be seen of fixed codes gives text; what is copied is of what was there before. */
function beginsWithText(bytes: Uint8Array): boolean {
  const end = bytes.length * 8
  let at = 3
  let given = 0
  /** The byte before, unless that was copied. */
  let before = 0
  /** The next `count` bits of a code, the first one highest. */
  const code = (count: number) => {
    let bits = 0
    for (let bit = 0; bit < count; bit++) bits = (bits << 1) | bitsAt(bytes, at + bit, 1)
    return bits
  }
  while (at + longestSymbol <= end) {
    const short = code(7)
    if (short === 0) return given >= leastText
    const whole = code(8)
    const isLong = whole >= 0xc0 && whole < 0xc8
    if (short < 24 || isLong) {
      const symbol = isLong ? whole - 0xc0 + 24 : short
      if (symbol > 29) return false
      at += isLong ? 8 : 7
      const extra = symbol <= 8 || symbol === 29 ? 0 : (symbol - 5) >> 2
      const length = symbol <= 8 ? symbol + 2 : ((4 + ((symbol - 5) & 3)) << extra) + 3 + bitsAt(bytes, at, extra)
      at += extra
      const place = code(5)
      at += 5
      const more = place < 4 ? 0 : (place >> 1) - 1
      const distance = place < 4 ? place + 1 : ((2 + (place & 1)) << more) + 1 + bitsAt(bytes, at, more)
      at += more
      if (place > 29 || distance > given) return false
      given += symbol === 29 ? 258 : length
      before = copied
      continue
    }
    const character = whole < 0xc0 ? whole - 0x30 : code(9) - 0x100
    if (character === 0x7f || character > 0xf4 || (character < 0x20 && (character < 9 || character > 13))) return false
    // A character of UTF-8 goes on behind its first byte, and behind that alone.
    const goesOn = character >> 6 === 2
    if (goesOn ? before < 0x80 : before >= 0xc0 && before < copied) return false
    before = character
    at += whole < 0xc0 ? 8 : 9
    given++
  }
  return true
}

const copied = 0x100
/** Bits of a length and a distance with all of theirs. */
const longestSymbol = 31

/** Section 3.2.7: the codes for lengths of codes use up all that there are. */
function hasCodes(bytes: Uint8Array): boolean {
  if (bitsAt(bytes, 3, 5) > 29 || bitsAt(bytes, 8, 5) > 29) return false
  const count = bitsAt(bytes, 13, 4) + 4
  let used = 0
  for (let place = 0; place < count; place++) {
    const length = bitsAt(bytes, 17 + 3 * place, 3)
    if (length > 0) used += 128 >> length
  }
  return used === 128
}
