import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import type { Means } from '../../../lib/decode/means.ts'
import { inPieces } from '../collect.ts'

const begins = [
  ...['<html>', '<?xml version="1.0"?>', '<!DOCTYPE html>', '<xliff version="1.2">', '<!-- c --><a b="">'],
  ...['<!DOCTYPE x [<!ENTITY own "me">]>', '<r xmlns="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'],
]
const names = [
  ...['p', 'a', 'b', 'td', 'span', 'em', 'sub', 'x:p', 'text:p', 'text:note', 'office:annotation', 'w:p', 'w:ins'],
  ...[
    'ph',
    'g',
    'c',
    'v',
    'si',
    'data',
    'oddHeader',
    'n',
    'Glyphs',
    'table:table-cell',
    'é',
    'a-name-of-more-than-32-characters',
  ],
]
const attributes = [
  ...[
    'class="a"',
    'href="?a&amp;b"',
    "t='a>b'",
    'q="&shy;"',
    'u=a&amp;b',
    'k = "&#65;"',
    'e=""',
    'w:fldCharType="begin"',
  ],
  ...[
    'office:value="9007199254740993"',
    'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"',
    'n="&no;"',
    'o="',
  ],
]
const texts = [
  ...[
    'bob',
    ' ',
    '\n',
    '\r\n',
    '&amp;',
    '&am',
    'p;',
    '&#38;',
    '&#x1F600;',
    '&#xd800;',
    '&#0;',
    '&#10;',
    '&nbsp;',
    '&;',
    '&#;',
  ],
  ...[
    '&own;',
    '&no;',
    '&lt;i&gt;',
    '&lt;/i&gt;b',
    '_x0041_',
    '_x',
    '9007199254740993',
    'é',
    '\u00a0',
    '"',
    ">'",
    'word '.repeat(9),
  ],
]
const others = ['<!-- a > b -->', '<![CDATA[a & <b>]]>', '<?pi x?>', '<', '<>', '</>', '< a>', '<!x>', '<!--']

const tag = fc
  .tuple(
    fc.constantFrom('', '', '/'),
    fc.constantFrom(...names),
    fc.array(fc.constantFrom(...attributes), { maxLength: 2 }),
    fc.constantFrom('', '/'),
  )
  .map(([end, name, some, empty]) => `<${[`${end}${name}`, ...some].join(' ')}${empty}>`)
const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...texts) },
  { weight: 5, arbitrary: tag },
  { weight: 1, arbitrary: fc.constantFrom(...others) },
)
const documents = fc
  .tuple(fc.constantFrom(...begins), fc.array(piece, { maxLength: 60 }))
  .map(([begin, pieces]) => begin + pieces.join(''))

/** All that a reading tells: what was written, in which writes, where each row is, gaps. */
async function told(document: string, lengths: readonly number[], means: Means) {
  const writes: unknown[] = []
  const reading = await decodeObject(
    inPieces(Buffer.from(document), lengths),
    (path, by) => {
      const name = path.join('/')
      let line = 1
      return {
        write(bytes) {
          const text = Buffer.from(bytes).toString('latin1')
          const places: unknown[] = []
          for (const _ of text.matchAll(/\n/g))
            if (typeof by === 'function') places.push(by(line++, { index: 0, count: 1 }))
          writes.push([name, text, places.map((place) => (typeof place === 'function' ? place() : place))])
        },
        end: () => void writes.push([name, 'end']),
      }
    },
    { means },
  )
  return { writes, reading }
}

describe('markup that is read by WebAssembly', () => {
  it('gives what it gives by plain means, whatever it is and however it is cut', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(documents, cuts, async (document, lengths) => {
        expect(await told(document, lengths, 'fast')).toEqual(await told(document, lengths, 'plain'))
      }),
      { numRuns: 400 },
    )
  })

  it('gives the same where it is longer than what is read at once, also without an end of a text', async () => {
    const rows = (cell: string) =>
      `<html>${`<tr class="a"><td>${cell}<td><a href="?a&amp;b">x &lt; y</a>`.repeat(4000)}`
    const cases = [
      rows('bob'),
      rows('b<b>o</b>b\nand'),
      rows('&uuml;&#228;'),
      `<html>${'word <b>'.repeat(30_000)}`,
      `<html>${'word '.repeat(60_000)}<p>end`,
      `<r>${Array.from({ length: 5000 }, (_, n) => `<n${n}>${n}</n${n}>&r${n};<p>`).join('')}`,
      `<c>${'<row><c r="B2"><v>1</v></c></row><p>text</p><p>more</p>'.repeat(3000)}`,
    ]
    for (const document of cases)
      for (const lengths of [[65_536], [70_001, 12]])
        expect(await told(document, lengths, 'fast')).toEqual(await told(document, lengths, 'plain'))
  })

  it('gives the same where one text has more references than are kept in mind, or a literal one is five times as long as it is written', async () => {
    const references = Array.from({ length: 1500 }, (_, n) => `&r${n};`).join(' ')
    const cases = [
      `<html><p>${references}</p>bob`,
      `<html><a href="${references}">bob</a>`,
      `<html><p>${'word '.repeat(13_104)}is<![CDATA[${'&'.repeat(32_000)} bo]]><b>b</b>`,
    ]
    for (const document of cases)
      expect(await told(document, [65_536], 'fast')).toEqual(await told(document, [65_536], 'plain'))
  })
})
