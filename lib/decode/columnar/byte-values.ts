import { corrupt } from './column-fault.ts'
import { type Lines, type Out, replaceLineFeeds } from './text-content.ts'

/**
 * Values of any length, one after the other. Each `next` makes `bytes` from `from` on, `length` of them, the next value, until the one
 * after; it is called `count` times at most, and throws a ColumnFault.
 */
export type ByteValues = {
  readonly count: number
  next(): void
  bytes: Uint8Array
  from: number
  length: number
}

/** Each with its length in four bytes before it, the lowest first. `end`: where they have to end. */
export function prefixedValues(bytes: Uint8Array, end: number, count: number): ByteValues {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const values: ByteValues = {
    count,
    bytes,
    from: 0,
    length: 0,
    next() {
      if (end - at < 4) throw corrupt('expected the length of a value')
      const length = view.getUint32(at, true)
      if (length > end - at - 4) throw corrupt('expected a value within its page')
      values.from = at + 4
      values.length = length
      at += 4 + length
    },
  }
  return values
}

/** Each of the same width, from the beginning of `bytes`, which the caller has checked to be long enough. */
export function fixedValues(bytes: Uint8Array, width: number, count: number): ByteValues {
  let at = 0
  const values: ByteValues = {
    count,
    bytes,
    from: 0,
    length: width,
    next() {
      values.from = at
      at += width
    },
  }
  return values
}

/**
 * Whether zeros at the end of values of `width` bytes are no part of them: texts of a fixed width (`FixedString` of ClickHouse). Numbers, and UUIDs in 16 bytes, may end in zeros
 * as well, so not of their widths.
 */
export const mayBePadded = (width: number) => width > 8 && width !== 16 && width !== 32

/** How many of the `length` bytes from `from` on are left without the zeros at their end. */
export function lengthWithoutPadding(bytes: Uint8Array, from: number, length: number): number {
  let end = from + length
  while (end > from && bytes[end - 1] === 0) end--
  return end - from
}

/** The same without zero bytes at their ends. */
export function withoutPadding(values: ByteValues): ByteValues {
  const { count, bytes } = values
  const shorter: ByteValues = {
    count,
    bytes,
    from: 0,
    length: 0,
    next() {
      values.next()
      const { bytes, from } = values
      shorter.bytes = bytes
      shorter.from = from
      shorter.length = lengthWithoutPadding(bytes, from, values.length)
    },
  }
  return shorter
}

/** From this length on one copy by the platform is faster. */
const shortCopy = 64

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength)

/**
 * The lines of values as they are, their own line feeds replaced. `isLeftOut`: values by their index whose lines stay empty.
 */
export function byteLines(values: ByteValues, isLeftOut: (index: number) => boolean = () => false): Lines {
  let index = 0
  /** Of the value that is being written. */
  let left = 0
  let from = 0
  let isOpen = false

  let source = values.bytes
  let view = viewOf(source)

  /** Four bytes at a time, of which the last ones are behind the value: the next line overwrites them. */
  function writeShort(out: Out, to: number): void {
    if (values.bytes !== source) {
      source = values.bytes
      view = viewOf(source)
    }
    let at = 0
    if (from + left + 4 <= source.length && to + left + 4 <= out.buffer.length)
      for (; at < left; at += 4) {
        const word = view.getUint32(from + at)
        const folded = word ^ 0x0a0a0a0a
        if (((folded - 0x01010101) & ~folded & 0x80808080) !== 0) break
        out.view.setUint32(to + at, word)
      }
    for (; at < left; at++) {
      const byte = source[from + at]!
      out.buffer[to + at] = byte === 10 ? 13 : byte
    }
  }

  function writeLong({ buffer }: Out, to: number, length: number): void {
    buffer.set(values.bytes.subarray(from, from + length), to)
    replaceLineFeeds(buffer, to, to + length)
  }

  return {
    fill(out) {
      const { buffer } = out
      for (;;) {
        if (!isOpen) {
          if (index === values.count) return true
          values.next()
          from = values.from
          left = isLeftOut(index) ? 0 : values.length
          isOpen = true
        }
        const room = buffer.length - out.at
        if (left >= room) {
          writeLong(out, out.at, room)
          from += room
          left -= room
          out.at += room
          return false
        }
        if (left <= shortCopy) writeShort(out, out.at)
        else writeLong(out, out.at, left)
        out.at += left
        buffer[out.at++] = 10
        isOpen = false
        index += 1
      }
    },
  }
}

/** The lines of values that a function makes text of, which is short and ASCII. */
export function printedLines(values: ByteValues, textOf: (bytes: Uint8Array) => string): Lines {
  let index = 0
  let text: string | undefined
  return {
    fill(out) {
      for (;;) {
        if (text === undefined) {
          if (index === values.count) return true
          values.next()
          text = textOf(values.bytes.subarray(values.from, values.from + values.length))
        }
        if (out.buffer.length - out.at <= text.length) return false
        out.at += out.buffer.write(text, out.at, 'latin1')
        out.buffer[out.at++] = 10
        text = undefined
        index += 1
      }
    },
  }
}
