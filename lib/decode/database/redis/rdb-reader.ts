import { crc64 } from '../../../checksums/crc64.ts'
import type { ByteSource } from '../../byte-source.ts'
import { DecodingStopped } from '../../decoding.ts'
import { int64Text } from '../number-text.ts'
import { type StreamReader, streamReader } from '../stream-reader.ts'
import { decompressLzf } from './lzf.ts'
import type { Element } from './packed.ts'

/** Longer strings are contents of their own where they can be, and are never held in memory. */
const mostString = 2 ** 26

/** A string that is too long to be held: its content, to be read before anything else. */
export type LongString = { source: ByteSource }

/** Reads the primitives of an RDB file. */
export type RdbReader = {
  readonly stream: StreamReader
  byte(): Promise<number>
  /** A length, exactly: a number, or beyond 2^53 the text of one. */
  length(): Promise<number | string>
  /** A length that counts something that follows. @throws DecodingStopped beyond 2^40 */
  count(): Promise<number>
  /** A string of bytes, or a whole number in digits. */
  string(): Promise<Element | LongString>
  /** A string that its format reads as a whole. @throws DecodingStopped beyond `mostString` */
  blob(): Promise<Uint8Array>
  /** 64 bits, least significant byte first, as a signed number. */
  int64(): Promise<string>
  stop(reason: 'corrupt' | 'limit' | 'unsupported-format', expected: string): DecodingStopped
  /** Whether the checksum of all that was read is the next 8 bytes, or there is none. */
  checksumMatches(): Promise<boolean>
}

export function rdbReader(source: ByteSource, path: readonly string[]): RdbReader {
  const checksum = crc64('jones')
  const stream = streamReader(source, path, 'redis', checksum.add)
  const stop: RdbReader['stop'] = (reason, expected) =>
    new DecodingStopped(reason, path, stream.offset, `redis: expected ${expected}`)

  async function byte(): Promise<number> {
    return (await stream.take(1))[0]!
  }

  /** A length, or the negative kind of a string that has none. */
  async function lengthOrKind(): Promise<number | string> {
    const first = await byte()
    switch (first >>> 6) {
      case 0:
        return first & 0x3f
      case 1:
        return ((first & 0x3f) << 8) | (await byte())
      case 3:
        return -1 - (first & 0x3f)
      default: {
        if (first !== 0x80 && first !== 0x81) throw stop('corrupt', 'a length')
        const bytes = Buffer.from(await stream.take(first === 0x80 ? 4 : 8))
        if (first === 0x80) return bytes.readUInt32BE(0)
        const value = bytes.readBigUInt64BE(0)
        return value < 2n ** 53n ? Number(value) : String(value)
      }
    }
  }

  async function length(): Promise<number | string> {
    const value = await lengthOrKind()
    if (typeof value === 'number' && value < 0) throw stop('corrupt', 'a length')
    return value
  }

  async function count(): Promise<number> {
    const value = await length()
    if (typeof value === 'string' || value > 2 ** 40) throw stop('corrupt', 'a length that can be')
    return value
  }

  async function compressed(): Promise<Uint8Array> {
    const stored = await count()
    const size = await count()
    // 264 bytes of output are the most that 3 bytes of input give.
    if (stored > mostString || size > mostString) throw stop('limit', `strings of at most ${mostString} bytes`)
    if (size > stored * 88 + 32) throw stop('corrupt', 'a compressed string')
    const bytes = decompressLzf(await stream.take(stored), size)
    if (bytes === undefined) throw stop('corrupt', 'a compressed string')
    return bytes
  }

  async function string(): Promise<Element | LongString> {
    const value = await lengthOrKind()
    if (typeof value === 'string') throw stop('corrupt', 'a length that can be')
    if (value > mostString) return { source: stream.part(value) }
    if (value >= 0) return stream.take(value)
    if (value === -4) return compressed()
    if (value < -4) throw stop('corrupt', 'a known encoding of a string')
    const size = 2 ** (-1 - value)
    return String(Buffer.from(await stream.take(size)).readIntLE(0, size))
  }

  return {
    ...{ stream, byte, length, count, string, stop },
    async blob() {
      const value = await string()
      if (typeof value === 'string') return Buffer.from(value)
      if (!(value instanceof Uint8Array)) throw stop('limit', `packed values of at most ${mostString} bytes`)
      return value
    },
    async int64() {
      const bytes = Buffer.from(await stream.take(8))
      return int64Text(bytes.readInt32LE(4), bytes.readInt32LE(0))
    },
    async checksumMatches() {
      stream.catchUp()
      const [low, high] = [checksum.low(), checksum.high()]
      const bytes = Buffer.from(await stream.take(8))
      const [storedLow, storedHigh] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)]
      return (storedLow === low && storedHigh === high) || (storedLow === 0 && storedHigh === 0)
    },
  }
}
