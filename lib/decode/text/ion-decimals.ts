import { byteTable } from '../latin-1.ts'

/** Longer numbers are not written out: those of DynamoDB have up to 38 digits. */
const mostDigits = 64
/** A whole number, its point and its exponent are never longer, and an exponent with its sign is not. */
const longest = 2 * mostDigits
const longestExponent = 8

const isDigit = byteTable(/[0-9]/)
const isOfMantissa = byteTable(/[0-9.]/)
const isSign = byteTable(/[-+]/)
/** What a value may stand behind and before. A group of a UUID (`-8d49-`) is none, and neither is what stands in a text by itself. */
const beginsValue = byteTable(/[\s:,[(]/)
const endsValue = byteTable(/[\s,\])}/]/)
const minus = 0x2d
const letterD = 0x64

export type Decimals = {
  /** The next bytes, of which the last are held. */
  write(bytes: Uint8Array): string[]
  /** What is held is all. */
  end(): string[]
}

/**
 * Finds the decimals with an exponent in a text of Ion that are whole numbers (`6d2`, `1.25D+4`, `-5000d-2`), and answers them in their order with all their
 * digits and without a sign. Those of more than 64 digits, and those that have all their digits (`7d0`), are left out.
 */
export function createDecimals(): Decimals {
  let held = Buffer.alloc(0)
  let next = 0

  function numbersUntil(to: number): string[] {
    const found: string[] = []
    for (; next < to; next++) {
      if ((held[next]! | 0x20) !== letterD) continue
      const number = numberAround(held, next)
      if (number !== undefined) found.push(number)
    }
    return found
  }

  return {
    write(bytes) {
      held = Buffer.concat([held, bytes])
      const found = numbersUntil(Math.max(next, held.length - longestExponent))
      const from = Math.max(0, next - longest)
      held = held.subarray(from)
      next -= from
      return found
    },
    end: () => numbersUntil(held.length),
  }
}

/** The whole number whose exponent begins at `sign`, or undefined. */
function numberAround(bytes: Buffer, sign: number): string | undefined {
  let start = sign
  while (start > 0 && isOfMantissa[bytes[start - 1]!] === 1 && sign - start <= longest) start--
  const first = start > 0 && bytes[start - 1] === minus ? start - 1 : start
  if (start === sign || (first > 0 && beginsValue[bytes[first - 1]!] === 0)) return undefined
  const from = isSign[bytes[sign + 1] ?? 0] === 1 ? sign + 2 : sign + 1
  let end = from
  while (end < bytes.length && isDigit[bytes[end]!] === 1) end++
  if (end === from || end - sign >= longestExponent || (end < bytes.length && endsValue[bytes[end]!] === 0))
    return undefined
  const [whole = '', fraction = '', more] = bytes.toString('latin1', start, sign).split('.')
  const omitted = Number(bytes.toString('latin1', sign + 1, end)) - fraction.length
  const isPlain = omitted === 0 && fraction === ''
  if (whole === '' || more !== undefined || omitted > mostDigits || isPlain) return undefined
  const digits = whole + fraction
  if (omitted >= 0) return atMost(digits + '0'.repeat(omitted))
  return /^0*$/.test(digits.slice(omitted)) ? atMost(digits.slice(0, omitted)) : undefined
}

const atMost = (digits: string) => (digits.length <= mostDigits ? digits : undefined)
