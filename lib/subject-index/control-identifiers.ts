import { knownFormatOf } from '../decode/checks/known-formats.ts'
import { canonicalOf, maxIdentifierLength, type Shape } from '../manifest/identifier.ts'

/**
 * A synthetic identifier of a shape and length, for positive controls: looks like the real ones, names nobody.
 * Undefined when the shape has none of that length (a UUID of 20 characters).
 */
export function syntheticIdentifier(
  shape: Shape,
  length: number,
  random: (bytes: number) => Uint8Array,
): string | undefined {
  const from = (alphabet: string, n: number) =>
    Array.from(random(n), (byte) => alphabet[byte % alphabet.length]!).join('')
  const draw = (): string => {
    switch (shape) {
      case 'decimal':
        return from(digits, length)
      case 'uuid':
        return from(hex, 32)
      case 'handle':
        return from(letters, 1) + from(`${letters}${digits}_`, length - 1)
      case 'dotted': {
        const left = Math.max(1, Math.floor((length - 1) / 2))
        return `${from(letters, left)}${from('.-', 1)}${from(letters + digits, length - 1 - left)}`
      }
      case 'email': {
        const local = Math.max(1, Math.floor((length - 1) / 2))
        const domain = length - 1 - local
        return domain < 5
          ? `${from(letters, local)}@${from(letters, domain)}`
          : `${from(letters, local)}@${from(letters, domain - 3)}.${from(letters, 2)}`
      }
      default:
        return shape satisfies never
    }
  }
  for (let attempt = 0; attempt < 8; attempt++) {
    const text = draw()
    const drawn = canonicalOf(text, 'exact')
    if ('shape' in drawn && drawn.shape === shape && drawn.canonical.length === length && !isLikeFormat(text))
      return text
  }
  return undefined
}

/** Whether a value that is this text alone, or in capitals, would be taken for a format that is not read: 61 characters from `M` on for a line of uuencode. */
function isLikeFormat(text: string): boolean {
  return [text, text.toUpperCase()].some((each) => knownFormatOf(Buffer.from(each))?.weak === false)
}

/**
 * Lengths to draw synthetic identifiers in, in the order to try: again and again the longest that occurs (least likely
 * to be met by chance), the shortest and the others; only then, for a manifest that uses up a small space, any other.
 */
export function controlLengths(occurring: readonly number[]): number[] {
  const ascending = occurring.toSorted((a, b) => a - b)
  const preferred = [...new Set([...ascending.slice(-1), ...ascending])]
  const others = Array.from({ length: maxIdentifierLength - 2 }, (_, i) => i + 3)
  return [...Array.from({ length: Math.ceil(64 / preferred.length) }, () => preferred), others, others].flat()
}

const digits = '0123456789'
const letters = 'abcdefghijklmnopqrstuvwxyz'
const hex = '0123456789abcdef'
