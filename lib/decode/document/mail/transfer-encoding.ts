import { append, type GrowingBytes, growingBytes, makeRoom } from '../../growing-bytes.ts'
import { byteTable, hexDigit } from '../../latin-1.ts'

/** Undoes a transfer encoding line by line, and appends what it makes of it. `isDamaged`: something in it could not be read. */
export type TransferDecoder = {
  /** Whether the line is decoded; another one is left out. */
  write(line: Buffer, goesOn: boolean, made: GrowingBytes): boolean
  /** Appends what is left. */
  end(made: GrowingBytes): void
  isDamaged(): boolean
}

const gathered = 48 * 1024
const [lineFeed, equals] = [0x0a, 0x3d]
const isWhite = byteTable(/\s/)
const isDigit = byteTable(/[A-Za-z0-9+/]/)

/**
 * Base64 (RFC 2045, 6.8). Lines of other characters are left out: behind padding they are what a list appended, before it they are
 * damage.
 */
export function base64Decoder(): TransferDecoder {
  const waiting = growingBytes()
  let isPadded = false
  let isDamaged = false

  function decode(upTo: number, made: GrowingBytes): void {
    const { bytes, length } = waiting
    const decoded = Buffer.from(bytes.toString('latin1', 0, upTo), 'base64')
    append(made, decoded, 0, decoded.length)
    bytes.copyWithin(0, upTo, length)
    waiting.length = length - upTo
  }

  return {
    write(line, _, made) {
      let from = 0
      let to = line.length
      while (from < to && isWhite[line[from]!] === 1) from++
      while (to > from && isWhite[line[to - 1]!] === 1) to--
      if (from === to) return true
      let end = from
      while (end < to && isDigit[line[end]!] === 1) end++
      const padding = to - end
      if (padding > 2 || (padding > 0 && line[end] !== equals) || (padding > 1 && line[end + 1] !== equals)) {
        isDamaged ||= !isPadded
        return false
      }
      append(waiting, line, from, to)
      isPadded = padding > 0
      // Each padded part is one of its own.
      if (isPadded) decode(waiting.length, made)
      else if (waiting.length >= gathered) decode(waiting.length - (waiting.length % 4), made)
      return true
    },
    end(made) {
      isDamaged ||= waiting.length % 4 === 1
      decode(waiting.length, made)
    },
    isDamaged: () => isDamaged,
  }
}

/** Quoted-printable (RFC 2045, 6.7). What is no escape stays as it is. */
export function quotedPrintableDecoder(): TransferDecoder {
  let isFirst = true
  let isJoined = true
  return {
    write(line, goesOn, made) {
      let end = line.length
      while (!goesOn && end > 0 && (line[end - 1] === 0x20 || line[end - 1] === 0x09)) end--
      const isSoft = end > 0 && line[end - 1] === equals
      makeRoom(made, 1 + end)
      if (!isFirst && !isJoined) made.bytes[made.length++] = lineFeed
      isFirst = false
      isJoined = isSoft || goesOn
      made.length += unescapeInto(made.bytes, made.length, line, isSoft ? end - 1 : end)
      return true
    },
    end(made) {
      if (!isJoined) append(made, lineEnd, 0, 1)
    },
    isDamaged: () => false,
  }
}

/**
 * Puts the first `length` bytes of a text without their escapes to a place where there is room for all of them, or where they are themselves; returns
 * how many they are then.
 */
export function unescapeInto(bytes: Buffer, place: number, text: Buffer, length: number): number {
  let filled = place
  for (let at = 0; at < length; at++) {
    const byte = text[at]!
    const isEscape = byte === equals && at + 2 < length
    const high = isEscape ? hexDigit(text[at + 1]) : -1
    const low = high === -1 ? -1 : hexDigit(text[at + 2])
    if (low === -1) bytes[filled++] = byte
    else {
      bytes[filled++] = high * 16 + low
      at += 2
    }
  }
  return filled - place
}

/** Lines that are not encoded, as they are. */
export function plainDecoder(): TransferDecoder {
  return {
    write(line, goesOn, made) {
      append(made, line, 0, line.length)
      if (!goesOn) append(made, lineEnd, 0, 1)
      return true
    },
    end() {},
    isDamaged: () => false,
  }
}

const lineEnd = Buffer.of(lineFeed)
