import { hexValues, noValue } from '../../finders/code-values.ts'
import { replacement } from './escape-syntax.ts'
import { withoutWidth } from './unicode-widths.ts'

/** The number that `count` hexadecimal digits at `at` are, or -1. */
export function hexAt(bytes: Uint8Array, at: number, count: number, to: number): number {
  if (at + count > to) return -1
  let value = 0
  for (let i = 0; i < count; i++) {
    const digit = hexValues[bytes[at + i]!]!
    if (digit === noValue) return -1
    value = value * 16 + digit
  }
  return value
}

/** A character beyond what Unicode has is none that matters; one without width is none at all. */
export const codePoint = (value: number) => (value <= 0x10ffff ? withoutWidth(value) : replacement)
/** A byte of a longer character is not known to be one by itself. */
export const byteCode = (value: number) => (value < 0x80 || value === 0xa0 ? value : replacement)
