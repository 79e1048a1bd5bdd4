import { latin1 } from '../latin-1.ts'

/**
 * Lists in binary encodings of which all bytes may be characters, in ASCII or in eight bits, since they hold nothing but texts: each has its type and its length right before it, which look like letters,
 * digits or `%`. What else such encodings hold has control bytes.
 */
type Encoding = {
  /** Begins the list; of some with the number of its texts. */
  readonly begin: RegExp
  /** Stands before each text, and ends in the byte that says how long it is. */
  readonly sign: RegExp
  lengthOf(sign: string): number
  countOf?(begin: string): number
  /** Stands behind the last one. */
  readonly end?: RegExp
}

const longestSign = 3
const lastByte = (sign: string) => sign.charCodeAt(sign.length - 1)
const bigEndian = (bytes: string) => Buffer.from(bytes, 'latin1').reduce((number, byte) => number * 256 + byte, 0)

/** Strings of bytes in CBOR (RFC 8949, 3). */
const bytesOfCbor = {
  sign: /[B-W]|X./sy,
  lengthOf: (sign: string) => (sign.length === 1 ? lastByte(sign) - 0x40 : lastByte(sign)),
}

const encodings: readonly Encoding[] = [
  // An array or a map of them, with their number or, as who writes a stream does not know it yet, an end.
  { ...bytesOfCbor, begin: /[\x9f\xbf]/sy, end: /\xff/sy },
  {
    ...bytesOfCbor,
    begin: /[\x81-\x97\xa1-\xb7]|[\x98\xb8].|[\x99\xb9]../sy,
    countOf: (begin) =>
      (begin.length === 1 ? begin.charCodeAt(0) & 0x1f : bigEndian(begin.slice(1))) *
      (begin.charCodeAt(0) < 0xa0 ? 1 : 2),
  },
  {
    // Hessian 2.0, a list that says how many it has: its strings of 32 characters and more, since shorter ones have a control byte before them.
    begin: /[y-\x7f]|X(?:[\x80-\xbf]|[\xc0-\xcf].)/sy,
    sign: /0./sy,
    lengthOf: lastByte,
    countOf: (begin) =>
      begin.length === 1
        ? lastByte(begin) - 0x78
        : begin.length === 2
          ? lastByte(begin) - 0x90
          : bigEndian(begin.slice(1)) - 0xc800,
  },
  // Smile without its header: an array, or an object of one. Texts with such signs are ASCII, which tells them from Danish that begins with this letter.
  {
    begin: /(?:\xfa[\x80-\xbf][\w.-]+)?\xf8(?=[\0-\x7f]*(?:\xf9\xfb?)?$)/sy,
    sign: /[@-\x7f]/sy,
    lengthOf: (sign) => lastByte(sign) - 0x3f,
    end: /\xf9\xfb?/sy,
  },
  // UBJSON.
  { begin: /\[(?=S)/sy, sign: /S[iU]./sy, lengthOf: lastByte, end: /\]/sy },
]

/** What most contents begin with is told by two bytes. */
function mayBegin(first: number, second: number): boolean {
  if (first >= 0x80) return (first > 0x80 && first < 0xba) || first === 0xbf || first === 0xf8 || first === 0xfa
  if (first === 0x58) return second >= 0x80
  return first === 0x5b ? second === 0x53 : first > 0x78 && second === 0x30
}

/** Whether all of a content is such a list, or of one that goes on behind its head (`isCut`) all that is seen. */
export function isCountedTexts(head: Uint8Array, isCut: boolean): boolean {
  if (!mayBegin(head[0] ?? 0, head[1] ?? 0)) return false
  const text = latin1(head)
  return encodings.some((encoding) => isList(text, isCut, encoding))
}

function isList(text: string, isCut: boolean, { begin, sign, lengthOf, countOf, end }: Encoding): boolean {
  const begun = match(begin, text, 0)
  if (begun === undefined) return false
  const count = countOf?.(begun) ?? Number.POSITIVE_INFINITY
  let at = begun.length
  let texts = 0
  for (let found = match(sign, text, at); found !== undefined && texts < count; found = match(sign, text, at)) {
    at += found.length + lengthOf(found)
    texts++
  }
  if (texts < 2) return false
  // The last one, or its sign, may be cut.
  if (isCut && at + longestSign > text.length) return true
  const ended = end === undefined ? (texts === count ? '' : undefined) : match(end, text, at)
  return ended !== undefined && at + ended.length === text.length
}

function match(sign: RegExp, text: string, at: number): string | undefined {
  sign.lastIndex = at
  return sign.exec(text)?.[0]
}
