import { areBytes } from './byte-characters.ts'
import type { EncodedProblem } from './encoded-check.ts'
import { type Mark, sampledMark } from './mark.ts'

const spelled = sampledMark('unsupported-format')

/** In front of the first number of a list, whatever it is called. */
const listStart = /[[({<]\s{0,8}$/

/** How gzip and zstd begin where each byte is a decimal number, with a sign in Java, or percent-encoded. */
export const spelledFormats: readonly Mark[] = [
  spelled('gzip as a list of numbers', '31,', /^31,\s?(?:139|-117),\s?8,/, listStart),
  spelled('zstd as a list of numbers', '40,', /^40,\s?(?:181|-75),\s?47,\s?(?:253|-3),/, listStart),
  spelled('gzip in percent-encoding', '%8', /^%8[bB]%08/, /%1[fF]$/),
  spelled('zstd in percent-encoding', '%B5', /^%B5(?:%2F|\/)%FD/i, /(?:%28|\()$/),
]

/** Escapes behind each other, up to three other characters between two: as few tell. */
const octalRun = /(?:\\{1,8}[0-3][0-7]{2}[^\\\r\n]{0,5}){10,}/g
const octal = /\\+([0-3][0-7]{2})|([^\\])/g
const most = 32

/**
 * Bytes in octal escapes, as PostgreSQL wrote `bytea` before version 9.0, and text of protocol buffers has them: compressed, encrypted or numbers, but no
 * text in UTF-8.
 */
export function octalProblemIn(text: string, from: number): EncodedProblem | undefined {
  for (const { 0: run, index } of text.matchAll(octalRun)) {
    const values = Array.from(run.matchAll(octal), ([, digits, other]) =>
      digits === undefined ? other!.charCodeAt(0) : Number.parseInt(digits, 8),
    )
    if (areBytes(Uint8Array.from(values.slice(0, most)), 0.4))
      return { reason: 'opaque', offset: from + index, detail: 'expected text, got bytes in octal escapes' }
  }
  return undefined
}
