import { type Page, type Placed, paper } from './layout.ts'

/**
 * A PDF 1.4 file (ISO 32000-1) of texts in the two fonts that every reader has. The same pages are the same bytes: there is
 * no date, no id and nothing compressed in it, and it is all ASCII, so that whatever searches text can search it.
 */
export function writePdf({ title, pages }: { title: string; pages: readonly Page[] }): Uint8Array {
  const pageAt = (n: number) => 6 + 2 * n
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [\n${pages.map((_, n) => `${pageAt(n)} 0 R\n`).join('')}] >>`,
    `<< /Title <feff${utf16(title)}>\n/Producer (offshore deletion verifier) >>`,
    ...['Helvetica', 'Helvetica-Bold'].map(
      (name) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`,
    ),
    ...pages.flatMap((page, n) => {
      const content = contentOf(page)
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${paper.width} ${paper.height}] /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> /Contents ${pageAt(n) + 1} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ]
    }),
  ]
  const chunks = ['%PDF-1.4\n']
  const offsets: number[] = []
  let offset = chunks[0]!.length
  for (const [n, body] of objects.entries()) {
    const chunk = `${n + 1} 0 obj\n${body}\nendobj\n`
    offsets.push(offset)
    offset += chunk.length
    chunks.push(chunk)
  }
  const table = offsets.map((each) => `${String(each).padStart(10, '0')} 00000 n \n`).join('')
  chunks.push(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`)
  chunks.push(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 3 0 R >>\nstartxref\n${offset}\n%%EOF\n`)
  return new Uint8Array(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk, 'latin1'))))
}

function contentOf({ fills, texts }: Page): string {
  const drawn = fills.map(
    ({ x, y, width, height, grey }) => `${point(grey)} g ${[x, y, width, height].map(point).join(' ')} re f`,
  )
  return [...drawn, ...texts.map(textOf)].join('\n')
}

/** A comment says which text it is a part of (`readPdfTexts`). */
function textOf({ number, again, font, size, grey, lines }: Placed): string {
  const shown = lines.map(({ x, y, coded }) => `1 0 0 1 ${point(x)} ${point(y)} Tm\n(${escaped(coded)}) Tj`)
  return `%${number}${again ? ' again' : ''}\nBT\n/${font === 'bold' ? 'F2' : 'F1'} ${point(size)} Tf ${point(grey)} g\n${shown.join('\n')}\nET`
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
