import { encodedFormatOf, firstBytes } from './encoded-magics.ts'
import { shortestRun } from './text-kernel/text-kernel.ts'
import type { UnverifiedReason } from './unverified.ts'

/** What is wrong with characters that stand together in a run: they hold a format that hides its content, or no text. */
export type Problem = { reason: UnverifiedReason; detail: string }

/** The beginning of a run may be something else: the end of an escape, a part of a path. */
export const mostGlued = 8
/** Of the bytes of a long run, so many in a hundred may be no text before it is opaque. */
const mostBinary = 5
/**
 * Bits of information in each of its characters that make it opaque: of compressed bytes it is 6 and 4, nearly. Bytes in some
 * order are searched as they are.
 */
const mostOrdered = { base64: 5.5, hex: 3.7 }

const sixBits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
export const sign = 2
/** What each character of base64 stands for, in both alphabets; its class: 1 a letter or digit, 2 a sign. */
const values = new Uint8Array(256)
export const alphabet = new Uint8Array(256)
for (const [value, character] of [...Array.from(sixBits).entries(), [62, '-'], [63, '_']] as const) {
  values[character.charCodeAt(0)] = value
  alphabet[character.charCodeAt(0)] = value < 62 ? 1 : sign
}
const hexDigits = new Uint8Array(256)
for (const character of '0123456789abcdefABCDEF') hexDigits[character.charCodeAt(0)] = 1

/** `before`: characters of the run before the window. */
export function formatProblemOf(window: Buffer, begins: Uint8Array, before: number): Problem | undefined {
  for (let at = 0; at <= window.length - (shortestRun - mostGlued); at++) {
    if (begins[at] === 0) continue
    for (const encoding of ['base64', 'hex'] as const) {
      if (!mayBegin(window, at, encoding)) continue
      const format = encodedFormatOf(Buffer.from(window.toString('latin1', at), encoding), before + at <= 1)
      if (format === undefined) continue
      const shown = encoding === 'base64' ? 'base64' : 'hexadecimal digits'
      return {
        reason: format.encrypted ? 'encrypted' : 'unsupported-format',
        detail: `expected no ${shown} that hold ${format.name}`,
      }
    }
  }
  return undefined
}

/** Of a whole window of a long run. */
export function opaqueProblemOf(window: Buffer): Problem | undefined {
  const digits = digitsFrom(window)
  const encoding = digits === -1 ? 'base64' : 'hex'
  if (entropyOf(window) < mostOrdered[encoding]) return undefined
  const decoded = (from: number) => Buffer.from(window.toString('latin1', from), encoding)
  if ([0, 1, 2, 3].some((phase) => isText(decoded(Math.max(0, digits) + phase)))) return undefined
  const shown = digits === -1 ? 'base64' : 'hexadecimal digits'
  return { reason: 'opaque', detail: `expected text in ${shown}, got other bytes` }
}

/** Where nothing but hexadecimal digits begin: with the run or shortly behind (`0x`, `\x`); -1: it has other characters. */
function digitsFrom(window: Buffer): number {
  const last = window.findLastIndex((byte) => hexDigits[byte] === 0)
  return last < mostGlued ? last + 1 : -1
}

/** Whether a format may begin with the byte that is encoded here: looked at first, since nearly every run is a token. */
function mayBegin(window: Buffer, at: number, encoding: 'hex' | 'base64'): boolean {
  if (encoding === 'hex') return firstBytes.has(Number.parseInt(window.toString('latin1', at, at + 2), 16))
  return firstBytes.has((values[window[at]!]! << 2) | (values[window[at + 1]!]! >> 4))
}

/** Bits of information in a character, as often as each occurs. */
function entropyOf(window: Buffer): number {
  const counts = new Uint32Array(256)
  for (const byte of window) counts[byte]!++
  let bits = 0
  for (const count of counts) if (count > 0) bits -= (count / window.length) * Math.log2(count / window.length)
  return bits
}

function isText(bytes: Buffer): boolean {
  let binary = 0
  for (const byte of bytes) if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte > 0x7e) binary++
  return binary * 100 <= mostBinary * bytes.length
}
