import { letterOf } from './letters.ts'
import { type Font, fromWinAnsi, toWinAnsi, winAnsiWidth } from './win-ansi.ts'

/**
 * A text as it is drawn: characters up to U+00FF are codes of WinAnsiEncoding, all others letters that the file brings itself. What neither has is
 * written as its code points, `‹U+5317 U+4EAC›`, so that a name is never lost.
 */
export function toCoded(text: string): string {
  let coded = ''
  let unseen: string[] = []
  const flush = () => {
    if (unseen.length > 0) coded += `${opening}${unseen.join(' ')}${closing}`
    unseen = []
  }
  for (const sign of text.normalize('NFC')) {
    const drawn = drawnOf(sign)
    if (drawn === undefined) {
      unseen.push(`U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`)
      continue
    }
    flush()
    coded += drawn
  }
  flush()
  return coded
}

export function fromCoded(coded: string): string {
  let text = ''
  for (const each of coded) text += isLetter(each) ? each : (fromWinAnsi(each) ?? '?')
  return text.replace(/‹U\+[0-9A-F]{4,6}(?: U\+[0-9A-F]{4,6})*›/g, (whole) => {
    const signs = whole.match(/[0-9A-F]{4,6}(?=[ ›])/g)!.map((code) => fromCode(Number.parseInt(code, 16)))
    // Somebody may have written the like of it.
    return signs.some((sign) => drawnOf(sign) !== undefined) ? whole : signs.join('')
  })
}

/** Of a coded text, in thousandths of the size of its font. */
export function widthOf(coded: string, font: Font): number {
  let width = 0
  for (let n = 0; n < coded.length; n++) {
    const code = coded.charCodeAt(n)
    width += code > 0xff ? letterOf(coded[n]!)!.advance : winAnsiWidth(code, font)
  }
  return width
}

/** Whether a character of a coded text is a letter that the file brings itself. */
export const isLetter = (coded: string): boolean => coded.charCodeAt(0) > 0xff

const [opening, closing] = [toWinAnsi('‹')!, toWinAnsi('›')!]
const drawnOf = (sign: string) => toWinAnsi(sign) ?? (letterOf(sign) && sign)
/** A number that is no code point stays what it is. */
const fromCode = (code: number) => (code > 0x10ffff ? ' ' : String.fromCodePoint(code))
