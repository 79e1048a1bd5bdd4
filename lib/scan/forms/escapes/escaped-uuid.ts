import { tableOf } from '../../finders/alphabets.ts'
import { hexValues, noValue } from '../../finders/code-values.ts'
import { createUuidLookup, uuidBytes } from '../../finders/stored-uuid.ts'
import type { FormFinder, FormTools } from '../form.ts'
import { listOf } from '../spots.ts'
import { lettered } from './backslash-escapes.ts'

const backslash = 0x5c
const letterX = 0x78
const zero = 0x30
const isOctal = (byte: number | undefined) => byte !== undefined && byte >= zero && byte < zero + 8
/** Backslashes before one escape, and bytes of all that is before the first one of those that are no text. */
const mostBackslashes = 8
const reach = 128

const quotes = tableOf('\'"`')
/** What stands before such a text, and behind it. */
const heads = tableOf('\'"` \t\r\n,;:=([{|')
const ends = tableOf('\'"` \t\r\n,;)]}|')

/**
 * Finds UUIDs of 16 bytes that a program wrote as a text of their characters and escapes, in quotes or as a field: `b'o\x1e-<…'` of Python, `"o\036-<…"` of protobuf's text
 * format, `o\\036-<…` of a dump of PostgreSQL; also in a string, with more backslashes. At least one of the bytes is no text.
 */
export function createEscapedUuid({ index }: FormTools): FormFinder | undefined {
  const lookUp = createUuidLookup(index)
  if (lookUp === undefined) return undefined
  const uuid = new Uint8Array(uuidBytes)

  return (region, report) => {
    const { bytes, buffer, to } = region
    const known = buffer.subarray(0, to)

    const countAt = (at: number) => {
      let end = at
      while (end < to && bytes[end] === backslash) end++
      return end - at
    }

    /** Reads the 16 bytes that begin at `start` with so many backslashes before each escape; returns where they end, or -1. */
    function read(start: number, before: number): number {
      let at = start
      for (let index = 0; index < uuidBytes; index++) {
        if (at >= to) return -1
        const count = countAt(at)
        const byte = bytes[at + Math.min(count, before)]!
        if (count === 0) {
          if (byte < 0x20 || byte > 0x7e) return -1
          uuid[index] = byte
          at++
        } else if (count >= 2 * before) {
          uuid[index] = backslash
          at += 2 * before
        } else {
          const value = count >= before ? valueAt(at + before) : -1
          const sign = bytes[at + count]!
          if (value === -1 && (at + count >= to || quotes[sign] === 0)) return -1
          uuid[index] = value === -1 ? sign : value & 0xff
          at += value === -1 ? count + 1 : before + (value >> 8)
        }
      }
      return at
    }

    /** The value of what is behind the backslashes of an escape, and above it how long it is; -1: it is none of a byte. */
    function valueAt(at: number): number {
      if (at >= to) return -1
      const byte = bytes[at]!
      if (byte === letterX) {
        const [high, low] = at + 2 < to ? [hexValues[bytes[at + 1]!]!, hexValues[bytes[at + 2]!]!] : [noValue, noValue]
        return high === noValue || low === noValue ? -1 : (3 << 8) | (high << 4) | low
      }
      if (at + 2 < to && byte < zero + 4 && [0, 1, 2].every((place) => isOctal(bytes[at + place])))
        return (3 << 8) | Number.parseInt(buffer.toString('latin1', at, at + 3), 8)
      if (byte === zero) return 1 << 8
      return lettered[byte] === 0 ? -1 : (1 << 8) | lettered[byte]!
    }

    const isEnd = (at: number) => at === to || ends[bytes[at]!] === 1 || quotes[bytes[at + countAt(at)]!] === 1

    /** Whether an escape of no text is here, with which all texts that begin in front of it are read. */
    function look(at: number, from: number): boolean {
      const count = countAt(at)
      const value = count > mostBackslashes ? -1 : valueAt(at + count)
      if (value === -1 || value >> 8 !== 3 || ((value & 0xff) >= 0x20 && (value & 0xff) < 0x7f)) return false
      for (let start = Math.max(from, at - reach, 0); start <= at; start++) {
        if (start > 0 && heads[bytes[start - 1]!] === 0) continue
        // Those of a backslash may be before those of the escape.
        for (const before of count % 3 === 0 ? [count, count / 3] : [count]) {
          const end = read(start, before)
          if (end > at && isEnd(end)) for (const ordinal of lookUp!(uuid, 0)) report(ordinal, start, end, 'backslash')
        }
      }
      return true
    }

    const places = listOf(region, 'backslash')
    /** What begins before this was read. */
    let done = 0
    const visit = (at: number) => {
      if (at >= done && at < to && look(at, done)) done = at + 1
    }
    if (places !== undefined) for (const place of places) visit(place)
    else for (let at = known.indexOf(backslash); at !== -1; at = known.indexOf(backslash, at + countAt(at))) visit(at)
  }
}
