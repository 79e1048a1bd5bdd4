import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'

async function read(text: string, lengths = [1000]) {
  const { reading, contents } = await collect(inPieces(Buffer.from(text, 'latin1'), lengths))
  return { gaps: [...new Set(reading.gaps.map(({ reason }) => reason))], texts: textsOf(contents) }
}

const documentOf = (body: string) =>
  `{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fswiss Arial;}}{\\info{\\author jane}{\\title t}}\n${body}}`
const header = ['Arial;', 'jane', 't']

describe('RTF', () => {
  test.each(['\r\n', '\xef\xbb\xbf', '\xef\xbb\xbf\n \t'])('is read behind %j', async (before) => {
    const { texts, gaps } = await read(`${before}{\\rtf1 12{\\b 34}}`)
    expect(texts['rtf/text']).toContain('1234\n')
    expect(gaps).toEqual([])
  })

  const cases = [
    {
      name: 'a word with another look in it',
      body: '\\pard user 12{\\b 34}\\i0 56\\par 7\\par',
      texts: ['user 123456', '7'],
    },
    { name: 'runs as Word writes them', body: '{\\rtlch\\fcs1 \\ltrch\\insrsid7 12}{\\insrsid9\n34}', texts: ['1234'] },
    { name: 'line ends, which mean nothing', body: 'jane\r\n.doe@\nx.org', texts: ['jane.doe@x.org'] },
    { name: 'characters by code', body: "jane\\'40x.org \\'e9\\'E9", texts: ['jane@x.org éé'] },
    {
      name: 'characters by number, and what stands for them',
      body: "\\uc1 1\\u50?3\\u8364\\'804 {\\uc2\\u49ab2}\\u51?4",
      texts: ['123€4 1234'],
    },
    { name: 'characters beyond 65535', body: '\\u-10179?\\u-8704?1', texts: ['😀1'] },
    { name: 'a mark within a word', body: '12{\\*\\bkmkstart a1}{\\*\\bkmkend a1}34', texts: ['a1', 'a1', '1234'] },
    { name: 'a note within a word', body: '12{\\footnote\\pard see 9}34', texts: ['see 9', '1234'] },
    {
      name: 'a link',
      body: '{\\field{\\*\\fldinst HYPERLINK "mailto:jane"}{\\fldrslt{\\ul ja}}}ne',
      texts: ['HYPERLINK "mailto:jane"', 'jane'],
    },
    {
      name: 'cells, tabs and breaks',
      body: '1\\cell 2\\tab 3\\line 4\\row 5\\~6\\_7\\-8\\{\\}\\\\9',
      texts: ['1\t2\t3\t4\t5\t6-78{}\\9'],
    },
    {
      name: 'changes that are tracked',
      body: '1{\\deleted 2}{\\revised\\revauth1 3}4\\deleted 5\\deleted0 6',
      texts: ['123456', '1346', '12456'],
    },
    { name: 'a property of a shape', body: '{\\sp{\\sn wzName}{\\sv 12}}34', texts: ['wzName', '12', '34'] },
    { name: 'numbers of lists', body: "{\\leveltext\\'02\\'00.;}", texts: ['.;'] },
    { name: 'the end of a paragraph as a sign', body: '12\\\n34\\\r\n56', texts: ['12', '34', '56'] },
    { name: 'text behind its end', body: '12}34{', texts: ['12', '34'] },
  ]
  test.each(cases)('has its paragraphs as they read: $name', async ({ body, texts }) => {
    const text = documentOf(body)
    for (const lengths of [[1000], [1], [7, 3]]) {
      const got = await read(text, lengths)
      expect(got.gaps).toEqual([])
      expect(got.texts.rtf).toBe(text)
      expect(
        got.texts['rtf/text']
          ?.trimEnd()
          .split('\n')
          .map((line) => line.trim()),
      ).toEqual([...header, ...texts])
    }
  })

  test('is delivered as it is, and the same however it is cut', async () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '\\',
      '\\b',
      '\\u',
      '\\*',
      "\\'",
      '4',
      '1',
      ' ',
      '\n',
      '-',
      'a',
      '\\par',
      '\\bin',
      '\\info',
      '\\deleted',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 60 }),
        fc.array(fc.nat(20), { minLength: 1 }),
        async (pieces, lengths) => {
          const text = `{\\rtf1 ${pieces.join('')}`
          const got = await read(
            text,
            lengths.map((length) => length + 1),
          )
          expect(got.gaps).toEqual([])
          expect(got.texts.rtf).toBe(text)
          expect(got).toEqual(await read(text))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('has a gap for what is no text, and is read on behind it', async () => {
    const picture = randomBytes(3000)
    expect((await read(documentOf(`{\\pict ${picture.toString('hex')}}`))).gaps).toEqual(['opaque'])
    const raw = await read(documentOf(`{\\pict\\bin3000 ${picture.toString('latin1')}}12{\\b 3}`))
    expect(raw.gaps).toHaveLength(1)
    expect(raw.texts['rtf/text']).toMatch(/\n123\n$/)
  })

  test('is read in bounded memory where a paragraph does not end, or groups do not', async () => {
    const words = await read(documentOf(`${'user 17 '.repeat(700_000)}12{\\b 34}`), [65_536])
    expect(words.gaps).toEqual([])
    expect(words.texts['rtf/text']).toMatch(/17 1234\n$/)
    expect((await read(documentOf('x'.repeat(5_000_000)), [65_536])).gaps).toEqual(['limit'])
    const changed = `{\\deleted 1}${'user 17 '.repeat(700_000)}`
    expect((await read(documentOf(changed), [65_536])).gaps).toEqual(['limit'])
    expect((await read(documentOf('{'.repeat(5000)))).gaps).toEqual(['limit'])
  })
})
