import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellAt, cellOfName } from '../../../lib/decode/document/xml/book.ts'
import {
  type KnownNames,
  longestName,
  mostInSlot,
  mostKnown,
  noNames,
} from '../../../lib/decode/document/xml/known-names.ts'
import { meaningOf } from '../../../lib/decode/document/xml/tag-meaning.ts'
import { tagReader } from '../../../lib/decode/document/xml/tag-reader.ts'

const names = [
  ...['w:p', 'w:t', 'w:r', 'w:fldChar', 'w:noBreakHyphen', 'w:ins', 'w:moveFrom', 'w:tab', 'w:drawing', 'mc:Fallback'],
  ...['c', 'x:c', 'v', 'row', 'sst', 'si', 'sheet', 'n', 'x:n', 'Data', 'ss:Data', 'cell', 'numCache', 'oddHeader'],
  ...['table:table-cell', 'table:table-row', 'text:note', 'draw:frame', 'draw:polyline', 'text:p', 'data', 'Glyphs'],
  ...['p', 'b', 'span', 'st1:place', 'o:p', 'k:p', 'é', '', '"a"', 'a/b'],
]
const attributes = [
  ...[' r="A1"', ' t="s"', ' t="n"', " t='n'", ' t = "str"', ' s="3"', ' w:fldCharType="begin"', ' ss:Type="Number"'],
  ...[
    ' office:value="1e20"',
    ' o:value="12"',
    ' v="7"',
    ' x="/"',
    ' xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"',
  ],
  ...[
    ' a=" t=\'s\' "',
    ' x',
    '\tb=1',
    '\f',
    '\u00a0',
    ' ',
    ' xmlns:k="http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
  ],
]
const tags = fc
  .tuple(
    fc.constantFrom('', '', '/'),
    fc.constantFrom(...names),
    fc.array(fc.constantFrom(...attributes), { maxLength: 3 }),
    fc.constantFrom('', '', '/', ' /'),
  )
  .map(([begin, name, some, end]) => Buffer.from(`${begin}${name}${some.join('')}${end}`, 'latin1'))

describe('tags that are read by their names', () => {
  it('mean what all that is written in them says', () => {
    fc.assert(
      fc.property(fc.array(tags, { maxLength: 40 }), (documentTags) => {
        const reader = tagReader()
        const bytes = Buffer.concat(documentTags.flatMap((tag) => [Buffer.from('<'), tag, Buffer.from('>')]))
        let at = 0
        for (const { length } of documentTags) {
          const [from, to] = [at + 1, at + 1 + length]
          const meaning = reader.read(bytes, from, to)
          expect(meaning).toEqual(meaningOf(reader.textOf(bytes, from, to)))
          at = to + 1
        }
      }),
    )
  })
})

/** Reads tags one after another; each must mean what is written in it. */
function readAll(known: KnownNames, all: readonly string[]): void {
  const reader = tagReader(known)
  for (const tag of all) expect(reader.read(Buffer.from(tag), 0, tag.length)).toEqual(meaningOf(tag))
}

const chainsOf = ({ slots }: KnownNames) =>
  slots.map((first) => {
    const chain = []
    for (let at = first; at !== undefined; at = at.next) chain.push(at)
    return chain
  })

/** As many as 2 to the tenth, all with the same hash: 31 times `A` and `a` is 31 times `B` and `B`. */
const colliding = Array.from({ length: 1024 }, (_, n) =>
  Array.from({ length: 10 }, (_, bit) => ((n >> bit) & 1 ? 'Aa' : 'BB')).join(''),
)

describe('names that are kept in mind for all documents', () => {
  it('are few of one hash, so that none is compared with many', () => {
    const known = noNames()
    readAll(known, [...colliding, 'p', ...colliding, 'p'])
    const lengths = chainsOf(known).map((chain) => chain.length)
    expect(Math.max(...lengths)).toBe(mostInSlot)
    expect(lengths.reduce((sum, length) => sum + length)).toBe(known.count)
  })

  it('are not too many', () => {
    const known = noNames()
    const many = Array.from({ length: 5 * mostKnown }, (_, n) => `n${n * 7919}`)
    readAll(known, many)
    expect(known.count).toBeLessThanOrEqual(mostKnown)
    expect(chainsOf(known).flat()).toHaveLength(known.count)
  })

  it('are not long, and have memory of their own', () => {
    const known = noNames()
    readAll(known, ['n'.repeat(longestName), 'n'.repeat(longestName + 1), 'n'.repeat(65_000), 'p'])
    const names = chainsOf(known).flat()
    expect(names.map(({ name }) => name.length).sort((a, b) => a - b)).toEqual([1, longestName])
    for (const { name } of names) expect(name.buffer.byteLength).toBe(name.length)
  })
})

describe('a cell that is read from bytes', () => {
  it('is the one of its name', () => {
    const name = fc.oneof(
      fc.stringMatching(/^[A-Z]{0,4}[0-9]{0,8}$/),
      fc.constantFrom('XFD1048576', 'XFE1', 'A0', 'a1', 'A1 ', '', 'A01'),
    )
    fc.assert(
      fc.property(name, (text) => {
        expect(cellAt(Buffer.from(`${text}"`), 0)).toEqual(cellOfName(text))
      }),
    )
  })
})
