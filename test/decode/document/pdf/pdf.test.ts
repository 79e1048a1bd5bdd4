import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { writeJpeg } from '../../../../lib/scan/controls/samples/jpeg-sample.ts'
import { collect, inPieces, textsOf } from '../../collect.ts'
import { deflated, object, pageOf, pdfOf, stream } from './pdf-writer.ts'

async function read(pdf: Uint8Array, lengths = [1e6]) {
  const { reading, contents } = await collect(inPieces(pdf, lengths))
  return { gaps: reading.gaps.map(({ reason }) => reason), texts: textsOf(contents), contents }
}
const linesIn = (text: string | undefined) => (text ?? '').split('\n').slice(0, -1)

describe('PDF', () => {
  test.each(['', '\xef\xbb\xbf', ' \t\r\n', '\x1b%-12345X', '\n\x1b%-12345X@PJL SET A=1\n@PJL B\n'])(
    'is pushed as it is stored behind %j, and is never clean',
    async (before) => {
      const pdf = Buffer.concat([Buffer.from(before, 'latin1'), pdfOf(object(1, '<< /Type /Catalog >>'))])
      for (const lengths of [[1e6], [1]]) {
        const { gaps, texts, contents } = await read(pdf, lengths)
        expect(gaps).toEqual(['unsupported-format'])
        expect(Object.keys(texts)).toEqual(['pdf'])
        expect(contents.get('pdf')).toEqual({ bytes: pdf, ended: true })
      }
    },
  )

  test('that says that it is encrypted is named so, and its pages are not read', async () => {
    const pdf = pageOf('BT (bob) Tj ET', '', object(9, '<< /Filter /Standard >>'))
    const text = pdf.toString('latin1').replace('/Root 1 0 R', '/Root 1 0 R /Encrypt 9 0 R')
    const { gaps, texts } = await read(Buffer.from(text, 'latin1'))
    expect(gaps).toEqual(['encrypted'])
    expect(texts['pdf/page-1']).toBeUndefined()
  })

  const strings = [
    { name: 'with escapes', written: '(a\\(b\\)\\\\ \\142\\157b \\53 \\q)', text: 'a(b)\\ bob + q' },
    { name: 'with parentheses in it', written: '(a (b) c)', text: 'a (b) c' },
    { name: 'over a line end', written: '(bo\\\nb.sm\\\r\nith)', text: 'bob.smith' },
    { name: 'in hexadecimal digits', written: '<62 6F\n62 7>', text: 'bobp' },
    { name: 'in UTF-16', written: '<FEFF0062006F0062>', text: 'bob' },
    { name: 'in UTF-16 as characters', written: '(\xfe\xff\0b\0o\0b)', text: 'bob' },
    { name: 'in UTF-16 of the other order', written: '<FFFE62006F006200>', text: 'bob' },
    { name: 'in UTF-8', written: '(\xef\xbb\xbfbob \xc3\xa9)', text: 'bob é' },
    { name: 'in one byte a character', written: '(bob \xe9)', text: 'bob é' },
    { name: 'deep in others', written: '[<< /A [ << /URI (mailto:bob) >> ] >>]', text: 'mailto:bob' },
    { name: 'as a name with codes', written: '/bob#40x.org', text: 'bob@x.org' },
  ]
  test.each(strings)('has strings $name', async ({ written, text }) => {
    const own = Buffer.from(`<< /Title ${written} >>`, 'latin1')
    for (const lengths of [[1e6], [1], [7, 3]])
      expect((await read(pdfOf(object(7, own)), lengths)).texts['pdf/object-1/strings']).toBe(`${text}\n`)
    const inStream = Buffer.concat([Buffer.from('7 0 8 5 '), Buffer.from('true '), own])
    const packed = deflated(3, inStream, '/Type /ObjStm /N 2 /First 8')
    expect((await read(pdfOf(packed))).texts['pdf/object-3/strings']).toBe(`${text}\n`)
  })

  test('names nobody where it says what is where: numbers of objects may be those of people', async () => {
    const id = 4829137
    const page = deflated(id, 'BT /F1 10 Tf (bob) Tj ET', '/Subtype /Form')
    const packed = deflated(
      id + 1,
      `${id + 2} 0 <</Title (bob)>>`,
      `/Type /ObjStm /N 1 /First ${`${id + 2} 0 `.length}`,
    )
    const { texts } = await read(pdfOf(object(id, '(bob)'), object(id, '(bob)'), page, packed))
    expect(Object.keys(texts).sort()).toEqual(
      [
        '',
        '/object-1/strings',
        '/object-2/strings',
        '/object-3',
        '/object-3/shown',
        '/object-4',
        '/object-5/strings',
      ].map((each) => `pdf${each}`),
    )
  })

  test('has strings of the trailer, and of objects that were replaced', async () => {
    const pdf = pdfOf(object(7, '(first)'), object(7, '(second)'))
    const text = pdf.toString('latin1').replace('/Root', '/Info << /Author (bob) >> /Root')
    const { texts } = await read(Buffer.from(text, 'latin1'))
    expect(texts['pdf/object-1/strings']).toBe('first\n')
    expect(texts['pdf/object-2/strings']).toBe('second\n')
    expect(texts['pdf/between-1/strings']).toBe('bob\n')
  })

  const data = 'app.alert("bob@example.org") // bob@example.org bob@example.org'
  const hex = (bytes: Uint8Array) => `${Buffer.from(bytes).toString('hex')}>`
  /** PNG's Up, two rows of 32. */
  const up = Buffer.alloc(66)
  for (const [at, byte] of Buffer.from(data.padEnd(64)).entries()) {
    const before = at < 32 ? 0 : data.padEnd(64).charCodeAt(at - 32)
    up[at + Math.floor(at / 32) + 1] = byte - before
  }
  up[0] = 2
  up[33] = 2
  const tiff = Buffer.from(data.padEnd(64)).map((byte, at, all) => (at % 32 === 0 ? byte : byte - all[at - 1]!))
  const filters = [
    { name: 'FlateDecode', filter: '/FlateDecode', bytes: deflateSync(data) },
    { name: 'ASCIIHexDecode', filter: '/ASCIIHexDecode', bytes: hex(Buffer.from(data)) },
    { name: 'two in short', filter: '[/AHx /Fl]', bytes: hex(deflateSync(data)) },
    { name: 'RunLengthDecode', filter: '/RL', bytes: Buffer.from(`\x3e${data}\x80`, 'latin1') },
    {
      name: 'a predictor of PNG',
      filter: '/FlateDecode /DecodeParms << /Predictor 12 /Columns 32 >>',
      bytes: deflateSync(up),
      text: data.padEnd(64),
    },
    {
      name: 'a predictor of TIFF',
      filter: '/FlateDecode /DecodeParms [<< /Predictor 2 /Columns 32 >>]',
      bytes: deflateSync(tiff),
      text: data.padEnd(64),
    },
    {
      name: 'damaged data',
      filter: '/FlateDecode',
      bytes: deflateSync(data).subarray(0, -9),
      text: 'app.alert("bob@example.org")',
    },
  ]
  test.each(filters)('has streams with $name', async ({ filter, bytes, text = data }) => {
    for (const lengths of [[1e6], [1], [5, 70]]) {
      const { texts } = await read(pdfOf(stream(5, bytes, `/Filter ${filter} /Length 99999`)), lengths)
      expect(texts['pdf/object-1']).toContain(text)
    }
  })

  test('has streams with ASCII85Decode and LZWDecode as other programs write them', async () => {
    // Of ISO 32000-2, 7.4.4.2, and Python's base64.a85encode.
    const lzw = Buffer.from('800b6050220c0c8501', 'hex')
    const { texts } = await read(
      pdfOf(
        stream(5, lzw, '/Filter /LZWDecode'),
        stream(6, '@W,^@AU%X#E,9)<DfTI~>', '/Filter /ASCII85Decode'),
        stream(7, 'z!!~>', '/Filter /A85'),
      ),
    )
    expect(texts['pdf/object-1']).toBe('-----A---B')
    expect(texts['pdf/object-2']).toBe('bob@example.org')
    expect(texts['pdf/object-3']).toBe('\0\0\0\0\0')
  })

  test('has contents of their own', async () => {
    const { texts, gaps } = await read(
      pdfOf(
        deflated(5, 'id\nbob\n', '/Type /EmbeddedFile'),
        deflated(6, '<?xpacket?><x:xmpmeta>b&#111;b</x:xmpmeta>', '/Type /Metadata'),
        deflated(7, deflateSync('{"user":"bob"}'), ''),
        stream(8, writeJpeg(Buffer.from('bob')), '/Subtype /Image /Filter /DCTDecode'),
        deflated(9, 'samples', '/Subtype /Image'),
        deflated(10, 'a font', '/Length1 6'),
      ),
    )
    expect(texts['pdf/object-1']).toBe('id\nbob\n')
    expect(texts['pdf/object-2/xml/text']).toBe('bob\n')
    expect(texts['pdf/object-3/zlib']).toBe('{"user":"bob"}')
    expect(texts['pdf/object-4/jpeg/metadata']).toContain('bob')
    expect(gaps).toEqual(['unsupported-format', 'picture'])
    expect(texts['pdf/object-5']).toBeUndefined()
    expect(texts['pdf/object-6']).toBeUndefined()
  })
})

