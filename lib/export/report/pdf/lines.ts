import { widthOf } from './coded-text.ts'
import type { Font } from './win-ansi.ts'

/**
 * A coded text in lines of at most `width` points. Put together they are the text: a line that ends at a space keeps it, and
 * one that ends within a word that is longer than a line does not.
 */
export function toLines(coded: string, font: Font, size: number, width: number): string[] {
  const limit = (width * 1000) / size
  const space = widthOf(' ', font)
  const lines: string[] = []
  let [line, used] = ['', 0]
  const next = () => {
    lines.push(line)
    line = ''
    used = 0
  }
  const words = coded.split(' ')
  for (const [n, word] of words.entries()) {
    const own = widthOf(word, font)
    if (used > 0 && used + own > limit) next()
    if (own > limit) {
      for (const sign of word) {
        const each = widthOf(sign, font)
        if (used > 0 && used + each > limit) next()
        line += sign
        used += each
      }
    } else {
      line += word
      used += own
    }
    if (n < words.length - 1) {
      line += ' '
      used += space
    }
  }
  next()
  return lines
}

/** The widest word and the whole in one line, in points. */
export function extentOf(coded: string, font: Font, size: number): { word: number; whole: number } {
  const word = coded.split(' ').reduce((most, each) => Math.max(most, widthOf(each, font)), 0)
  return { word: (word * size) / 1000, whole: (widthOf(coded, font) * size) / 1000 }
}
