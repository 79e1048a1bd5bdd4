import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { headLength } from '../../../lib/decode/checks/known-formats.ts'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

async function read(text: string, lengths = [40]) {
  const { reading, contents } = await collect(inPieces(Buffer.from(text), lengths))
  return { gaps: [...new Set(reading.gaps.map(({ reason }) => reason))], texts: textsOf(contents) }
}

const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 })

describe('markup', () => {
  test('of a worksheet has headers and footers without the codes that stand beside words', async () => {
    const header = '&amp;Lid 12345&amp;B09876&amp;C&amp;"Arial,Bold"&amp;12jane.doe@x.org&amp;Rpage &amp;P a&amp;&amp;b'
    const { texts } = await read(
      `<?xml version="1.0"?><x:headerFooter><x:oddHeader>${header}</x:oddHeader><x:t>a&amp;C</x:t></x:headerFooter>`,
    )
    expect(texts['xml/text']).toBe('id 1234509876\rjane.doe@x.org\rpage \r a&b\na&C\n')
  })

  test('of XLIFF and TMX has words without the tags and the native code that were taken out of them', async () => {
    const textOf = async (root: string, word: string) =>
      (await read(`<?xml version="1.0"?><${root}><seg>id ${word}6</seg><seg>7</seg></${root}>`)).texts['xml/text']
    const inline = [
      '<g id="1"/>',
      '<x id="1"/>',
      '<bx id="1"/>',
      '<ex id="1"/>',
      '<sc id="1"/>',
      '<ec/>',
      '<sm id="1"/>',
    ]
    const code = [
      '<ph id="1"/>',
      '<bpt i="1">\\b </bpt>',
      '<ept i="1">}</ept>',
      '<it pos="begin">\\b </it>',
      '<ut>x</ut>',
    ]
    for (const root of ['xliff', 'tmx', 'x:xliff']) {
      for (const tag of inline) expect(await textOf(root, `12${tag}345`)).toBe('id 123456\n7\n')
      for (const name of ['g', 'mrk', 'pc', 'hi'])
        expect(await textOf(root, `12<${name} id="1">34</${name}>5`)).toBe('id 123456\n7\n')
      for (const tag of code)
        expect((await textOf(root, `12${tag}345`))?.split('\n').slice(-3)).toEqual(['id 123456', '7', ''])
      expect(await textOf(root, '12<ph>[t=<sub>T</sub>]</ph>345')).toBe('[t=T]\nid 123456\n7\n')
    }
    expect(await textOf('resources', '12<xliff:g id="a">34</xliff:g>5')).toBe('id 123456\n7\n')
    expect(await textOf('points', '<x>12</x><x>345</x>')).toBe('id\n12\n345\n6\n7\n')
  })

  const run = (kind: string, text: string) => `<w:r><w:${kind}>${text}</w:${kind}></w:r>`
  const within = [
    {
      name: 'deleted text in runs of Word',
      markup: `${run('t', 'id ')}<w:del>${run('delText', '12345')}${run('delText', '09876')}</w:del>${run('t', '55')}`,
      texts: ['id', '1234509876', '55', 'id 55', 'id 123450987655'],
    },
    {
      name: 'a word that lost its end, by changes that are tracked',
      markup: `<w:p>${run('t', 'id 123')}<w:del w:id="1">${run('delText', '45')}</w:del></w:p><w:p>${run('t', '6')}</w:p>`,
      texts: ['id 123', '45', 'id 123', 'id 12345', '6'],
    },
    {
      name: 'a word in which something was deleted and inserted',
      markup: `<w:p>${run('t', '12')}<w:del w:id="1">${run('delText', '0')}</w:del><w:rPr><w:ins w:id="3"/></w:rPr><w:ins w:id="2">${run('t', '3')}</w:ins>${run('t', '45')}</w:p>`,
      texts: ['12', '0', '345', '12345', '12045'],
    },
    {
      name: 'a word of which a part was moved',
      markup: `<w:p>${run('t', '12')}<w:moveFrom w:id="1">${run('t', '9')}</w:moveFrom>${run('t', '3')}<w:moveTo w:id="2">${run('t', '8')}</w:moveTo></w:p>`,
      texts: ['12938', '1238', '1293'],
    },
    {
      name: 'data of a property list, in short lines',
      markup: '<dict><key>a</key><data>\n\t\tamFuZS5kb2VA\n\t\teC5vcmc=\n\t\t</data></dict>',
      texts: ['a', 'amFuZS5kb2VA\r\t\teC5vcmc=', 'amFuZS5kb2VAeC5vcmc='],
    },
    {
      name: 'words of what is called data and is none',
      markup: '<data>\n jane.\n <b>12</b>34 doe\n</data>',
      texts: ['jane.\r 1234 doe'],
    },
    {
      name: 'what Word knows of names, in HTML',
      markup: '<p><st1:PersonName w:st="on">jane</st1:PersonName>.doe@x.org</p>',
      texts: ['jane.doe@x.org'],
    },
    {
      name: 'parts around a space of OpenDocument, which is none',
      markup: '<text:p><text:span>123</text:span>45<text:s/>6</text:p>',
      texts: ['12345', '6'],
    },
    {
      name: 'an instruction of Word',
      markup: `${run('instrText', 'mailto:jane')}${run('instrText', '.doe@x.org')}${run('t', 'mail')}`,
      texts: ['mailto:jane.doe@x.org', 'mail'],
    },
    {
      name: 'a hyphen of Word at which no line ends',
      markup: '<w:r><w:t>jane</w:t><w:noBreakHyphen/><w:t>7</w:t></w:r>',
      texts: ['jane-7'],
    },
    {
      name: 'runs of Word on lines of their own',
      markup: `<w:p>\n  ${run('t', '123').replaceAll('><', '>\n<')}\n  ${run('t', '45')}\n</w:p>`,
      texts: ['12345'],
    },
    {
      name: 'runs of a slide on lines of their own',
      markup: '<a:p>\n<a:r>\n<a:t>123</a:t>\n</a:r>\n<a:r>\n<a:t>45 6</a:t>\n</a:r>\n</a:p>',
      texts: ['12345 6'],
    },
    {
      name: 'what only newer programs show',
      markup: `<mc:AlternateContent><mc:Choice Requires="wps">${run('t', '123')}</mc:Choice></mc:AlternateContent>${run('t', '45')}`,
      texts: ['12345'],
    },
    ...['change text:change-id="c"', 'change-start', 'reference-mark', 'alphabetical-index-mark', 'toc-mark-end'].map(
      (tag) => ({
        name: `${tag} of OpenDocument`,
        markup: `<text:p>123<text:${tag}/>45</text:p>`,
        texts: ['12345'],
      }),
    ),
    {
      name: 'a field of OpenDocument, and what is behind it',
      markup: '<text:p>12<text:user-field-get text:name="a">3</text:user-field-get>4<office:annotation-end/>5</text:p>',
      texts: ['12345'],
    },
    {
      name: 'a word of OpenDocument between ones that are none of it',
      markup:
        '<text:h>0<text:line-break/><text:ruby><text:ruby-base>12</text:ruby-base><text:ruby-text>9</text:ruby-text></text:ruby>3</text:h>',
      texts: ['0', '12', '9', '3'],
    },
    {
      name: 'what is commented on in Confluence',
      markup: '<p>12<ac:inline-comment-marker ac:ref="a">3</ac:inline-comment-marker>4</p>',
      texts: ['1234'],
    },
    {
      name: 'a word around a note and a comment of OpenDocument',
      markup:
        '<text:p>12<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>see 9</text:p></text:note-body></text:note>3<office:annotation><text:p>no</text:p></office:annotation>4</text:p>',
      texts: ['1', 'see 9', 'no', '1234'],
    },
    {
      name: 'a word around a frame of OpenDocument, with text in it',
      markup: '<text:p>12<draw:frame><draw:text-box><text:p>9</text:p></draw:text-box></draw:frame>34</text:p>',
      texts: ['9', '1234'],
    },
    {
      name: 'a word around a drawing of Word and its older form',
      markup: `<w:p>${run('t', '12')}<mc:AlternateContent><mc:Choice><w:drawing><wp:posOffset>7</wp:posOffset><w:p>${run('t', '8')}</w:p></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape/>${run('t', '9')}</w:pict></mc:Fallback></mc:AlternateContent>${run('t', '34')}</w:p>`,
      texts: ['7', '8', '9', '1234'],
    },
    {
      name: 'a word with tracked changes around a drawing',
      markup: `<w:p>${run('t', '12')}<w:drawing><w:p/></w:drawing><w:del w:id="1">${run('delText', '3')}</w:del></w:p>`,
      texts: ['12', '3', '12', '123'],
    },
    {
      name: 'a word that goes on with the result of a field of Word, in which another one is',
      markup: `<w:p>${run('t', '12')}<w:fldChar w:fldCharType="begin"/>${run('instrText', 'IF ')}<w:fldChar w:fldCharType="begin"/>${run('instrText', 'PAGE')}<w:fldChar w:fldCharType="end"/><w:fldChar w:dirty="1" w:fldCharType='separate'/>${run('t', '3')}<w:fldChar w:fldCharType="end"/>${run('t', '4')}</w:p>`,
      texts: ['PAGE', 'IF', '1234'],
    },
    {
      name: 'a word around a line of OpenDocument, and how it is pronounced in Word',
      markup: `<text:p>12<draw:line><text:p>9</text:p></draw:line><draw:rect/>3</text:p><w:p>${run('t', '4')}<w:ruby><w:rt>${run('t', '8')}</w:rt><w:rubyBase>${run('t', '5')}</w:rubyBase></w:ruby></w:p>`,
      texts: ['9', '123', '8', '45'],
    },
    {
      name: 'a word around a note as Word 2003 has it',
      markup: `<w:p>${run('t', '12')}<w:footnote><w:p>${run('t', '9')}</w:p></w:footnote>${run('t', '3')}</w:p>`,
      texts: ['9', '123'],
    },
    {
      name: 'a frame that does not end',
      markup: '<text:p>12<draw:frame><text:p>9</text:p>8',
      texts: ['9', '8', '12'],
    },
    { name: 'metadata of OpenDocument', markup: '<text:p><text:meta>123</text:meta>45</text:p>', texts: ['12345'] },
    { name: 'TEI', markup: '<p><hi rend="b">123</hi>45</p>', texts: ['12345'] },
    {
      name: 'XSL-FO',
      markup: '<fo:block>12<fo:inline font-weight="bold">3</fo:inline><fo:basic-link>4</fo:basic-link></fo:block>',
      texts: ['1234'],
    },
    { name: 'CherryTree', markup: '<rich_text>12</rich_text><rich_text weight="heavy">3</rich_text>', texts: ['123'] },
    {
      name: 'iXBRL, whose other tags separate',
      markup: '<p xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"><ix:nonNumeric>12</ix:nonNumeric>3<ix:other/>4</p>',
      texts: ['123', '4'],
    },
    {
      name: 'XAML',
      markup:
        '<Paragraph xmlns="http://schemas.microsoft.com/winfx/2006/xaml/presentation"><Run>12</Run><Run FontWeight="Bold">3</Run><LineBreak/><Run>4</Run></Paragraph>',
      texts: ['123', '4'],
    },
    {
      name: 'AbiWord, where cells of others are called so',
      markup: '<d><c>1</c><c>2</c></d><p xmlns="http://www.abisource.com/awml.dtd"><c>12</c><c props="x">3</c></p>',
      texts: ['1', '2', '123'],
    },
    { name: 'DITA', markup: '<p><ph>123</ph>45</p>', texts: ['12345'] },
  ]
  test.each(within)('is one text within a word: $name', async ({ markup, texts }) => {
    const got = await read(`<?xml version="1.0"?><r>${markup}</r>`)
    expect(got.texts['xml/text']?.trimEnd().split('\n')).toEqual(texts)
  })

  const main = (vocabulary: string) => [
    `http://schemas.openxmlformats.org/${vocabulary}/2006/main`,
    `http://purl.oclc.org/ooxml/${vocabulary}/main`,
  ]
  const prefixes = ['w', 'ns0', '', 'a-b.c']
  /** Tags of `_:name` with a prefix that stands for a namespace, or with none. */
  const bound = (prefix: string, uri: string, markup: string) => {
    const start = prefix === '' ? '' : `${prefix}:`
    return `<${start}body xmlns${prefix === '' ? '' : `:${prefix}`}='${uri}'>${markup.replaceAll('_:', start)}</${start}body>`
  }

  test.each(
    prefixes.flatMap((prefix) =>
      [...main('wordprocessingml'), 'http://schemas.microsoft.com/office/word/2003/wordml'].map((uri) => ({
        prefix,
        uri,
      })),
    ),
  )('knows documents by their namespace, here as "$prefix": $uri', async ({ prefix, uri }) => {
    const text = (part: string) => `<_:r>\n<_:rPr><_:rFonts/><_:lang _:val="x"/></_:rPr><_:t>${part}</_:t>\n</_:r>`
    const removed = '<_:del _:id="1"><_:r><_:delText>0</_:delText></_:r></_:del>'
    const markup = `<_:p>${text('12')}<_:proofErr/>${text('34')}${removed}${text('5')}</_:p><_:p>${text('6')}</_:p>`
    const { texts } = await read(`<?xml version="1.0"?>${bound(prefix, uri, markup)}`)
    expect(texts['xml/text']).toBe('1234\n0\n5\n12345\n123405\n6\n')
  })

  test.each(['a', 'ns1', ''].flatMap((prefix) => main('drawingml').map((uri) => ({ prefix, uri }))))(
    'knows slides by their namespace, here as "$prefix": $uri',
    async ({ prefix, uri }) => {
      const markup = '<_:p><_:r><_:t>12</_:t></_:r> <_:r><_:rPr><_:latin/></_:rPr><_:t>34 5</_:t></_:r><_:br/></_:p>'
      const { texts } = await read(`<?xml version="1.0"?>${bound(prefix, uri, markup)}`)
      expect(texts['xml/text']).toBe('1234 5\n')
    },
  )

  test.each([
    { uri: 'http://schemas.microsoft.com/office/word/2010/wordml', tag: 'ligatures' },
    { uri: 'http://schemas.microsoft.com/office/word/2012/wordml', tag: 'appearance' },
    { uri: 'http://schemas.microsoft.com/office/word/2003/auxHint', tag: 'font' },
    { uri: 'http://schemas.microsoft.com/office/drawing/2018/hyperlinkcolor', tag: 'hlinkClr' },
    { uri: 'http://schemas.microsoft.com/aml/2001/core', tag: 'annotation' },
  ])('takes what newer programs say of a run for its looks: $uri', async ({ uri, tag }) => {
    const runs = `${run('t', '12')}<w:r><w:rPr><n9:${tag} n9:val="x"/></w:rPr><w:t>34</w:t></w:r>`
    const { texts } = await read(`<?xml version="1.0"?><w:p xmlns:n9="${uri}">${runs}</w:p>`)
    expect(texts['xml/text']).toBe('1234\n')
  })

  test('knows OpenDocument and fallbacks by their namespaces', async () => {
    const open = 'urn:oasis:names:tc:opendocument:xmlns'
    const cell = `<?xml version="1.0"?><n:c xmlns:n="${open}:table:1.0" xmlns:o="${open}:office:1.0" o:value="1.2E+18"/>`
    expect((await read(cell)).gaps).toEqual(['lossy-number'])
    const changed = `<n:p xmlns:n="${open}:text:1.0"><n:span>12</n:span><n:s/><n:meta>3</n:meta>4</n:p>`
    expect((await read(changed)).texts['xml/text']).toBe('12\n34\n')
    const frame = `<n:p xmlns:n="${open}:text:1.0" xmlns:m="${open}:drawing:1.0">12<m:frame><n:p>9</n:p></m:frame>3</n:p>`
    expect((await read(frame)).texts['xml/text']).toBe('9\n123\n')
    const compatible = 'http://schemas.openxmlformats.org/markup-compatibility/2006'
    const choice = `<n:c xmlns:n="${compatible}"><n:Choice>${run('t', '12')}</n:Choice>${run('t', '3')}<n:Fallback>4</n:Fallback></n:c>`
    expect((await read(choice)).texts['xml/text']).toBe('4\n123\n')
  })

  test('puts looks of cells and of Visio within a word', async () => {
    const visio = '<Text><cp IX="0"/><pp IX="0"/>123<cp IX="1"/>45<fld IX="0">6</fld></Text>'
    expect((await read(`<?xml version="1.0"?>${visio}`)).texts['xml/text']).toBe('123456\n')
    const cell = '<si><r><t>123</t></r><r><rPr><condense/><extend/></rPr><t>45</t></r></si>'
    expect((await read(`<?xml version="1.0"?>${cell}`)).texts['xml/text']).toBe('12345\n')
  })

  test('has a gap for pages of XPS, which show glyphs', async () => {
    const page = '<FixedPage xmlns="u"><Glyphs UnicodeString="12" Indices="20;21"/></FixedPage>'
    expect((await read(page)).gaps).toEqual(['unsupported-format'])
  })

  test('has a gap for text that is drawn, letter by letter', async () => {
    for (const id of ['glyph-0-0', 'glyph0-0', 'glyphs']) {
      const letter = `<symbol id="${id}"><path d="M 0.6 -0.4 L 1.4 -0.4 Z"/></symbol>`
      const drawing = `<?xml version="1.0"?><svg><defs><g>${letter}</g></defs><use xlink:href="#glyph0-1"/></svg>`
      expect((await read(drawing)).gaps).toEqual(id === 'glyphs' ? [] : ['unsupported-format'])
    }
  })

  test('in a text, escaped or not, comes once more without tags that stand within words', async () => {
    const page = '<p>id 12345<strong>09876</strong></p><p>jane<wbr/>.doe<span>&#64;</span>x.org</p>'
    const inner = '\rid 1234509876\r\rjane.doe@x.org\r\n'
    for (const written of [`<![CDATA[${page}]]>`, page.replaceAll('&', '&amp;').replaceAll('<', '&lt;')]) {
      const { texts, gaps } = await read(`<?xml version="1.0"?><r><body>${written}</body></r>`)
      expect(texts['xml/text']).toBe(`${page}\n`)
      expect(texts['xml/inner']).toBe(inner)
      expect(gaps).toEqual([])
    }
    expect((await read('<?xml version="1.0"?><r>a &lt; b &lt;p&gt;</r>')).texts).not.toHaveProperty('xml/inner')
  })

  test('gives each text as one, whatever looks stand within it and however it is written and cut', async () => {
    const character = fc.constantFrom('a', '1', '7', '<', '&', '"', 'é', '@', ']', '>')
    const spell = fc.constantFrom(
      (each: string) => each.replace('&', '&amp;').replace('<', '&lt;').replace(']', '&#93;'),
      (each: string) => `&#${each.codePointAt(0)};`,
      (each: string) => `&#x${each.codePointAt(0)!.toString(16)};`,
      (each: string) => `<b>${each.replace('&', '&amp;').replace('<', '&lt;')}</b>`,
      (each: string) => (each === '>' || each === ']' ? `&#${each.codePointAt(0)};` : `<![CDATA[${each}]]>`),
      (each: string) => `<!-- <p> -->${each.replace('&', '&amp;').replace('<', '&lt;')}`,
      (each: string) => `<?pi 'x?>${each.replace('&', '&amp;').replace('<', '&lt;')}`,
      (each: string) => `<span title='>"' a=">">${each.replace('&', '&amp;').replace('<', '&lt;')}</span>`,
    )
    const text = fc.array(fc.tuple(character, spell), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 4 }), cuts, async (lines, lengths) => {
        const body = lines.map((line) => `<x:p>${line.map(([each, spell]) => spell(each)).join('')}</x:p>\n`).join('')
        const document = `<?xml version="1.0"?><!DOCTYPE a [<!ELEMENT a (b)> <!ENTITY c "d>">]><a>${body}</a>`
        const got = await read(document, lengths)
        expect(got.gaps).toEqual([])
        expect(got.texts.xml).toBe(document)
        expect(got.texts['xml/text']).toBe(lines.map((line) => `${line.map(([each]) => each).join('')}\n`).join(''))
      }),
      { numRuns: 200 },
    )
  })

  test('is delivered as it is, and nothing more is a gap, whatever it is', async () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      'b',
      'p',
      '"',
      "'",
      '!',
      '--',
      '-',
      '[',
      ']',
      'CDATA',
      '?',
      '&',
      ';',
      '#',
      '1',
      ' ',
      '\n',
      '<p>',
      '</p>',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), cuts, async (pieces, lengths) => {
        const text = `<?xml ${pieces.join('')}`
        const cut = await read(text, lengths)
        expect(cut.gaps).toEqual([])
        expect(cut.texts.xml).toBe(text)
        expect(cut).toEqual(await read(text, [1e6]))
      }),
      { numRuns: 300 },
    )
  })

  test('of PowerShell, with what its errors begin with, is markup and no LDIF, however long it is', async () => {
    const objs = (filler: string) =>
      `<Objs Version="1.1.0.1" xmlns="http://x"><S S="Error">at line_x000D__x000A_jane_doe_x000D__x000A_${filler}</S></Objs>`
    for (const filler of ['', ' 0'.repeat(600)]) {
      const { texts } = await read(`#< CLIXML\r\n${objs(filler)}`)
      expect(texts['xml/text']).toMatch(/\rjane_doe\s/)
    }
    expect((await read(`# CLIXML\n${objs('')}`)).texts['xml/text']).toBeUndefined()
  })

  test('undoes the escapes that Office puts into texts for characters that XML does not have', async () => {
    const got = await read(
      '<?xml version="1.0"?><sst><si><t>bob_x000D_\njane_doe_x00e9_</t></si><si><t>_xD800_x</t></si></sst>',
    )
    expect(got.texts['xml/text']).toBe('bob\r\rjane_doeé\n_xD800_x\n')
  })

  test('uses the entities that it defines, and has a gap for those that could grow', async () => {
    const entities = `<!DOCTYPE a [<!ENTITY id "12345"><!ENTITY at '&#64;'>]>`
    const got = await read(
      `${entities}<a b="&id;678" c='bob&at;x &quot;' d=&id;9 e="&">user &id;678 &x; &nbsp;<b f="&#49;7"/></a>`,
    )
    expect(got).toMatchObject({
      gaps: [],
      texts: { 'xml/text': '12345678\nbob@x "\n123459\n17\nuser 12345678 &x; \u00a0\n' },
    })
    const bomb = `<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><a>&b;</a>`
    expect((await read(bomb)).gaps).toEqual(['limit'])
    const long = `<!DOCTYPE a [<!ENTITY a "${'a'.repeat(5000)}">]><a>&a;</a>`
    expect((await read(long)).gaps).toEqual(['limit'])
  })

  const bomb = `<!DOCTYPE a [<!ENTITY a "${'x '.repeat(2040)}"><!ENTITY id "1234">]>`
  test.each([
    { name: 'one text', text: `<b>${'&a;'.repeat(400_000)}</b>` },
    { name: 'attributes', text: `<b c="${'&a;'.repeat(20_000)}"/>`.repeat(20) },
    { name: 'a text with tags in it', text: `<p>${'&a;<i>'.repeat(200_000)}</p>` },
  ])('has a gap for entities by which a text grows too much, and holds no more of it: $name', async ({ text }) => {
    const document = Buffer.from(`${bomb}<a><p>user &id;5</p>${text}<p>user &id;6</p></a>`)
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    let delivered = ''
    const open = (path: readonly string[]) => ({
      write(bytes: Uint8Array) {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
        if (path.at(-1) === 'text') delivered += /user \d+/.exec(Buffer.from(bytes).toString('latin1'))?.[0] ?? ''
      },
      end() {},
    })
    const { gaps, complete } = await decodeObject(inPieces(document, [65_536]), open)
    expect({ complete, reasons: gaps.map(({ reason }) => reason) }).toEqual({ complete: false, reasons: ['limit'] })
    expect(delivered).toContain('user 12345')
    expect(most).toBeLessThan(400 * 2 ** 20)
  })

  test('has a very long text in the same pieces, however the document is cut', async () => {
    const document = `<p>a<b>b</b> ${'1 234 567 '.repeat(500_000)}</p>`
    const [one, other] = [await read(document, [2 ** 16]), await read(document, [50_000, 7])]
    expect(one.texts['xml/text'] === other.texts['xml/text']).toBe(true)
    expect([one.gaps, one.texts['xml/text']!.split('\n').length]).toEqual([[], 3])
  })

  test('keeps white space beside other text between runs of Word, wherever that is cut', async () => {
    const runs = '<w:p><w:r><w:t>bob</w:t></w:r> \n <w:r><w:t>_x</w:t></w:r>  or  <w:r><w:t>7</w:t></w:r></w:p>'
    // The first bytes are looked at before the others are there.
    for (let before = headLength - runs.length; before < headLength; before++) {
      const document = `<?xml version="1.0"?>`.padEnd(before) + runs
      expect(await read(document, [headLength])).toMatchObject({ texts: { 'xml/text': 'bob_x  or  7\n' } })
    }
  })

  test('shows characters of ASCII that HTML gives names', async () => {
    const got = await read('<!DOCTYPE html><p>bob&commat;x&period;org&Tab;a&lowbar;b</p>')
    expect(got).toMatchObject({ gaps: [], texts: { 'xml/text': 'bob@x.org\ta_b\n' } })
  })

  test.each([
    '<!DOCTYPE a [<!ENTITY % q "12"><!ENTITY p "%q;34">]>',
    '<!DOCTYPE a [<!ENTITY % q SYSTEM "elsewhere"> %q;]>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "elsewhere">]>',
    '<!DOCTYPE a [<!ENTITY x PUBLIC "a" "elsewhere" NDATA gif>]>',
    '<!DOCTYPE a [<!ENTITY é "12">]>',
    '<!DOCTYPE a [<!ENTITY p "12<b>34</b>">]>',
    '<!DOCTYPE a [<!ENTITY p "12&#60;b>34&#60;/b>">]>',
    '<!DOCTYPE a [<!ENTITY p "&#38;#49;">]>',
    '<!DOCTYPE a [<!ENTITY p "12"><!ENTITY p "34">]>',
    '<!DOCTYPE a [<!ENTITY p "12"><!ATTLIST a b CDATA "&p;34">]>',
    `<!DOCTYPE a [<!-- don't --><!ENTITY p "12">]>`,
    `<!DOCTYPE a [<?pi don't?><!ENTITY p "12">]>`,
    '<!doctype a [<!entity p "12">]>',
    '<!DOCTYPE a [<!ENTITY p "12"',
  ])('has a gap for a document type with more than entities that stand for texts: %s', async (type) => {
    expect((await read(`${type}<a>&p;</a>`)).gaps).toEqual(['unsupported-format'])
    expect((await read(`${type}<a>&p;</a>`, [1, 9])).gaps).toEqual(['unsupported-format'])
  })

  test('has a gap for a document type that is too long to be kept', async () => {
    const type = `<!DOCTYPE a [${' '.repeat(70_000)}<!ENTITY p "12">]>`
    expect((await read(`${type}<a>&p;</a>`, [65_536])).gaps).toEqual(['unsupported-format'])
  })

  test('has a gap for references in a tag that is too long for them to be resolved', async () => {
    const tag = (value: string) => `<?xml version="1.0"?><a b="${value}">user 17</a>`
    expect((await read(tag(`${'x'.repeat(70_000)}&#49;7`), [65_536])).gaps).toEqual(['limit'])
    expect((await read(tag(`&#49;7${'x'.repeat(70_000)}`), [65_536])).gaps).toEqual(['limit'])
  })

  test('has the gaps of plain text for what hides its content', async () => {
    const packed = gzipSync(`user 17 ${randomBytes(60).toString('hex')}`).toString('base64')
    const opaque = randomBytes(3000).toString('base64')
    const cases = [
      { text: `<a>${packed}</a>`, gaps: ['unsupported-format'] },
      { text: `<a b="${packed}"/>`, gaps: ['unsupported-format'] },
      { text: `<a><![CDATA[${packed}]]></a>`, gaps: ['unsupported-format'] },
      { text: `<!-- ${packed} --><a>x</a>`, gaps: ['unsupported-format'] },
      {
        text: `<a>${packed.slice(0, 40)}<b>${packed.slice(40, 80)}</b>${packed.slice(80)}</a>`,
        gaps: ['unsupported-format'],
      },
      { text: `<a b="${packed.replace(/.{40}/g, '$&&#10;').replace('&#10;', '')}"/>`, gaps: ['unsupported-format'] },
      { text: `<a>${opaque.replace(/.{64}/g, '$&\n')}</a>`, gaps: ['opaque'] },
      { text: `<a>${opaque.replaceAll('+', '&#43;').replaceAll('/', '&#x2f;')}</a>`, gaps: ['opaque'] },
      { text: `<a>${Buffer.from('user 17 '.repeat(400)).toString('base64')}</a>`, gaps: [] },
    ]
    for (const { text, gaps } of cases) expect((await read(`<?xml version="1.0"?>${text}`)).gaps, text).toEqual(gaps)
  })

  test.each([
    '<!-- saved from url=(0014)about:internet -->\n',
    '\n\r\n  \n',
    '\ufeff\r\n<!-- a -->\n<!-- b > -->\n\n',
    '<?xml-stylesheet href="a"?><!-- a -->',
    `<!--${' long'.repeat(300)} -->`,
  ])('is recognised behind what may stand before its root: %s', async (before) => {
    const got = await read(`${before}<html><p>1234<b>5678</b></p></html>`)
    expect(got.gaps).toEqual([])
    expect(got.texts['xml/text']!.replace('\ufeff\n', '')).toBe('12345678\n')
  })

  test('has a gap for numbers of cells that may have lost digits', async () => {
    const cell = (attributes: string, value: string) =>
      `<worksheet xmlns="x"><c${attributes}><v>${value}</v></c></worksheet>`
    const cases = [
      { text: cell('', '123456789012345'), gaps: [] },
      { text: cell('', '1234567890123456'), gaps: [] },
      { text: cell('', '1234567890123450'), gaps: ['lossy-number'] },
      { text: cell(' r="A1" t="n"', '1.23456789012345E+18'), gaps: ['lossy-number'] },
      { text: cell(' t="str"', '1234567890123456789'), gaps: [] },
      { text: cell(' t="s"', '17'), gaps: [] },
      { text: cell(" t='str'", '1234567890123456789'), gaps: [] },
      { text: cell(" r='A1' t='n'", '1234567890123450000'), gaps: ['lossy-number'] },
      { text: cell('', '1234567890123450000').replace(/(<\/?)(?=[cvw])/g, '$1a.b-c:'), gaps: ['lossy-number'] },
      { text: '<x><row><cell r="A1"><v>1234567890123450000</v></cell></row></x>', gaps: ['lossy-number'] },
      { text: '<x><row><cell r="A1" t="str"><v>1234567890123450000</v></cell></row></x>', gaps: [] },
      {
        text: '<x><c:numCache><c:pt idx="0"><c:v>1234567890123450000</c:v></c:pt></c:numCache></x>',
        gaps: ['lossy-number'],
      },
      { text: '<x><c:numCache/><c:strCache><c:pt><c:v>1234567890123450000</c:v></c:pt></c:strCache></x>', gaps: [] },
      { text: '<records a="1"><r><n v="1234567890123450000"/></r></records>', gaps: ['lossy-number'] },
      { text: '<records a="1"><r><n u="1" v="1234567890123450000" i="1"/></r></records>', gaps: ['lossy-number'] },
      { text: '<records a="1"><r><s v="1234567890123450000"/></r></records>', gaps: [] },
      { text: cell('', '0.1234567890123456789'), gaps: [] },
      { text: '<table:table-cell office:value="1.2E+30" />', gaps: ['lossy-number'] },
      { text: '<table:table-cell office:value="1234567890" />', gaps: [] },
      { text: "<table:table-cell a='1' office:value='1.2E+30' />", gaps: ['lossy-number'] },
      { text: '<Workbook a="1"><Data ss:Type="Number">1.2E+18</Data></Workbook>', gaps: ['lossy-number'] },
      { text: '<Workbook a="1"><Data ss:Type="String">1234567890123456789</Data></Workbook>', gaps: [] },
      { text: '<v a="1">1234567890123456789</v>', gaps: [] },
    ]
    for (const { text, gaps } of cases) expect((await read(text)).gaps, text).toEqual(gaps)
  })

  test('is read in bounded memory where a text or a tag does not end', async () => {
    const words = `<?xml version="1.0"?><a>${'user 17 '.repeat(700_000)}12<b>34</b>567</a>`
    const got = await read(words, [65_536])
    expect(got.gaps).toEqual([])
    expect(got.texts['xml/text']).toMatch(/17 1234567\n$/)
    expect((await read(`<x b="1">${'x'.repeat(5_000_000)}</x>`, [65_536])).gaps).toEqual([])
    expect((await read(`<x b="1"><b>1</b>${'x'.repeat(5_000_000)}</x>`, [65_536])).gaps).toEqual(['limit'])
    const tag = `<?xml version="1.0"?><a b="${'x'.repeat(3_000_000)}">user 17</a>`
    expect(await read(tag, [65_536])).toMatchObject({ gaps: [], texts: { 'xml/text': 'user 17\n' } })
  })
})

test.each([
  '<bob@example.org> wrote\n',
  '<bob> hello\n<jane> hello\n',
  '< 17\n',
  '<-- see\n',
  'a <p>b</p>\n',
  '<<EOF\n',
  '<\n',
])('text is not taken for markup for a sign: %s', async (text) => {
  expect((await read(text)).texts).toEqual({ '': text })
})
