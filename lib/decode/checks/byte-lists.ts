import type { EncodedProblem } from './encoded-check.ts'

/** Between two items of a list, also in a string. */
export const gap = String.raw`(?:\s|\\{1,8}[nrt])`
/** The key of an item of `{"0":31,"1":139}`, which lists of other writers lack. */
export const keyOf = (digits: string) => String.raw`(?:\\{0,8}"${digits}\\{0,8}"${gap}{0,40}:${gap}{0,40})?`

/** A `Buffer` of Node.js in JSON, which may be a value of JSON itself, and its first numbers; what its text cuts is none. */
const nodeBuffer = new RegExp(
  String.raw`"Buffer\\{0,8}"${gap}{0,40},${gap}{0,40}\\{0,8}"data\\{0,8}"\s?:\s?\[((?:${gap}{0,40}\d{1,3}[,\]\s]){8,32})`,
  'g',
)
/** A list of as many numbers as a UUID has bytes, with a sign in Java and without commas in Go. */
const sixteenOf = (begin: string, key: string, end: string) =>
  new RegExp(
    String.raw`${begin}${gap}{0,40}((?:${key}-?\d{1,3}(?:,|${gap}){1,41}){15}${key}-?\d{1,3})${gap}{0,40}${end}`,
    'g',
  )
const sixteen = sixteenOf(String.raw`\[`, '', String.raw`\]`)
/** The same of a `Uint8Array` in JSON, and the key that next to no text has. */
const sixteenKeyed = sixteenOf(String.raw`\{`, keyOf(String.raw`\d{1,2}`), String.raw`\}`)
export const lastKey = '"15'
const eachKey = /"\d+\\*"/g

/**
 * Bytes as lists of numbers that nobody reads: a `Buffer` of what is no text in UTF-8, and UUIDs. The form `bytes` looks for text in
 * such lists.
 */
export function listProblemIn(text: string, from: number): EncodedProblem | undefined {
  for (const { 0: found, 1: numbers = '', index } of text.matchAll(nodeBuffer))
    if (!isText(bytesOf(numbers)))
      return {
        reason: 'opaque',
        offset: from + index + found.length - numbers.length,
        detail: 'expected text, got bytes in a list of numbers',
      }
  const keyed = text.includes(lastKey) ? Array.from(text.matchAll(sixteenKeyed)) : []
  const lists = [...text.matchAll(sixteen), ...keyed]
  if (lists.length === 0 || !lists.every(([, numbers]) => isUuid(bytesOf(numbers!)))) return undefined
  return {
    reason: 'unsupported-format',
    offset: from + lists[0]!.index,
    detail: 'expected no UUIDs as lists of numbers',
  }
}

const bytesOf = (numbers: string) => Uint8Array.from(numbers.replace(eachKey, '').match(/-?\d+/g)!, Number)

/** Whether bytes are text in UTF-8, of which the last character may be cut. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 0x20 && !isInText.has(byte))) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

const isInText = new Set(Buffer.from('\t\n\f\r\x1b'))

/** Of versions 1 to 8 in the variant that all have (RFC 9562, 4.1): one in ten of other lists, and next to none of small numbers. */
function isUuid(bytes: Uint8Array): boolean {
  const version = bytes[6]! >>> 4
  return version >= 1 && version <= 8 && bytes[8]! >>> 6 === 2
}
