import { type Block, blocksOf } from './blocks.ts'
import { toPages } from './layout.ts'
import { writePdf } from './write-pdf.ts'

const about: Block = {
  kind: 'drawing',
  text: 'This file is made from report.html, which also has the drawings. A sign that the fonts of this file lack stands here as “?”, and report.html shows it.',
}

/** `report.pdf`: what the page says, to be printed and kept. @throws FormatInvalid for a page that is not ours */
export function reportPdf(page: string): Uint8Array {
  const { title, blocks } = blocksOf(page)
  return writePdf({ title, pages: toPages([...blocks, about]) })
}
