import { encodedFormatOf, firstBytes } from './encoded-magics.ts'
import type { UnverifiedReason } from './unverified.ts'

type EncodedProblem = { reason: UnverifiedReason; offset: number; detail: string }

/**
 * Whether text holds, in base64 or as hexadecimal digits, what hides its content: a compressed or encrypted format that
 * begins where such a run begins, or a long run that stands for anything but text. What stands for text is searched as it
 * is. A run goes on over line ends as long as its lines are long.
 */
export type EncodedCheck = {
  write(bytes: Uint8Array): void
  end(): void
  /** The first problem of what was written so far. */
  problem(): EncodedProblem | undefined
}

/** Characters of a line that is looked at, and of a run that has to stand for text. */
export const shortestRun = 48
export const longRun = 2048
/** Characters that are kept of a run, from its beginning. */
const headCharacters = 1024
/** The beginning of a run may be something else: the end of an escape, a part of a path. */
const mostGlued = 8
/** Of the bytes of a long run, so many in a hundred may be no text before it is opaque. */
const mostBinary = 5
/**
 * Bits of information in each of its characters that make it opaque: of compressed bytes it is 6 and 4, nearly. Bytes in some
 * order are searched as they are.
 */
const mostOrdered = { base64: 5.5, hex: 3.7 }

const sixBits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** What each character of base64 stands for, in both alphabets. */
const values = new Uint8Array(256)
const alphabet = new Uint8Array(256)
for (const [value, character] of [...Array.from(sixBits).entries(), [62, '-'], [63, '_']] as const) {
  values[character.charCodeAt(0)] = value
  alphabet[character.charCodeAt(0)] = 1
}
const hexDigits = new Uint8Array(256)
for (const character of '0123456789abcdefABCDEF') hexDigits[character.charCodeAt(0)] = 1
const carriageReturn = 0x0d
const lineFeed = 0x0a

export function encodedCheck(): EncodedCheck {
  let found: EncodedProblem | undefined
  /** Of everything that was written before. */
  let offset = 0
  /** The run at the end of what was written: of its last line, of all, and where it begins; 0: there is none. */
  let line = 0
  let total = 0
  let start = 0
  /** A line end stood behind the last line. */
  let isBetween = false
  const head = Buffer.alloc(headCharacters)

  function judge(): void {
    const problem =
      total < shortestRun ? undefined : problemOf(head.subarray(0, Math.min(total, headCharacters)), total)
    if (problem !== undefined) found ??= { ...problem, offset: start }
    line = total = 0
    isBetween = false
  }

  /** Goes on with the run at the end; returns where it ends in these bytes. */
  function goOn(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (alphabet[byte] === 1) {
        if (isBetween) line = 0
        isBetween = false
        if (total < headCharacters) head[total] = byte
        line++
        total++
      } else if ((byte === lineFeed || byte === carriageReturn) && (isBetween || line >= shortestRun)) isBetween = true
      else return at
    }
    return bytes.length
  }

  function look(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (total > 0) {
        at = goOn(bytes, at)
        if (at === bytes.length) return
        judge()
        at++
        continue
      }
      const probe = Math.min(at + shortestRun, bytes.length) - 1
      let first = probe
      while (first >= at && alphabet[bytes[first]!] === 1) first--
      if (first === probe) {
        at = probe + 1
        continue
      }
      start = offset + first + 1
      at = goOn(bytes, first + 1)
      if (at < bytes.length) {
        judge()
        at++
      }
    }
  }

  return {
    write(bytes) {
      if (found !== undefined) return
      look(bytes)
      offset += bytes.length
    },
    end() {
      if (total > 0) judge()
    },
    problem: () => found,
  }
}

function problemOf(head: Buffer, total: number): Pick<EncodedProblem, 'reason' | 'detail'> | undefined {
  const digits = digitsFrom(head)
  const encoding = digits === -1 ? 'base64' : 'hex'
  const shown = digits === -1 ? 'base64' : 'hexadecimal digits'
  const decoded = (from: number) => Buffer.from(head.toString('latin1', from), encoding)
  for (let glued = Math.max(0, digits); glued <= mostGlued; glued++) {
    const format = mayBegin(head, glued, encoding) ? encodedFormatOf(decoded(glued), glued <= 1) : undefined
    if (format !== undefined)
      return {
        reason: format.encrypted ? 'encrypted' : 'unsupported-format',
        detail: `expected no ${shown} that hold ${format.name}`,
      }
  }
  if (total < longRun || entropyOf(head) < mostOrdered[encoding]) return undefined
  if ([0, 1, 2, 3].some((phase) => isText(decoded(Math.max(0, digits) + phase)))) return undefined
  return { reason: 'opaque', detail: `expected text in ${shown}, got other bytes` }
}

/** Where nothing but hexadecimal digits begin: with the run or shortly behind (`0x`, `\x`); -1: it has other characters. */
function digitsFrom(head: Buffer): number {
  const last = head.findLastIndex((byte) => hexDigits[byte] === 0)
  return last < mostGlued ? last + 1 : -1
}

/** Whether a format may begin with the byte that is encoded here: looked at first, since nearly every run is a token. */
function mayBegin(head: Buffer, at: number, encoding: 'hex' | 'base64'): boolean {
  if (encoding === 'hex') return firstBytes.has(Number.parseInt(head.toString('latin1', at, at + 2), 16))
  return firstBytes.has((values[head[at]!]! << 2) | (values[head[at + 1]!]! >> 4))
}

/** Bits of information in a character, as often as each occurs. */
function entropyOf(head: Buffer): number {
  const counts = new Uint32Array(256)
  for (const byte of head) counts[byte]!++
  let bits = 0
  for (const count of counts) if (count > 0) bits -= (count / head.length) * Math.log2(count / head.length)
  return bits
}

function isText(bytes: Buffer): boolean {
  let binary = 0
  for (const byte of bytes) if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte > 0x7e) binary++
  return binary * 100 <= mostBinary * bytes.length
}
