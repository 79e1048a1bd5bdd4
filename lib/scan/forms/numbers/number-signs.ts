import { type Alphabet, tableOf } from '../../finders/alphabets.ts'
import type { FormTools } from '../form.ts'

/** What may stand in numbers, beside digits. */
export function inNumbers({ index }: Pick<FormTools, 'index'>): Alphabet {
  const hasDecimals = index.shapes.some(({ shape }) => shape === 'decimal')
  return Uint8Array.from({ length: 256 }, (_, byte) => (hasDecimals && numberSigns[byte] === 1 ? 1 : 0))
}

const numberSigns = tableOf(",._' eE\xa0\xc2\xe2")
