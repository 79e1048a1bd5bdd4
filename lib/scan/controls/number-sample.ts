import type { Control } from '../../subject-index/open-subject-index.ts'
import { nearMisses, type Planted, type Sample } from './control-samples.ts'
import { parquetNumbers } from './samples/parquet-sample.ts'

/** Where these controls are planted, in the place of a document's context. */
export const numberContext = 'numbers' as const

const largest = 2n ** 63n - 1n

/**
 * Plants decimal controls, and numbers of one digit more, which `isEntry` must deny, as values of a column of whole numbers: nobody makes
 * lines of those (`number-lookup.ts`), so controls in lines say nothing about them. `sample`: the lines that they stand for. Undefined: none of them is a
 * number of 64 bits without zeros on the left.
 */
export function buildNumberSample(
  controls: readonly Control[],
  isEntry: (text: string) => boolean,
): { sample: Sample; stored: Uint8Array } | undefined {
  const planted: Planted[] = []
  const numbers: bigint[] = []
  let text = ''
  const plant = (kind: Planted['kind'], control: Control, digits: string, sign: '' | '-'): void => {
    numbers.push(BigInt(sign + digits))
    planted.push({ kind, control, start: text.length + sign.length, record: numbers.length, length: digits.length })
    text += `${sign}${digits}\n`
  }
  for (const control of controls.filter((each) => each.shape === 'decimal' && isNumber(each.text))) {
    for (const sign of ['', '-'] as const) plant('hit', control, control.text, sign)
    for (const digits of nearMisses(control))
      if (isNumber(digits) && !isEntry(digits)) plant('near-miss', control, digits, '')
  }
  if (planted.length === 0) return undefined
  return { sample: { bytes: new TextEncoder().encode(text), planted }, stored: parquetNumbers(numbers) }
}

const isNumber = (digits: string) => !digits.startsWith('0') && BigInt(digits) <= largest
