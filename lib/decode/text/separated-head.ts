import { headLength } from '../checks/known-formats.ts'
import { latin1 } from '../latin-1.ts'

const startOfHeading = 0x01
const unitSeparator = 0x1f
const lineFeed = 0x0a
export type Separator = typeof startOfHeading | typeof unitSeparator

/** Of binary records the first byte tells a type or a length. */
const beginning = {
  [startOfHeading]: /^[ -\xff][\t\n\r\x01-\x03 -\xff]*$/,
  [unitSeparator]: /^[ -\xff][\t\n\r\x02\x03\x1f -\xff]*$/,
}

/** What the fields of a table that begins like this are apart by: the first one is in its first line. */
export function separatorOf(head: Uint8Array): Separator | undefined {
  for (let at = 0; at < head.length && head[at] !== lineFeed; at++) {
    const byte = head[at]
    if (byte === startOfHeading || byte === unitSeparator) return byte
  }
  return undefined
}

/**
 * Whether a content begins with lines of as many fields each, two at least (or with one line that is longer than the head), and one of the fields shows that
 * this is no binary record.
 */
export function isSeparatedHead(head: Uint8Array): boolean {
  const separator = separatorOf(head)
  if (separator === undefined) return false
  const text = latin1(head)
  if (!beginning[separator].test(text) || isCborSequence(head)) return false
  const sign = String.fromCharCode(separator)
  const lines = text.split('\n').slice(0, -1)
  const counts = new Set(lines.map((line) => line.split(sign).length))
  if (counts.size > 1 || counts.has(1) || (counts.size === 0 && head.length < headLength)) return false
  return Array.from(text.matchAll(field), ([, each]) => each!).some((each) => isAlone(each, separator))
}

/** Behind a separator of fields, to its end. */
const field = /[\x01\x1f]([^\n\x01-\x03\x1f]*)(?=[\n\x01-\x03\x1f])/g
/** UUIDs and dates. */
const certain = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$|\d{4}-\d\d-\d\d)/i
const words = /^[-\w.@: \x80-\xff]{4,}$/
/** A character behind its length, numbers of protocol buffers, each behind its type, and the type of what is behind the next separator. */
const typedNumbers = /^.?(?:[ (08@HPX`hpx].)*[ (08@HPX`hpx*2:BJRZbjrz]?$/
const subfield = /^[a-z\d]/

/**
 * Whether a text right behind a separator can have neither a length nor a type in front. In binary records the length of a text stands in the byte before it, as a
 * number, twice as large (Avro) or four times (Snappy): where there are no control bytes and no text that one tells, there is none. And in records of
 * libraries (MARC, PICA) a letter or digit behind each unit separator says what follows.
 */
function isAlone(text: string, separator: Separator): boolean {
  if (certain.test(text)) return true
  if (separator === unitSeparator && subfield.test(text)) return false
  return words.test(text) && !typedNumbers.test(text) && !mayHoldLength(text)
}

function mayHoldLength(text: string): boolean {
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) >> 2) + 1 < text.length - at) return true
  return false
}

/** Whether all of it is small numbers and texts in CBOR (RFC 8742), whose types and lengths are letters. */
function isCborSequence(head: Uint8Array): boolean {
  let [at, texts] = [0, 0]
  while (at < head.length) {
    const first = head[at++]!
    if (first < 0x18 || (first >= 0x20 && first < 0x38)) continue
    if (first <= 0x60 || first > 0x78) return false
    const length = first === 0x78 ? (head[at++] ?? 0) : first - 0x60
    const end = at + length
    for (; at < Math.min(end, head.length); at++) if (head[at]! < 0x20) return false
    at = end
    texts++
  }
  return texts > 0 && (at === head.length || head.length >= headLength)
}
