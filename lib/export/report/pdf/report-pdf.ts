import { type Block, blocksOf } from './blocks.ts'
import { toPages } from './layout.ts'
import { writePdf } from './write-pdf.ts'

const about: Block = {
  kind: 'note',
  text: 'This file is made from report.html and says the same. Letters that it cannot draw (it has Latin, Greek and Cyrillic ones) stand here as their code points in Unicode, as in “‹U+5317 U+4EAC›”; report.html shows them.',
}

/** `report.pdf`: what the page says, to be printed and kept. @throws FormatInvalid for a page that is not ours */
export function reportPdf(page: string): Uint8Array {
  const { title, blocks } = blocksOf(page)
  return writePdf({ title, pages: toPages([...blocks, about]) })
}
