import { deflateSync } from 'node:zlib'
import { linesOf } from './lines-of.ts'

const map = `begincmap
1 begincodespacerange <0000> <ffff> endcodespacerange
1 beginbfrange <0001> <005f> <0020> endbfrange
endcmap`

/** A PDF of one page that shows the lines of a document, compressed, in a font whose codes only its map makes characters of; that stands behind the page. */
export function writePdf(document: Uint8Array): Buffer {
  const lines = linesOf(document).map((line) => `<${Array.from(line, codeOf).join('')}> Tj T*`)
  const content = `BT /F1 9 Tf 11 TL 40 800 Td\n${lines.join('\n')}\nET`
  return Buffer.concat([
    Buffer.from('%PDF-1.4\n'),
    object(1, '<< /Type /Catalog /Pages 2 0 R >>'),
    object(2, '<< /Type /Pages /Count 1 /Kids [3 0 R] >>'),
    object(
      3,
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    ),
    stream(4, content),
    object(
      5,
      '<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>',
    ),
    object(6, '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 600 >>'),
    stream(7, map),
    Buffer.from('trailer\n<< /Size 8 /Root 1 0 R >>\n%%EOF\n'),
  ])
}

/** The first glyph is the blank. */
const codeOf = (byte: number) => (byte - 0x1f).toString(16).padStart(4, '0')

const object = (number: number, text: string) => Buffer.from(`${number} 0 obj\n${text}\nendobj\n`)

function stream(number: number, text: string): Buffer {
  const data = deflateSync(text)
  return Buffer.concat([
    Buffer.from(`${number} 0 obj\n<< /Length ${data.length} /Filter /FlateDecode >>\nstream\n`),
    data,
    Buffer.from('\nendstream\nendobj\n'),
  ])
}
