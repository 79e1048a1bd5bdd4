import { type Lines, noteLine } from './lines.ts'

/** Digits that a spreadsheet keeps of a number, and those that JavaScript writes of a double at most; zeros stand for all others. */
const [sheetDigits, doubleDigits] = [15, 17]
/** So many zeros are there by chance in one of a million manifests. */
const fewestZeros = 6

/**
 * Whether identifiers went through a program that took them for numbers: of those with more than 15 digits each ends in zeros from there on, or from the
 * eighteenth digit on, and in all there are six such zeros or more, with another digit right before them: what ends in more of them by itself says nothing.
 */
export function createLostDigits(): {
  look(line: number, text: string): void
  /** The lines of such numbers, once all rows were seen; none where a longer number has its digits. */
  lines(): Lines
} {
  const lines: Lines = { count: 0, first: [] }
  let zeros = 0
  let isWhole = false

  return {
    look(line, text) {
      if (isWhole || text.length <= sheetDigits || !isNumber.test(text)) return
      const from = text.length - trailingZeros.exec(text)![0].length
      if (from > (text.length > doubleDigits ? doubleDigits : sheetDigits)) {
        isWhole = true
        return
      }
      noteLine(lines, line)
      if (from === sheetDigits || from === doubleDigits) zeros += text.length - from
    },
    lines: () => (isWhole || zeros < fewestZeros ? { count: 0, first: [] } : lines),
  }
}

const isNumber = /^[0-9]+$/
const trailingZeros = /0*$/
