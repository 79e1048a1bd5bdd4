import { isLetter } from './coded-text.ts'
import type { Placed } from './layout.ts'
import { letterOf } from './letters.ts'
import type { Font } from './win-ansi.ts'

/** The letters of a file that the fonts of every reader lack, by the font that they stand in: each once, in the order in which they are needed. */
export type LetterSet = Record<Font, string>

/** A font of some of them. `name`: of the resource; a letter's code is its place in `letters`, from `firstCode`. */
export type LetterFont = { name: string; font: Font; letters: string }

/** The first object of the fonts of letters: those before are the same in every file. */
export const firstLetterObject = 6
const firstCode = 0x21
/** As many as there are codes that are ASCII and seen. */
const most = 94

export function lettersIn(texts: readonly Placed[]): LetterSet {
  const of = (font: Font) => {
    const own = texts.filter((text) => text.font === font).flatMap(({ lines }) => lines.map(({ coded }) => coded))
    return [...new Set(own.flatMap((coded) => [...coded].filter(isLetter)))].join('')
  }
  return { regular: of('regular'), bold: of('bold') }
}

export function letterFontsOf(set: LetterSet): LetterFont[] {
  return (['regular', 'bold'] as const).flatMap((font) =>
    Array.from({ length: Math.ceil(set[font].length / most) }, (_, n) => ({
      name: `${font === 'bold' ? 'B' : 'R'}${n + 1}`,
      font,
      letters: set[font].slice(n * most, (n + 1) * most),
    })),
  )
}

/** The code of a letter in its font, and back. */
export const codeIn = ({ letters }: LetterFont, letter: string) =>
  String.fromCharCode(firstCode + letters.indexOf(letter))
export const letterAt = ({ letters }: LetterFont, code: string) => letters[code.charCodeAt(0) - firstCode]

/** What names the fonts on a page: `/R1 6 0 R`. */
export function fontResources(fonts: readonly LetterFont[]): string {
  let object = firstLetterObject
  return fonts
    .map(({ name, letters }) => {
      const own = ` /${name} ${object} 0 R`
      object += 2 + letters.length
      return own
    })
    .join('')
}

/** Type 3 fonts (ISO 32000-1, 9.6.5): each has its dictionary, its map to Unicode and a drawing for each letter. */
export function letterObjects(fonts: readonly LetterFont[]): string[] {
  const objects: string[] = []
  for (const { font, letters } of fonts) {
    const own = firstLetterObject + objects.length
    const names = [...letters].map((letter) => `/u${hexOf(letter)}`)
    const drawn = [...letters].map((letter) => letterOf(letter)!)
    objects.push(
      `<< /Type /Font /Subtype /Type3 /FontBBox [0 0 0 0] /FontMatrix [0.001 0 0 0.001 0 0] /Resources << >> /ToUnicode ${own + 1} 0 R
/FirstChar ${firstCode} /LastChar ${firstCode + letters.length - 1} /Widths [${drawn.map(({ advance }) => advance).join(' ')}]
/Encoding << /Type /Encoding /Differences [${firstCode} ${names.join(' ')}] >>
/CharProcs << ${names.map((name, n) => `${name} ${own + 2 + n} 0 R`).join(' ')} >> >>`,
      streamOf(unicodeMap(letters)),
      // A bold letter is the same with a line around it.
      ...drawn.map(({ advance, outline }) =>
        streamOf(`${advance} 0 d0\n${font === 'bold' ? `36 w 1 j ${outline} B` : `${outline} f`}`),
      ),
    )
  }
  return objects
}

export const streamOf = (content: string) => `<< /Length ${content.length} >>\nstream\n${content}\nendstream`

/** So that the text can be copied and searched (9.10.3). */
function unicodeMap(letters: string): string {
  const entries = [...letters].map((letter, n) => `<${(firstCode + n).toString(16)}> <${hexOf(letter)}>`)
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapName /Letters def
/CMapType 2 def
1 begincodespacerange
<00> <ff>
endcodespacerange
${entries.length} beginbfchar
${entries.join('\n')}
endbfchar
endcmap
CMapName currentdict /CMap defineresource pop
end
end`
}

const hexOf = (letter: string) => letter.charCodeAt(0).toString(16).padStart(4, '0')

/** The line that says which letters there are: all about them follows from it. */
export const formatLetters = ({ regular, bold }: LetterSet) =>
  `%letters ${[...regular].map(hexOf).join('')} ${[...bold].map(hexOf).join('')}`

/** Undefined for any other line. */
export function parseLetters(line: string): LetterSet | undefined {
  const [, ...given] = /^%letters ((?:[0-9a-f]{4})*) ((?:[0-9a-f]{4})*)$/.exec(line) ?? []
  const [regular, bold] = given.map((digits) =>
    digits.replace(/.{4}/g, (code) => String.fromCharCode(Number.parseInt(code, 16))),
  )
  const isKnown = (letters: string | undefined) =>
    letters !== undefined && [...letters].every((letter) => isLetter(letter) && letterOf(letter) !== undefined)
  return isKnown(regular) && isKnown(bold) ? { regular: regular!, bold: bold! } : undefined
}
