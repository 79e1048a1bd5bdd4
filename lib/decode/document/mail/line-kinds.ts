import { byteTable } from '../../latin-1.ts'
import { type Line, longest } from './line-reader.ts'

/** Also a part of one (RFC 4880, 6.2). */
const armour = '-----BEGIN PGP MESSAGE'

const isInName = byteTable(/[A-Za-z0-9_.-]/)
const isBlank = (byte: number | undefined) => byte === 0x20 || byte === 0x09
const longestName = 100

/** Whether a line is a field, or a further line of one. Few blanks stand before its colon. */
export function isField(bytes: Buffer): boolean {
  if (isBlank(bytes[0]) || bytes[0] === 0x3e) return true
  let at = 0
  while (at < longestName && isInName[bytes[at]!] === 1) at++
  if (at === 0) return false
  while (at < longestName + 1 && isBlank(bytes[at])) at++
  return bytes[at] === 0x3a
}

const partField = /^(content-(type|transfer-encoding|disposition|id)|mime-version)[ \t]*:/i

/** Whether a line is a field that parts begin with. */
export function beginsFields(bytes: Buffer): boolean {
  const first = bytes[0]! | 0x20
  return (first === 0x63 || first === 0x6d) && partField.test(bytes.toString('latin1', 0, 40))
}

export function isUuencoded(bytes: Buffer, next: Line | undefined): boolean {
  if (next === undefined || !/^begin [0-7]{3,4} \S/.test(bytes.toString('latin1', 0, 40))) return false
  return /^(M[ -`]{60}|[!-L][ -`]{4,60})\s*$/.test(next.bytes.toString('latin1'))
}

/** Whether encrypted text begins here; blanks around it do not count. */
export function isArmour(bytes: Buffer): boolean {
  return bytes.length < 200 && bytes.includes(0x2d) && bytes.toString('latin1').trim().startsWith(armour)
}

/** What lines of a body begin with that may be more than that: the line between two messages, fields, uuencode, and blanks and hyphens before a boundary or armour. */
const begins = byteTable(/[FcCmMb\s-]/)
const lineFeed = 0x0a

/** Where the first line of a body begins, of those from one on, that may be more than that, or does not end. */
export function behindPlain(bytes: Buffer, from: number): number {
  for (let start = from; ; ) {
    const first = start + (bytes[start] === 0x0d ? 1 : 0)
    if (bytes[first] !== lineFeed && begins[bytes[start]!] !== 0) return start
    const end = bytes.indexOf(lineFeed, start)
    if (end === -1 || end - start > longest) return start
    start = end + 1
  }
}
