import type { EncodedProblem } from './encoded-check.ts'

/**
 * A line of 16 bytes behind its offset, each two hexadecimal digits, one by one or two together (`hexdump -C`, `xxd`, `tcpdump -X`, Wireshark, Netty, Java's TLS, OpenSSL), with what is
 * beside them, and the next line up to its first byte.
 */
const bytes = '((?:[0-9a-f]{2}(?: {1,3}|-)){15}[0-9a-f]{2}|(?:[0-9a-f]{4} {1,2}){7}[0-9a-f]{4})'
const offset = '(?<![0-9a-z])(?:0x)?([0-9a-f]{3,15}0)(?::[ \\t]{1,2}|[ \\t]{2}|\\| | - )'
const line = new RegExp(
  `${offset}${bytes}(?![0-9a-f])(?=([^\\n\\r]{1,40})\\r?\\n[^\\n\\r]{0,80}?${offset}([0-9a-f]{2}))`,
  'gi',
)
/** The last digit of an offset, what stands behind it, and the first bytes of a line: next to no text has it, and to look for that is fast. */
const beginsLine = /0(?::[ \t]| {2}|\| | - )[ \t]?(?:[0-9a-f]{2} {1,2}[0-9a-f]{2} |[0-9a-f]{4} {1,2}[0-9a-f]{4} )/i
const ofIdentifier = /[\w@.+-]/
/** Dumps of bytes with their characters beside: what goes on from one line in the next is found in neither. */
export function dumpIn(text: string, from: number): EncodedProblem | undefined {
  if (!beginsLine.test(text)) return undefined
  for (const { 1: own = '', 2: written = '', 3: beside = '', 4: next = '', 5: first = '', index } of text.matchAll(
    line,
  )) {
    const characters = Buffer.from(written.replace(/[ -]/g, ''), 'hex').toString('latin1')
    const around = characters.slice(-2) + String.fromCharCode(Number.parseInt(first, 16))
    if (Number.parseInt(next, 16) - Number.parseInt(own, 16) !== characters.length) continue
    if (!beside.includes(characters.replace(/[^ -~]/g, '.'))) continue
    if ([...around].every((each) => ofIdentifier.test(each)))
      return {
        reason: 'unsupported-format',
        offset: from + index,
        detail: 'expected no dump of bytes, whose lines cut words',
      }
  }
  return undefined
}