const helvetica = object(5, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>')
/** Each glyph is half as wide as the text is high. */
const even = object(
  5,
  `<< /Type /Font /Subtype /TrueType /FirstChar 0 /Widths [${'500 '.repeat(256)}] /Encoding /WinAnsiEncoding >>`,
)
const map = (body: string) =>
  deflated(7, `begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange ${body} endcmap`)
const composite = object(
  5,
  '<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>',
)
const descendant = object(6, '<< /Type /Font /Subtype /CIDFontType2 /DW 500 /W [1 [500 500] 3 9 500] >>')

describe('the text of a page', () => {
  async function shown(operators: string, ...others: Uint8Array[]) {
    const { texts } = await read(pageOf(operators, '/F1 5 0 R /F2 8 0 R', ...others))
    return [...linesIn(texts['pdf/page-1']), ...linesIn(texts['pdf/page-1/over-lines'])]
  }
  const cases = [
    { name: 'a string', operators: '(bob) Tj', lines: ['bob'] },
    { name: 'kerned', operators: '[(b) -30 (o) 20.5 (b)] TJ', lines: ['bob'] },
    { name: 'with room in the place of blanks', operators: '[(user) -333 (bob)] TJ', lines: ['user\tbob', 'userbob'] },
    { name: 'in several looks', operators: '(b) Tj 1 0 0 rg (ob) Tj', lines: ['bob'] },
    { name: 'by the operators of lines', operators: '12 TL (a) Tj (bob) \' 1 2 (c) "', lines: ['a', 'bob', 'c'] },
    { name: 'in lines', operators: '(a) Tj 0 -12 Td (bob) Tj T* (c) Tj', lines: ['a', 'bob\tc', 'bobc'] },
    { name: 'in another line', operators: '12 TL (a) Tj T* (bob) Tj', lines: ['a', 'bob'] },
    { name: 'in cells', operators: '(bob) Tj 100 0 Td (c) Tj', lines: ['bob\tc', 'bobc'] },
    { name: 'that goes on where it ended', operators: '(bo) Tj 10 0 Td (b) Tj', lines: ['bob'], font: even },
    {
      name: 'that goes on in another block',
      operators: '(bo) Tj ET Q q BT /F1 10 Tf 1 0 0 1 10 0 Tm (b) Tj',
      lines: ['bob'],
      font: even,
    },
    {
      name: 'glyph by glyph',
      operators: '(b) Tj 5 0 Td (o) Tj 5 0 Td (b) Tj 7.6 0 Td (c) Tj',
      lines: ['bob\tc', 'bobc'],
      font: even,
    },
    {
      name: 'that is turned',
      operators: '0 1 -1 0 5 5 Tm (bo) Tj 10 0 Td (b) Tj 0 -12 Td (c) Tj',
      lines: ['bob', 'c'],
      font: even,
    },
    {
      name: 'whose page is upside down',
      operators: '1 0 0 -1 0 0 Tm (bo) Tj 10 0 Td (b) Tj',
      lines: ['bob'],
      font: even,
    },
    { name: 'with room between characters', operators: '3 Tc (bob) Tj 24 0 Td (x) Tj', lines: ['bobx'], font: even },
    {
      name: 'over a line that ends in a hyphen',
      operators: '12 TL (jane@exam-) Tj T* (ple.org c) Tj',
      lines: ['jane@exam-', 'ple.org c', 'jane@exam-ple.org\tjane@example.org'],
    },
    {
      name: 'over three lines that end in hyphens',
      operators: '12 TL (x 6f9619ff-) Tj T* (8b86-4d01-) Tj T* (b42d y) Tj',
      lines: [
        'x 6f9619ff-',
        '8b86-4d01-',
        'b42d y',
        '6f9619ff-8b86-4d01-\t6f9619ff8b86-4d01-',
        '8b86-4d01-b42d\t8b86-4d01b42d',
        '6f9619ff-8b86-4d01-b42d\t6f9619ff-8b86-4d01b42d',
      ],
    },
    {
      name: 'of an address and a UUID that a narrow cell breaks anywhere',
      operators: '12 TL (jane@exampl) Tj T* (e.org) Tj T* (6f9619ff-8b86-4d01-b) Tj T* (42d-00cf4fc964f1) Tj',
      lines: [
        'jane@exampl',
        'e.org',
        '6f9619ff-8b86-4d01-b',
        '42d-00cf4fc964f1',
        'jane@example.org',
        'jane@example.org6f9619ff-8b86-4d01-b',
        '6f9619ff-8b86-4d01-b42d-00cf4fc964f1',
        'jane@example.org6f9619ff-8b86-4d01-b42d-00cf4fc964f1',
      ],
    },
    {
      name: 'of numbers, which are not put together',
      operators: '12 TL (500) Tj T* (0001) Tj',
      lines: ['500', '0001'],
    },
    { name: 'between images', operators: 'ET BI /W 1 ID (((EI BT /F1 10 Tf EI BT /F1 10 Tf (bob) Tj', lines: ['bob'] },
    {
      name: 'said beside it',
      operators: '/Span << /ActualText <FEFF0062006F0062> >> BDC (x) Tj EMC',
      lines: ['bob', 'x'],
    },
  ]
  test.each(cases)('$name', async ({ operators, lines, font = helvetica }) => {
    expect(await shown(`q BT /F1 10 Tf ${operators} ET Q`, font)).toEqual(lines)
  })

  const fonts = [
    {
      name: 'by names of glyphs',
      font: '/Subtype /Type1 /Encoding << /Differences [1 /b /o 9 /at /zero /uni0031 /ffi] >>',
      codes: '010209 0a0b0c',
      text: 'bo@01ffi',
    },
    { name: 'by its own encoding', font: '/Subtype /Type1 /Encoding /MacRomanEncoding', codes: '626f62', text: 'bob' },
    {
      name: 'by a map, a byte a code',
      font: '/Subtype /TrueType /ToUnicode 7 0 R',
      codes: '0102',
      text: 'bo',
      map: '1 beginbfrange <01> <02> [<0062> <006F>] endbfrange',
    },
    { name: 'in Unicode', font: '/Subtype /Type0 /Encoding /UniJIS-UTF16-H', codes: '0062006f0062', text: 'bob' },
    { name: 'that says nothing', font: '/Subtype /Type0 /Encoding /Identity-H', codes: '0062006f', text: '��' },
    { name: 'of TeX', font: '/Subtype /Type1', codes: '0b62', text: 'ffb' },
  ]
  test.each(fonts)('in a font $name', async ({ font, codes, text, map: body = '' }) => {
    const lines = await shown(`BT /F1 10 Tf <${codes}> Tj ET`, object(5, `<< /Type /Font ${font} >>`), map(body))
    expect(lines).toEqual([text])
  })

  const maps = [
    { name: 'characters', body: '2 beginbfchar <0001> <0062> <0002> <006f> endbfchar' },
    {
      name: 'a range',
      body: '1 beginbfrange <0001> <0001> <0062> endbfrange 1 beginbfrange <0002> <0003> <006f> endbfrange',
    },
    { name: 'a list', body: '1 beginbfrange <0001> <0002> [<0062> <006f>] endbfrange' },
  ]
  test.each(maps)('in a font with a map of $name', async ({ body }) => {
    expect(await shown('BT /F1 10 Tf <000100020001> Tj ET', composite, descendant, map(body))).toEqual(['bob'])
  })

  test('with joined letters as their map or Ghostscript says them, and blanks of Qt', async () => {
    const body = '3 beginbfchar <0001> <fb01> <0002> <66006600> <0003> <0009> endbfchar'
    expect(await shown('BT /F1 10 Tf <000100020003> Tj ET', composite, descendant, map(body))).toEqual(['fiff '])
  })

  test('in an object stream in front of it, with contents in parts and a font by reference', async () => {
    const inner = [
      '<< /Pages 12 0 R >>',
      '<< /Kids [13 0 R] >>',
      '<< /Parent 12 0 R /Contents [4 0 R 14 0 R] /Resources 15 0 R >>',
      '<< /Font 16 0 R >>',
      '<< /F1 5 0 R >>',
    ]
    let at = 0
    const header = [1, 12, 13, 15, 16].map((number, index) => {
      const place = `${number} ${at} `
      at += inner[index]!.length + 1
      return place
    })
    const first = header.join('').length
    const pdf = pdfOf(
      deflated(3, header.join('') + inner.join(' '), `/Type /ObjStm /N 5 /First ${first}`),
      deflated(4, 'BT /F1 10 Tf (bo) '),
      deflated(14, 'Tj (b) Tj ET'),
      even,
    )
    expect(linesIn((await read(pdf, [11])).texts['pdf/page-1'])).toEqual(['bob'])
  })

  test('of a form, with fonts of its own, and in each that has the name where it has none', async () => {
    const other = object(8, '<< /Type /Font /Subtype /Type1 /Encoding << /Differences [98 /x] >> >>')
    const { texts } = await read(
      pdfOf(
        helvetica,
        other,
        deflated(20, 'BT /F1 10 Tf (bob) Tj ET', '/Subtype /Form /Resources << /Font << /F1 5 0 R >> >>'),
        object(21, '<< /Resources << /Font << /F1 8 0 R >> >> >>'),
        deflated(22, 'BT /F1 10 Tf (bob) Tj ET', '/Subtype /Form'),
      ),
    )
    expect(linesIn(texts['pdf/object-3/shown'])).toEqual(['bob'])
    expect(linesIn(texts['pdf/object-5/shown'])).toEqual(['bob', 'xox'])
  })
})
