import { brotliDecompressSync } from 'node:zlib'
import { lettersData } from './generated-letters.ts'

/** `outline`: what PDF draws (ISO 32000-1, 8.5), in thousandths of the size, the baseline at 0. */
export type Letter = { advance: number; outline: string }

let letters: ReadonlyMap<string, Letter> | undefined

/** A letter beyond WinAnsiEncoding that is drawn: Latin Extended, Greek, Cyrillic and some signs. Others are written as their code points. */
export function letterOf(sign: string): Letter | undefined {
  letters ??= readLetters()
  return letters.get(sign)
}

function readLetters(): Map<string, Letter> {
  const text = brotliDecompressSync(Buffer.from(lettersData, 'base64')).toString('latin1')
  return new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [code, advance, ...outline] = line.split(' ')
        const sign = String.fromCharCode(Number.parseInt(code!, 16))
        return [sign, { advance: Number(advance), outline: drawn(outline.join(' ')) }] as const
      }),
  )
}

/** Relative places become absolute ones, and a quadratic curve the cubic one that is the same. */
function drawn(outline: string): string {
  const parts: string[] = []
  let [x, y] = [0, 0]
  for (const [, operator, given] of outline.matchAll(/([mlqz])([\d -]*)/g)) {
    const own = given === '' ? [] : given!.split(' ').map(Number)
    const [x1, y1] = [x + (own[0] ?? 0), y + (own[1] ?? 0)]
    if (operator === 'z') parts.push('h')
    else if (operator === 'q') {
      const [x2, y2] = [x + own[2]!, y + own[3]!]
      const curve = [x + (2 * (x1 - x)) / 3, y + (2 * (y1 - y)) / 3, x2 + (2 * (x1 - x2)) / 3, y2 + (2 * (y1 - y2)) / 3]
      parts.push(`${[...curve, x2, y2].map(Math.round).join(' ')} c`)
      ;[x, y] = [x2, y2]
    } else {
      parts.push(`${x1} ${y1} ${operator}`)
      ;[x, y] = [x1, y1]
    }
  }
  return parts.join(' ')
}
