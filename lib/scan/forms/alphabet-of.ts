import {
  type Alphabet,
  code64,
  digits,
  domainCharacters,
  dottedCharacters,
  handleCharacters,
  hexDigits,
  localCharacters,
} from '../finders/alphabets.ts'
import type { SoughtShapes } from '../finders/sought-shapes.ts'

/** All characters that occur in these shapes. */
export function alphabetOf(shapes: SoughtShapes): Alphabet {
  const tables = shapes.flatMap(({ shape }) => {
    switch (shape) {
      case 'decimal':
        return [digits]
      case 'uuid':
        return [hexDigits, hyphen]
      case 'email':
        return [localCharacters, domainCharacters, atSign]
      case 'handle':
        return [handleCharacters]
      case 'dotted':
        return [dottedCharacters]
      case 'digest':
        return [code64]
      default:
        return shape satisfies never
    }
  })
  return Uint8Array.from({ length: 256 }, (_, byte) => (tables.some((table) => table[byte] === 1) ? 1 : 0))
}

const hyphen = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x2d ? 1 : 0))
const atSign = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x40 ? 1 : 0))
