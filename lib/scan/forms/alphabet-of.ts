import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import {
  type Alphabet,
  digits,
  domainCharacters,
  dottedCharacters,
  handleCharacters,
  hexDigits,
  localCharacters,
} from '../alphabets.ts'

/** All characters that occur in these shapes. */
export function alphabetOf(shapes: SubjectIndex['shapes']): Alphabet {
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
      default:
        return shape satisfies never
    }
  })
  return Uint8Array.from({ length: 256 }, (_, byte) => (tables.some((table) => table[byte] === 1) ? 1 : 0))
}

const hyphen = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x2d ? 1 : 0))
const atSign = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0x40 ? 1 : 0))
