import { areBytes } from './byte-characters.ts'
import { gap, keyOf } from './byte-lists.ts'
import type { EncodedProblem } from './encoded-check.ts'
import { type Mark, sampledMark } from './mark.ts'

const spelled = sampledMark('unsupported-format')

/** How gzip, zstd and zip begin in percent-encoding, and PDF there or, with nothing but text in it, as it is. */
export const spelledFormats: readonly Mark[] = [
  spelled('zip in percent-encoding', '%03%04', /^/, /PK$/),
  spelled('PDF in percent-encoding', '%25PDF-', /^%25PDF-[12]\.[0-9]%0/i),
  spelled('PDF in text', '%PDF-', /^%PDF-[12]\.[0-9](?:[\r\n]|\\+[nru])/),
  spelled('gzip in percent-encoding', '%8', /^%8[bB]%08/, /%1[fF]$/),
  ...['%B5', '%b5'].map((key) => spelled('zstd in percent-encoding', key, /^%B5(?:%2F|\/)%FD/i, /(?:%28|\()$/)),
]

/** How they begin, each byte in decimal numbers, which have a sign in Java, and in hexadecimal digits. */
const beginnings: readonly { name: string; decimal: readonly string[]; digits: readonly string[] }[] = [
  { name: 'gzip', decimal: ['31', '(?:139|-117)', '8'], digits: ['1f', '8b', '08'] },
  { name: 'zstd', decimal: ['40', '(?:181|-75)', '47', '(?:253|-3)'], digits: ['28', 'b5', '2f', 'fd'] },
]
const between = `(?:,|${gap}){1,82}`
const pair = '[0-9a-f]{2}'
/** As the form `bytes` reads lists: behind a bracket, as items of YAML, with `0x`, as the registry of Windows has them, and in pairs of digits, of which an address in a network has no more than eight. The second byte is looked for first, since that is fast. */
const spellings = beginnings.flatMap(({ name, decimal, digits }) => {
  const spelling = (before: string, second: string, behind: string) => ({
    name,
    list: new RegExp(`${second}(?<=(${before})${second})${behind}`, 'i'),
  })
  const [numbers, bytes] = [decimal.map((item, at) => keyOf(String(at)) + item), digits.slice(2)]
  const rest = bytes.map((each) => `${between}0x${each}`).join('')
  return [
    spelling(
      `[[({<]${gap}{0,40}${numbers[0]}${between}${keyOf('1')}`,
      decimal[1]!,
      String.raw`${numbers
        .slice(2)
        .map((each) => between + each)
        .join('')}(?=[,\s\\])`,
    ),
    spelling(
      `(?:^|[\\sn])-[ \\t]${decimal[0]}${gap}{1,40}- `,
      decimal[1]!,
      String.raw`${decimal
        .slice(2)
        .map((each) => `${gap}{1,40}- ${each}`)
        .join('')}(?=[\s\\])`,
    ),
    spelling(`[[({<=]${gap}{0,40}0x${digits[0]}${between}0x`, digits[1]!, String.raw`${rest}\b`),
    spelling(String.raw`\bhex(?:\([0-9a-f]{1,2}\))?:${digits[0]},`, digits[1]!, String.raw`,${bytes.join(',')}\b`),
    spelling(
      `(?<![0-9a-z])${digits[0]}([ :-])`,
      digits[1]!,
      String.raw`${bytes.map((each) => String.raw`\2(?:${each})`).join('')}(?:\2${pair}){6}`,
    ),
  ]
})

/** What is compressed as a list of its bytes. */
export function compressedListIn(text: string, from: number): EncodedProblem | undefined {
  for (const { name, list } of spellings) {
    const found = list.exec(text)
    if (found !== null)
      return {
        reason: 'unsupported-format',
        offset: from + found.index - found[1]!.length,
        detail: `expected no ${name} as a list of bytes in text`,
      }
  }
  return undefined
}

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
