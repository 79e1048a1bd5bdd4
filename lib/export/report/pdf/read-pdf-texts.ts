import { FormatInvalid } from '../../../errors.ts'
import { fromCoded } from './coded-text.ts'
import {
  firstLetterObject,
  type LetterFont,
  letterAt,
  letterFontsOf,
  letterObjects,
  parseLetters,
} from './letter-fonts.ts'
import { formatObject } from './write-pdf.ts'

const shown = /^\(((?:[^\\()\x00-\x1f\x7f-\xff]|\\[\\()]|\\[1-3][0-7]{2})*)\) Tj$/
const begun = /^%(\d{1,9})( again)?$/
const titled = /^<< \/Title <feff((?:[0-9a-f]{4})*)>$/

const chosen = /^\/([FRB]\d{1,2}) /
const place = '-?\\d{1,3}(?:\\.\\d{1,2})?'

/** All other lines that `writePdf` writes, in which no number is longer than a place or a count needs. */
const frame = new RegExp(
  `^(?:${[
    '',
    '%PDF-1\\.4|%%EOF',
    '\\d{1,6} 0 obj|endobj|stream|endstream|BT|ET|xref|trailer|startxref|0 \\d{1,6}',
    `(?:${place} ){6}Tm|(?:(?:${place} ){1,6}(?:rg|RG|w|re|m|l|c) ){1,40}[fS]`,
    '/[FRB]\\d{1,2} \\d{1,2}(?:\\.\\d{1,2})? Tf [\\d.]{1,4} [gG]',
    '<< /Type /Catalog /Pages 2 0 R /Lang \\(en\\) /ViewerPreferences << /DisplayDocTitle true >> >>',
    '<< /Type /Pages /Count \\d{1,6} /Kids \\[|\\d{1,6} 0 R|\\] >>',
    '/Producer \\(offshore deletion verifier\\) >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica(?:-Bold)? /Encoding /WinAnsiEncoding >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox \\[0 0 595 842\\] /Resources << /Font << /F1 4 0 R /F2 5 0 R(?: /[RB]\\d{1,2} \\d{1,6} 0 R)* >> >> /Contents \\d{1,6} 0 R >>',
    '<< /Length \\d{1,6} >>|<< /Size \\d{1,6} /Root 1 0 R /Info 3 0 R >>',
  ].join('|')})$`,
)

/**
 * The texts of a file that `writePdf` wrote: its title, then each text once and whole, wherever lines and pages cut it. Left out are the
 * numbers of pages, and heads of tables that are there again. @throws FormatInvalid for a line that it does not write
 */
export function readPdfTexts(bytes: Uint8Array): string[] {
  const written = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  /** In pieces, by their number; what is there again by itself. */
  const texts: { number: string; again: boolean; coded: string }[] = []
  const byNumber = new Map<string, { coded: string }>()
  let title = ''
  let current: { coded: string } | undefined
  const { fonts, rest } = withoutLetters(written)
  let font: LetterFont | undefined
  for (const [n, line] of rest.split('\n').entries()) {
    const coded = shown.exec(line)?.[1]
    const name = chosen.exec(line)?.[1]
    if (name !== undefined) font = fonts.find((each) => each.name === name)
    const start = begun.exec(line)
    if (coded !== undefined && current !== undefined) current.coded += lettersOf(unescaped(coded), font)
    else if (start !== null) {
      const text = { number: start[1]!, again: start[2] !== undefined, coded: '' }
      const known = text.again || text.number === '0' ? undefined : byNumber.get(text.number)
      current = known ?? text
      if (known === undefined) texts.push(text)
      if (known === undefined && !text.again) byNumber.set(text.number, text)
    } else if (titled.test(line)) title = fromUtf16(titled.exec(line)![1]!)
    else if (!frame.test(line) && !isPlace(line, written))
      throw new FormatInvalid(`report.pdf: line ${n + 1}: expected one of ours, got another`)
  }
  const isOnce = ({ number, again, coded }: (typeof texts)[number]) =>
    again ? byNumber.get(number)?.coded !== coded : number !== '0' || !/^Page \d{1,6} of \d{1,6}$/.test(coded)
  return [title, ...texts.filter(isOnce).map(({ coded }) => fromCoded(coded))]
}

/** All that is there about letters follows from the line that names them. */
function withoutLetters(written: string): { fonts: LetterFont[]; rest: string } {
  const line = written.split('\n', 2)[1] ?? ''
  const set = parseLetters(line)
  if (set === undefined) return { fonts: [], rest: written }
  const fonts = letterFontsOf(set)
  const own = letterObjects(fonts).map((body, n) => formatObject(firstLetterObject + n, body))
  const objects = own.join('')
  const at = written.indexOf(objects)
  if (at === -1) throw new FormatInvalid('report.pdf: line 2: expected the letters that are drawn, got others')
  const rest = written.slice(0, at) + '\n'.repeat(objects.split('\n').length - 1) + written.slice(at + objects.length)
  return { fonts, rest: rest.replace(line, '') }
}

function lettersOf(coded: string, font: LetterFont | undefined): string {
  return font === undefined ? coded : [...coded].map((code) => letterAt(font, code) ?? '?').join('')
}

/** Where an object or the table of them is: a number is one of those only if that is there. */
function isPlace(line: string, written: string): boolean {
  const [, entry, table] = /^(?:(\d{10}) (?:00000 n|65535 f) |(\d{1,10}))$/.exec(line) ?? []
  if (table !== undefined) return written.startsWith('xref\n', Number(table))
  if (entry === undefined) return false
  return Number(entry) === 0 || /^\d{1,6} 0 obj\n/.test(written.slice(Number(entry), Number(entry) + 14))
}

const unescaped = (coded: string) =>
  coded.replace(/\\(?:([1-3][0-7]{2})|(.))/g, (_, octal: string | undefined, sign: string) =>
    octal === undefined ? sign : String.fromCharCode(Number.parseInt(octal, 8)),
  )

const fromUtf16 = (digits: string) => digits.replace(/.{4}/g, (code) => String.fromCharCode(Number.parseInt(code, 16)))
