import { digits, tableOf } from '../../finders/alphabets.ts'
import type { Form, FormFinder, FormTools, Region, Report } from '../form.ts'
import { separatorLengthAt } from './group-separators.ts'
import { behindEscapes, createNumberFinder, lengthsOf, numberGlue, spellDecimal } from './number-finder.ts'
import { createDigits } from './plain-digits.ts'

const comma = 0x2c
export const groupDigits = 3
/** Digits and bytes of separators. */
export const groupAlphabet = tableOf("0123456789,._' ")
for (const byte of [0xa0, 0xc2, 0xe2, 0x80, 0xaf, 0x89, 0x99]) groupAlphabet[byte] = 1

/** Of digits before a group in India but the last one. */
const pairDigits = 2

/** 1,234,567: the same separator before every three digits, and none of it with a digit at either end; 12,34,567 of India. */
function createGrouped(tools: FormTools): FormFinder | undefined {
  const lengths = lengthsOf(tools)?.filter((length) => length > groupDigits)
  if (lengths === undefined || lengths.length === 0) return undefined
  const shortest = Math.min(...lengths.map((length) => length + Math.floor((length - 1) / groupDigits)))
  const longest = Math.max(...lengths)
  const number = createDigits(tools.index, lengths)

  const isDigit = ({ bytes, to }: Region, at: number) => at >= 0 && at < to && digits[bytes[at]!] === 1

  const isSame = ({ bytes, to }: Region, at: number, other: number, length: number) => {
    if (at < 0 || at + length > to) return false
    for (let i = 0; i < length; i++) if (bytes[at + i] !== bytes[other + i]) return false
    return true
  }

  /** Of lakhs and crores: pairs between commas, and three digits at the end. */
  function lookAtPairs(region: Region, start: number, end: number, report: Report): void {
    const { bytes } = region
    number.clear()
    number.append(bytes, start, end)
    let at = end
    for (let count = end - start; count <= longest; count += pairDigits) {
      const from = at + 1
      if (bytes[at] !== comma || !isDigit(region, from) || !isDigit(region, from + 1)) return
      const isLast = isDigit(region, from + pairDigits)
      if (isLast && (at === end || isDigit(region, from + groupDigits))) return
      at = from + (isLast ? groupDigits : pairDigits)
      number.append(bytes, from, at)
      if (!isLast) continue
      if (at < region.to && bytes[at] === comma && isDigit(region, at + 1)) return
      const ordinal = number.ordinal()
      if (ordinal !== -1) report(ordinal, start, at, 'grouped')
      return
    }
  }

  return createNumberFinder(
    'grouped',
    groupAlphabet,
    shortest,
    behindEscapes((region, start, end, report) => {
      const { bytes, to } = region
      if (end - start > groupDigits) return
      const sign = separatorLengthAt(bytes, end, to)
      if (sign === 0 || !isDigit(region, end + sign)) return
      const before = start - sign
      if (isSame(region, before, end, sign) && isDigit(region, before - 1)) return
      if (bytes[end] === comma && end - start <= pairDigits) lookAtPairs(region, start, end, report)
      number.clear()
      number.append(bytes, start, end)
      let at = end
      for (let count = end - start; count <= longest && isSame(region, at, end, sign); count += groupDigits) {
        const from = at + sign
        if (!isDigit(region, from)) break
        if (!isDigit(region, from + 1) || !isDigit(region, from + 2) || isDigit(region, from + groupDigits)) return
        number.append(bytes, from, from + groupDigits)
        at = from + groupDigits
      }
      if (isSame(region, at, end, sign) && isDigit(region, at + sign)) return
      const ordinal = number.ordinal()
      if (ordinal !== -1) report(ordinal, start, at, 'grouped')
    }, numberGlue),
  )
}

const inThousands = (text: string, separator: string) => text.replace(/(?<=[0-9])(?=(?:[0-9]{3})+$)/g, separator)
/** As in India; a number of five digits is the same there. */
const inPairs = (text: string) => (text.length > 5 ? [text.replace(/(?<=\d)(?=(?:\d\d)*\d{3}$)/g, ',')] : [])

export const grouped: Form = {
  name: 'grouped',
  summary: 'with separators between thousands, also lakhs of India',
  nests: true,
  finder: createGrouped,
  spell: spellDecimal((text) =>
    text.length > groupDigits
      ? [...[',', '.', ' ', '_', "'", '\u00a0', '\u202f'].map((sign) => inThousands(text, sign)), ...inPairs(text)]
      : [],
  ),
}
