import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { canonicalOf } from '../../../../lib/manifest/identifier.ts'
import { scanObject } from '../../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'
import { inPieces } from '../../collect.ts'

const corpus = new URL('../../../corpus/pdf/', import.meta.url)

/** A number, a UUID, an address and a handle of somebody who is shown (1), in the title (2), in fields of a form (3) or in an attachment (4). */
const idsOf = (place: number) => [
  `500000000${place}`,
  `6f9619ff-8b86-4d01-b42d-00cf4fc964f${place}`,
  `jane.doe${place}@example.org`,
  `jane_doe_${place}`,
]
const ids = [1, 2, 3, 4].flatMap(idsOf)
const index = makeIndex(ids)
const idOf = new Map(
  ids.map((id) => {
    const read = canonicalOf(id, index.caseRule)
    return ['shape' in read ? index.ordinalOf(read.shape, read.canonical) : -1, id]
  }),
)

/** Who is in what programs write; those of TeX draw underscores as lines, so that nobody can find the handle. */
const programs: Record<string, number[]> = {
  cairo: [1],
  chromium: [1, 2],
  fop: [1],
  fpdf2: [1, 2, 4],
  'fpdf2-ttf': [1, 2, 4],
  ghostscript: [1],
  'ghostscript-chromium': [1, 2],
  groff: [1],
  jspdf: [1, 2],
  libreoffice: [1, 2],
  'libreoffice-calc': [1],
  matplotlib: [1, 2],
  pdfkit: [1, 2, 4],
  platypus: [1, 2],
  prawn: [1, 2],
  pymupdf: [1, 2, 3, 4],
  pypdf: [1, 2, 3, 4],
  qpdf: [1, 2, 3],
  'qpdf-linear': [1, 4],
  'qpdf-merged': [1],
  'qpdf-qdf': [1, 2],
  r: [1, 2],
  reportlab: [1, 2, 3],
  tcpdf: [1, 2],
  typst: [1, 2],
  weasyprint: [1, 2, 4],
  wkhtmltopdf: [1],
  xetex: [1],
}
const others: Record<string, string[]> = {
  pdftex: idsOf(1).slice(0, 3),
  'ghostscript-tex': idsOf(1).slice(0, 3),
  // In the comment of a picture.
  img2pdf: ['jane_doe_1', ...idsOf(2)],
  'qpdf-encrypted': [],
}
const cases = [
  ...Object.entries(programs).map(([name, places]) => ({ name, who: places.flatMap(idsOf) })),
  ...Object.entries(others).map(([name, who]) => ({ name, who })),
]

test.each(cases)('people are found in what $name writes, and it is not clean', async ({ name, who }) => {
  const bytes = readFileSync(new URL(`${name}.bin`, corpus))
  const found = new Map<string, Set<string>>()
  const { complete, gaps } = await scanObject(inPieces(bytes, [997]), index, ({ ordinal, path }) => {
    const id = idOf.get(ordinal)!
    found.set(id, (found.get(id) ?? new Set()).add(path.join('/')))
  })
  expect([...found.keys()].toSorted()).toEqual(who.toSorted())
  expect(complete).toBe(false)
  expect(gaps[0]!.reason).toBe(name === 'qpdf-encrypted' ? 'encrypted' : 'unsupported-format')
  const onPages = [...found].filter(([, places]) => [...places].some((place) => /^pdf\/page-\d+$/.test(place)))
  const shown = name === 'img2pdf' ? [] : who.filter((id) => idsOf(1).includes(id))
  expect(onPages.map(([id]) => id).toSorted()).toEqual(expect.arrayContaining(shown))
})

test('all files of the corpus are asked for', () => {
  const files = readdirSync(corpus).filter((name) => name.endsWith('.bin'))
  expect(files.map((name) => name.slice(0, -4)).toSorted()).toEqual(cases.map(({ name }) => name).toSorted())
})
