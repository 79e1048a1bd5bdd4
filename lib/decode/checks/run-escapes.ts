import { latin1 } from '../latin-1.ts'

/**
 * Escapes of what base64 is made of: JSON of PHP and .NET (`\/`, `\u002B`), percent-encoding, escaped line ends, `\x` before
 * hexadecimal digits, each escaped any number of times.
 */

/** A line end. */
export const lineEnd = 0x0a
/** What only says how the following is written. */
export const nothing = 0

/** What an escape stands for, in lower case: a character, `lineEnd`, `nothing`, or the beginning of an escape. */
export const escapeEnds: ReadonlyMap<string, number | string> = new Map<string, number | string>([
  ['\\\\', '\\'],
  ['\\/', 0x2f],
  ['\\n', lineEnd],
  ['\\r', lineEnd],
  ['\\\n', lineEnd],
  ['\\\r', lineEnd],
  ['\\x', nothing],
  ['%25', '%'],
  ...['\\u00', '%'].flatMap((prefix): [string, number][] => [
    [`${prefix}2b`, 0x2b],
    [`${prefix}2d`, 0x2d],
    [`${prefix}2f`, 0x2f],
    [`${prefix}5f`, 0x5f],
    [`${prefix}0a`, lineEnd],
    [`${prefix}0d`, lineEnd],
  ]),
])

const prefixes: ReadonlySet<string> = new Set(
  [...escapeEnds.keys()].flatMap((whole) => Array.from(whole.slice(1), (_, at) => whole.slice(0, at + 1))),
)

export const isEscapePrefix = (text: string) => prefixes.has(text)

/** Whether an escape begins with this byte: a backslash or a percent sign. */
export const escapeBegins = (byte: number) => byte === 0x5c || byte === 0x25

/**
 * Where the last escape of [from, to) is told to be none of these, so that a run ends there: `\\u4e2d` at the 4, `%E4` at the E. -1: there is none,
 * as far as is known before `to`.
 */
export function behindOther(bytes: Uint8Array, from: number, to: number): number {
  for (let at = to - 3; at >= from; at--) {
    const [sign, next] = [bytes[at]!, bytes[at + 1]!]
    if (sign === 0x5c && next === 0x75 && bytes[at + 2] !== 0x30) return at + 2
    if (sign === 0x25 && next !== 0x30 && next !== 0x32 && next !== 0x35) return at + 1
  }
  return -1
}

const otherEnd = /(?:%(?:25)*|\\u00)(2?)$/

/** How many characters of a run that begins behind these bytes end an escape of something else: of `%3D` and `\u003d` both digits, of `%22` and `\u0022` the second. */
export function gluedBehind(before: Uint8Array): number {
  const last = before.at(-1)
  if (last !== 0x25 && last !== 0x30 && last !== 0x32 && last !== 0x35) return 0
  const [, digit] = otherEnd.exec(latin1(before)) ?? []
  return digit === undefined ? 0 : 2 - digit.length
}
