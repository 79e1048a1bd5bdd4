import type { Line } from './line-reader.ts'

/** Also a part of one (RFC 4880, 6.2). */
const armour = '-----BEGIN PGP MESSAGE'

/** Whether a line is a field, or a further line of one. */
export function isField(bytes: Buffer): boolean {
  return /^([A-Za-z0-9_.-]{1,100}[ \t]*:|[ \t>])/.test(bytes.toString('latin1', 0, 102))
}

const partField = /^(content-(type|transfer-encoding|disposition|id)|mime-version)[ \t]*:/i

/** Whether a line is a field that parts begin with. */
export function beginsFields(bytes: Buffer): boolean {
  const first = bytes[0]! | 0x20
  return (first === 0x63 || first === 0x6d) && partField.test(bytes.toString('latin1', 0, 40))
}

export function isUuencoded(bytes: Buffer, next: Line | undefined): boolean {
  if (bytes[0] !== 0x62 || next === undefined || !/^begin [0-7]{3,4} \S/.test(bytes.toString('latin1', 0, 40)))
    return false
  return /^(M[ -`]{60}|[!-L][ -`]{4,60})\s*$/.test(next.bytes.toString('latin1'))
}

/** Whether encrypted text begins here; blanks around it do not count. */
export function isArmour(bytes: Buffer): boolean {
  return bytes.length < 200 && bytes.includes(armour) && bytes.toString('latin1').trim().startsWith(armour)
}
