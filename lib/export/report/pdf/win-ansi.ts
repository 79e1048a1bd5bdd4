/** Codes 0x80 to 0x9f of WinAnsiEncoding (ISO 32000-1, annex D.2); a space is a code that has no sign. */
const high = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'

/** A soft hyphen is not there: none is seen elsewhere. */
const codes = new Map<string, number>([
  ...range(0x20, 0x7e),
  ...range(0xa0, 0xff).filter(([, code]) => code !== 0xad),
  ...[...high].flatMap((sign, n) => (sign === ' ' ? [] : [[sign, 0x80 + n] as const])),
])
const signs = new Map([...codes].map(([sign, code]) => [code, sign]))

/** A character with the code of the sign; undefined for a sign that the fonts that every reader has lack. */
export function toWinAnsi(sign: string): string | undefined {
  const code = codes.get(sign)
  return code === undefined ? undefined : String.fromCharCode(code)
}

export const fromWinAnsi = (coded: string): string | undefined => signs.get(coded.charCodeAt(0))

export type Font = 'regular' | 'bold'

/** Widths of Helvetica and Helvetica-Bold (Adobe Font Metrics), in thousandths of the size, by code from 0x20 on. */
const widths: Record<Font, readonly number[]> = {
  regular: numbers(`
    278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556
    1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556
    333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584 0
    556 0 222 556 333 1000 556 556 333 1000 667 333 1000 0 611 0 0 222 222 333 333 350 556 1000 333 1000 500 333 944 0 500 667
    278 333 556 556 556 556 260 556 333 737 370 556 584 333 737 333 400 584 333 333 333 556 537 278 333 333 365 556 834 834 834 611
    667 667 667 667 667 667 1000 722 667 667 667 667 278 278 278 278 722 722 778 778 778 778 778 584 778 722 722 722 722 667 667 611
    556 556 556 556 556 556 889 500 556 556 556 556 278 278 278 278 556 556 556 556 556 556 556 584 611 556 556 556 556 500 556 500`),
  bold: numbers(`
    278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611
    975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556
    333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584 0
    556 0 278 556 500 1000 556 556 333 1000 667 333 1000 0 611 0 0 278 278 500 500 350 556 1000 333 1000 556 333 944 0 500 667
    278 333 556 556 556 556 280 556 333 737 370 556 584 333 737 333 400 584 333 333 333 611 556 278 333 333 365 556 834 834 834 611
    722 722 722 722 722 722 1000 722 667 667 667 667 278 278 278 278 722 722 778 778 778 778 778 584 778 722 722 722 722 667 667 611
    556 556 556 556 556 556 889 556 556 556 556 556 278 278 278 278 611 611 611 611 611 611 611 584 611 611 611 611 611 556 611 556`),
}

/** Of a code, in thousandths of the size of its font. */
export const winAnsiWidth = (code: number, font: Font): number => widths[font][code - 0x20]!

function range(from: number, to: number): (readonly [string, number])[] {
  return Array.from({ length: to - from + 1 }, (_, n) => [String.fromCharCode(from + n), from + n] as const)
}

function numbers(text: string): number[] {
  return text.trim().split(/\s+/).map(Number)
}
