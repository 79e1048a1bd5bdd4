import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { readFont } from './read-font.ts'

const require = createRequire(import.meta.url)
/** Metric-compatible with Helvetica, so that its letters stand beside those that every reader of PDF files has. */
const font = dirname(require.resolve('@fontsource/arimo/package.json'))
const subsets = ['latin', 'latin-ext', 'vietnamese', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext']
/** Latin Extended, Greek, Cyrillic, and signs of money and numbers. Scripts that are written from the right, or need other forms of letters, are not here. */
const ranges = [
  [0x100, 0x24f],
  [0x370, 0x52f],
  [0x1e00, 0x1fff],
  [0x20a0, 0x20bf],
  [0x2116, 0x2116],
] as const

/** A line for each letter: its code in hexadecimal digits, its advance and its outline (`readFont`), separated by spaces. */
export function lettersText(): string {
  const letters = new Map(
    subsets.flatMap((subset) => [...readFont(readFileSync(join(font, `files/arimo-${subset}-400-normal.woff`)))]),
  )
  return [...letters]
    .filter(([code]) => ranges.some(([from, to]) => from <= code && code <= to))
    .sort(([one], [other]) => one - other)
    .map(([code, { advance, outline }]) => `${code.toString(16).padStart(4, '0')} ${advance} ${outline}\n`)
    .join('')
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const data = brotliCompressSync(lettersText()).toString('base64')
  writeFileSync(
    join(root, 'lib/export/report/pdf/generated-letters.ts'),
    `/*! Letters of Arimo, Copyright 2020 The Arimo Project Authors (https://github.com/googlefonts/arimo), under the SIL Open Font License 1.1. */
// Made by "npm run build:letters" from @fontsource/arimo; a test makes them again and compares.
export const lettersData =
  '${data}'
`,
  )
}
