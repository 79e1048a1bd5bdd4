import { isLetter } from './coded-text.ts'
import { type Ink, type Page, type Placed, paper } from './layout.ts'
import {
  codeIn,
  firstLetterObject,
  fontResources,
  formatLetters,
  type LetterFont,
  letterFontsOf,
  letterObjects,
  lettersIn,
  streamOf,
} from './letter-fonts.ts'
import type { Font } from './win-ansi.ts'

/**
 * A PDF 1.4 file (ISO 32000-1) of texts in the two fonts that every reader has, and in letters that it draws itself. The same pages are the same bytes: there
 * is no date, no id and nothing compressed in it, and it is all ASCII, so that whatever searches text can search it.
 */
export function writePdf({ title, pages }: { title: string; pages: readonly Page[] }): Uint8Array {
  const set = lettersIn(pages.flatMap(({ texts }) => texts))
  const fonts = letterFontsOf(set)
  const letters = letterObjects(fonts)
  const pageAt = (n: number) => firstLetterObject + letters.length + 2 * n
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [\n${pages.map((_, n) => `${pageAt(n)} 0 R\n`).join('')}] >>`,
    `<< /Title <feff${utf16(title)}>\n/Producer (offshore deletion verifier) >>`,
    ...['Helvetica', 'Helvetica-Bold'].map(
      (name) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`,
    ),
    ...letters,
    ...pages.flatMap((page, n) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${paper.width} ${paper.height}] /Resources << /Font << /F1 4 0 R /F2 5 0 R${fontResources(fonts)} >> >> /Contents ${pageAt(n) + 1} 0 R >>`,
      streamOf(contentOf(page, fonts)),
    ]),
  ]
  const chunks = [`%PDF-1.4\n${fonts.length > 0 ? `${formatLetters(set)}\n` : ''}`]
  const offsets: number[] = []
  let offset = chunks[0]!.length
  for (const [n, body] of objects.entries()) {
    const chunk = formatObject(n + 1, body)
    offsets.push(offset)
    offset += chunk.length
    chunks.push(chunk)
  }
  const table = offsets.map((each) => `${String(each).padStart(10, '0')} 00000 n \n`).join('')
  chunks.push(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`)
  chunks.push(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 3 0 R >>\nstartxref\n${offset}\n%%EOF\n`)
  return new Uint8Array(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk, 'latin1'))))
}

export const formatObject = (number: number, body: string) => `${number} 0 obj\n${body}\nendobj\n`

function contentOf({ inks, texts }: Page, fonts: readonly LetterFont[]): string {
  return [...inks.map(inkOf), ...texts.map((text) => textOf(text, fonts))].join('\n')
}

/** A circle is four Bézier curves. */
const bend = 0.5523

function inkOf(ink: Ink): string {
  if (ink.kind === 'dot') {
    const { x, y, radius: r, fill } = ink
    const [k, l] = [bend * r, r]
    const curves = [
      [l, k, k, l, 0, l],
      [-k, l, -l, k, -l, 0],
      [-l, -k, -k, -l, 0, -l],
      [k, -l, l, -k, l, 0],
    ].map((curve) => `${curve.map((each, n) => point((n % 2 === 0 ? x : y) + each)).join(' ')} c`)
    return `${colour(fill)} rg ${point(x + r)} ${point(y)} m ${curves.join(' ')} f`
  }
  if (ink.kind === 'line') {
    const drawn = ink.points.map(({ x, y }, n) => `${point(x)} ${point(y)} ${n === 0 ? 'm' : 'l'}`)
    return `${colour(ink.stroke)} RG ${point(ink.thick)} w ${drawn.join(' ')} S`
  }
  const { x, y, width, height, fill, stroke, thick } = ink
  const box = `${[x, y, width, height].map(point).join(' ')} re`
  return [
    ...(fill === undefined ? [] : [`${colour(fill)} rg ${box} f`]),
    ...(stroke === undefined ? [] : [`${colour(stroke)} RG ${point(thick)} w ${box} S`]),
  ].join('\n')
}

const colour = (rrggbb: string) =>
  [1, 3, 5].map((at) => point(Number.parseInt(rrggbb.slice(at, at + 2), 16) / 255)).join(' ')

/** A comment says which text it is a part of (`readPdfTexts`). */
function textOf({ number, again, font, size, grey, lines }: Placed, fonts: readonly LetterFont[]): string {
  const use = (name: string) => `/${name} ${point(size)} Tf ${point(grey)} ${name.startsWith('B') ? 'G' : 'g'}`
  const plain = font === 'bold' ? 'F2' : 'F1'
  let used = plain
  const shown = lines.map(({ x, y, coded }) => {
    const parts = partsOf(coded, font, fonts).map(({ name = plain, text }) => {
      const change = name === used ? '' : `${use(name)}\n`
      used = name
      return `${change}(${escaped(text)}) Tj`
    })
    return `1 0 0 1 ${point(x)} ${point(y)} Tm\n${parts.join('\n')}`
  })
  return `%${number}${again ? ' again' : ''}\nBT\n${use(plain)}\n${shown.join('\n')}\nET`
}

/** A line in the parts that stand in one font each. `name`: of a font of letters. */
function partsOf(coded: string, font: Font, fonts: readonly LetterFont[]): { name?: string; text: string }[] {
  const parts: { name?: string; text: string }[] = []
  for (const sign of coded) {
    const own = isLetter(sign) ? fonts.find((each) => each.font === font && each.letters.includes(sign))! : undefined
    const last = parts.at(-1)
    const text = own === undefined ? sign : codeIn(own, sign)
    if (last !== undefined && last.name === own?.name) last.text += text
    else parts.push({ ...(own && { name: own.name }), text })
  }
  return parts.length === 0 ? [{ text: '' }] : parts
}

/** 7.3.4.2; a coded text has no control characters. */
const escaped = (coded: string) =>
  coded
    .replace(/[\\()]/g, (sign) => `\\${sign}`)
    .replace(/[\x7f-\xff]/g, (sign) => `\\${sign.charCodeAt(0).toString(8)}`)
const point = (n: number) => String(Math.round(n * 100) / 100)

function utf16(text: string): string {
  let digits = ''
  for (let n = 0; n < text.length; n++) digits += text.charCodeAt(n).toString(16).padStart(4, '0')
  return digits
}
