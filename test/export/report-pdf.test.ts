import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, type TestContext } from 'vitest'
import { lettersText } from '../../infra/build-letters.ts'
import { programWords } from '../../lib/export/leak-gate/program-words.ts'
import { coverageChart } from '../../lib/export/report/coverage-chart.ts'
import { html } from '../../lib/export/report/html.ts'
import { type Block, blocksOf } from '../../lib/export/report/pdf/blocks.ts'
import { fromCoded, toCoded, widthOf } from '../../lib/export/report/pdf/coded-text.ts'
import { lettersData } from '../../lib/export/report/pdf/generated-letters.ts'
import { room, toPages } from '../../lib/export/report/pdf/layout.ts'
import { letterOf } from '../../lib/export/report/pdf/letters.ts'
import { toLines } from '../../lib/export/report/pdf/lines.ts'
import { readPdfTexts } from '../../lib/export/report/pdf/read-pdf-texts.ts'
import { reportPdf } from '../../lib/export/report/pdf/report-pdf.ts'
import { verifyScript } from '../../lib/export/tools/generated.ts'
import { requireTool } from '../support/require-tool.ts'
import { sampleBundle, sampleKeys, textIn } from '../support/sample-bundle.ts'
import { samplePeriod } from '../support/sample-period.ts'
import { cleanCoverage } from '../support/sample-run.ts'
import { scratchDirectory } from '../support/scratch.ts'

const { files } = sampleBundle(sampleKeys())
const period = samplePeriod(['found', 'found', 'none', 'failed', 'clean', 'clean']).files

const pageOf = (body: string) =>
  `<!doctype html>\n<html lang="en"><head><title>T</title></head><body>${body}</body></html>`
const squeezed = (text: string) => text.replace(/\s+/g, '')

/** What a reader of PDF files that is not ours sees, and whether it complains. */
function read(context: TestContext, pdf: Uint8Array): { text: string; info: string; complaints: string } {
  requireTool(context, 'pdftotext')
  const path = join(scratchDirectory(), 'report.pdf')
  writeFileSync(path, pdf)
  const run = (tool: string, ...options: string[]) =>
    spawnSync(tool, [...options, path, ...(tool === 'pdftotext' ? ['-'] : [])], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
  const [text, info] = [run('pdftotext', '-enc', 'UTF-8', '-raw'), run('pdfinfo')]
  expect([text.status, info.status]).toEqual([0, 0])
  return { text: text.stdout, info: info.stdout, complaints: text.stderr + info.stderr }
}

describe('report.pdf, as other readers see it', () => {
  it.for([
    { name: 'of a run', bundle: files },
    { name: 'of a period', bundle: period },
  ])('$name has every word and number of report.html', ({ bundle }, context) => {
    const { text, info, complaints } = read(context, bundle.get('report.pdf')!)
    expect(complaints).toBe('')
    expect(info).toMatch(/^Title: +Deletion verification, example\.com$/m)
    expect(info).toMatch(/^Page size: +595 x 842 pts \(A4\)$/m)
    // The page as a browser shows it, told apart from our own reading of it.
    const shown = textIn(bundle, 'report.html')
      .replace(/<(style|title|svg)\b[\s\S]*?<\/\1>/g, ' ')
      .replace(/<\/?(b|code|i|span)\b[^>]*>/g, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    const words = shown.split(/\s+/).filter((word) => word !== '')
    expect(words.length).toBeGreaterThan(400)
    const printed = squeezed(text)
    expect(words.filter((word) => !printed.includes(word))).toEqual([])
    // Numbers and verdicts are there as often as in the page, at least.
    const timesIn = (where: string, what: string) => where.split(what).length - 1
    for (const what of ['verified', 'residual', 'incomplete', 'UTC', 'object version'])
      expect(timesIn(printed, squeezed(what))).toBeGreaterThanOrEqual(timesIn(squeezed(shown), squeezed(what)))
  })

  it('shows hostile names as they are, on as many pages as they take', (context) => {
    const names = [
      'a) Tj ET (b',
      String.raw`C:\backups\(old)\\`,
      'ends with \\',
      ')))(((',
      '%%EOF',
      'endstream endobj',
      '\u0000\u0007\u202egpj.exe',
      'x'.repeat(8000),
      'Zürich – “naïve” €',
    ]
    const rows = names.map((name) => html`<tr><th scope="row">${name}</th><td>${name}</td><td class="n">1</td></tr>`)
    const page = pageOf(
      html`<table><thead><tr><th>Name</th><th>Again</th><th class="n">Number</th></tr></thead><tbody>${rows}</tbody></table>${names.map((name) => html`<p>${name}</p>`)}`
        .html,
    )
    const pdf = reportPdf(page)
    const { text, complaints } = read(context, pdf)
    expect(complaints).toBe('')
    const shown = names.map((name) => name.replace('\u0000\u0007\u202e', '\\u0000\\u0007\\u202e'))
    const texts = readPdfTexts(pdf)
    for (const name of shown) {
      expect(texts.filter((each) => each === name).length).toBe(3)
      // Another reader tells cells apart by their places, and the longest one goes through several pages.
      if (name.length < 100) expect(squeezed(text).split(squeezed(name)).length - 1).toBeGreaterThanOrEqual(1)
    }
    expect(text.match(/^Page \d+ of \d+$/gm)!.length).toBeGreaterThan(3)
    expect([...text].filter((sign) => sign === 'x').length).toBeGreaterThanOrEqual(24_000)
  })

  it('shows names in Latin, Greek and Cyrillic letters, in regular and in bold', (context) => {
    const names = [
      'Łódź Cargo',
      'Đặng Thị Thảo',
      'İstanbul Şirketi',
      'Сбербанк Україна Ђорђе',
      'Ελληνική Εταιρεία',
      '№ 7 ₽ ₴',
    ]
    const rows = names.map((name) => html`<tr><th scope="row">${name}</th><td>${name}</td></tr>`)
    const pdf = reportPdf(
      pageOf(html`<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody>${rows}</tbody></table>`.html),
    )
    const { text, complaints } = read(context, pdf)
    expect(complaints).toBe('')
    for (const name of names) {
      expect(text.split(name).length - 1).toBe(2)
      expect(readPdfTexts(pdf).filter((each) => each === name).length).toBe(2)
    }
  })

  it('never loses a name whose letters it cannot draw', (context) => {
    const pdf = reportPdf(pageOf('<p>北京 backups 👩</p><p>a ‹U+0041› b ‹U+4EAC› ‹U+FFFFFF›</p>'))
    const { text } = read(context, pdf)
    expect(text).toContain('‹U+5317 U+4EAC› backups ‹U+1F469›')
    expect(text.replace(/\s+/g, ' ')).toContain('stand here as their code points in Unicode')
    expect(readPdfTexts(pdf)).toContain('北京 backups 👩')
  })

  it('draws what report.html draws: bars in its widths and colours, and every date of a calendar', () => {
    const pageText = textIn(period, 'report.html')
    const pdf = Buffer.from(period.get('report.pdf')!).toString('latin1')
    const drawn = [...pdf.matchAll(/^([\d. ]+) rg ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re f$/gm)].map(
      ([, colour, ...box]) => ({
        colour: colour!.split(' ').map((part) => Math.round(Number(part) * 255)),
        width: Number(box[2]),
      }),
    )
    const near = (colour: readonly number[], hex: string) =>
      colour.every((part, n) => Math.abs(part - Number.parseInt(hex.slice(1 + 2 * n, 3 + 2 * n), 16)) < 2)
    const bars = [...pageText.matchAll(/<rect x="\d+" y="\d+" width="(\d+)" height="24" fill="(#\w+)"\/>/g)]
    expect(bars.length).toBeGreaterThan(3)
    for (const [, width, fill] of bars) {
      const wanted = (Number(width) * room) / 800
      expect(drawn.some(({ colour, width }) => near(colour, fill!) && Math.abs(width - wanted) < 0.02)).toBe(true)
    }
    // Squares of the calendars, which are all of one size; the legend has its own.
    const squares = [...pageText.matchAll(/<path d="((?:M\d+ \d+h12v12h-12z)+)" fill="(#\w+)"/g)]
    for (const fill of ['#3f9a63', '#c8453b', '#e0a93a']) {
      const wanted = squares
        .filter(([, , own]) => own === fill)
        .reduce((sum, [, d]) => sum + d!.split('M').length - 1, 0)
      expect(wanted).toBeGreaterThan(0)
      expect(drawn.filter(({ colour, width }) => near(colour, fill) && Math.abs(width - 13.5) < 0.02).length).toBe(
        wanted,
      )
    }
  })
})

describe('report.pdf, as it is made', () => {
  it('is the same bytes every time, without a date or an id', () => {
    const page = textIn(files, 'report.html')
    const [first, second] = [reportPdf(page), reportPdf(page)]
    expect(Buffer.from(first).equals(second)).toBe(true)
    expect(Buffer.from(first).equals(files.get('report.pdf')!)).toBe(true)
    expect(Buffer.from(first).toString('latin1')).not.toMatch(/CreationDate|ModDate|\/ID/)
  })

  it('has every object where its table says', () => {
    const pdf = Buffer.from(period.get('report.pdf')!).toString('latin1')
    const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)![1])
    const [, many, entries] = /^xref\n0 (\d+)\n([^t]*)trailer/.exec(pdf.slice(table))!
    const offsets = entries!.match(/.{18} \n/g)!.map((entry) => Number(entry.slice(0, 10)))
    expect(offsets.length).toBe(Number(many))
    for (const [n, offset] of offsets.entries())
      if (n > 0) expect(pdf.slice(offset, offset + 12)).toMatch(new RegExp(`^${n} 0 obj\n`))
    for (const [, length, content] of pdf.matchAll(/<< \/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/g))
      expect(content!.length).toBe(Number(length))
  })

  it('loses no text and puts none beyond the margins, whatever it is and wherever it is cut', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom('a', ' ', '(', ')', '\\', 'W', 'é', '/'), maxLength: 900 }),
      fc.integer({ min: 1, max: 4000 }).map((many) => 'W'.repeat(many)),
    )
    const cell = fc.record({ text, isHeader: fc.boolean(), isNumber: fc.boolean() })
    const drawing = blocksOf(pageOf(coverageChart('sg', cleanCoverage).html)).blocks.find(
      ({ kind }) => kind === 'drawing',
    )!
    const block: fc.Arbitrary<Block> = fc.oneof(
      fc.constant(drawing),
      fc.record({ kind: fc.constantFrom('paragraph' as const, 'caption' as const, 'code' as const), text }),
      fc.record({ kind: fc.constant('heading' as const), depth: fc.integer({ min: 1, max: 4 }), text }),
      fc.record({ kind: fc.constant('item' as const), mark: fc.constant('•'), text }),
      fc.integer({ min: 1, max: 9 }).chain((columns) =>
        fc.record({
          kind: fc.constant('table' as const),
          head: fc.array(fc.constant({ text: 'Head', isHeader: true, isNumber: false }), {
            minLength: columns,
            maxLength: columns,
          }),
          rows: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 4 }),
        }),
      ),
    )
    fc.assert(
      fc.property(fc.array(block, { maxLength: 8 }), (blocks) => {
        const pages = toPages(blocks)
        const whole = new Map<number, string>()
        const beyond: string[] = []
        for (const { number, again, font, size, lines } of pages.flatMap(({ texts }) => texts))
          for (const { x, y, coded } of lines) {
            if (!again) whole.set(number, (whole.get(number) ?? '') + coded)
            const right = x + (widthOf(coded.trimEnd(), font) * size) / 1000
            if (x < 54 || right > 54 + room + 0.1 || y > 790 || (number > 0 && y < 60)) beyond.push(coded)
          }
        expect(beyond).toEqual([])
        whole.delete(0)
        const wanted = blocks.flatMap((each) =>
          each.kind === 'table'
            ? [each.head, ...each.rows].flat().map((own) => own.text)
            : each.kind === 'item'
              ? [String(each.mark), each.text]
              : each.kind === 'drawing'
                ? each.drawing.texts.map((own) => own.text)
                : [each.text],
        )
        expect([...whole.values()]).toEqual(wanted.map(toCoded))
        expect([...whole.values()].map(fromCoded)).toEqual(wanted.map((each) => each.normalize('NFC')))
      }),
      { numRuns: 30 },
    )
  })

  it('never leaves a heading alone at the end of a page, and repeats the head of a table on each', () => {
    const filler = (many: number): Block[] => Array.from({ length: many }, () => ({ kind: 'paragraph', text: 'Text' }))
    const cell = (text: string, isHeader = false) => ({ text, isHeader, isNumber: false })
    const table: Block = {
      kind: 'table',
      head: [cell('Head', true)],
      rows: Array.from({ length: 90 }, (_, n) => [cell(`row ${n}`)]),
    }
    for (let many = 30; many < 46; many++) {
      const pages = toPages([
        ...filler(many),
        { kind: 'heading', depth: 2, text: 'Heading' },
        { kind: 'caption', text: 'Caption' },
        table,
      ])
      for (const { texts } of pages) {
        const shown = texts
          .filter(({ number }) => number > 0)
          .map(({ lines }) => lines.map(({ coded }) => coded).join(''))
        expect(['Heading', 'Caption', 'Head']).not.toContain(shown.at(-1))
        if (shown.some((each) => each.startsWith('row')))
          expect(shown.indexOf('Head')).toBeLessThan(shown.findIndex((each) => each.startsWith('row')))
        if (shown.some((each) => each.startsWith('row'))) expect(shown).toContain('Head')
      }
    }
  })

  it('breaks lines between words, and words only where they are longer than a line', () => {
    expect(toLines('aaa bbb ccc', 'regular', 10, 37)).toEqual(['aaa bbb ', 'ccc'])
    expect(toLines('aaaaaaaaaa b', 'regular', 10, 30)).toEqual(['aaaaa', 'aaaaa ', 'b'])
    expect(toLines('', 'bold', 10, 30)).toEqual([''])
  })

  it('knows the signs of WinAnsiEncoding and their widths', () => {
    const all = [...new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 224 }, (_, n) => n + 32))]
    const known = all.filter((sign) => !/[\x7f-\x9f\xad]/.test(sign))
    expect(toCoded(known.join('')).length).toBe(known.length)
    expect(fromCoded(toCoded(known.join('')))).toBe(known.join(''))
    for (const sign of known) expect(widthOf(toCoded(sign), 'regular')).toBeGreaterThan(0)
    expect(fromCoded(toCoded('\u00ad\u0007\u200b😀'))).toBe('\u00ad\u0007\u200b😀')
  })

  it('draws the letters of the font that they are made from, which give the leak gate no words', () => {
    const data = brotliDecompressSync(Buffer.from(lettersData, 'base64')).toString()
    expect(data).toBe(lettersText())
    for (const letter of 'ĀſƠȚΑωЀӹẀỹἀῼ₴№') expect(letterOf(letter)?.outline).toMatch(/^[\d .mlch-]+ h$/)
    for (const sign of 'aé中') expect(letterOf(sign)).toBeUndefined()
    const chance = lettersData.match(/[a-z]{3}/g)!
    expect(chance.length).toBeGreaterThan(1000)
    expect(chance.filter((word) => programWords().has(word)).length).toBeLessThan(chance.length / 4)
    // Of what else is in base64 there is nothing: a verifier brings no kernel of the scanner.
    expect(verifyScript.replaceAll(lettersData, '').match(/[A-Za-z0-9+/]{60,}/g) ?? []).toEqual([])
  })

  it('refuses markup that is not ours rather than leaving it out', () => {
    for (const body of ['<p class=x>a</p>', '<p>a < b</p>', '<svg aria-label="x">', '<!-- x -->', '<td>a</td>'])
      expect(() => blocksOf(pageOf(body))).toThrow(/^report\.html: offset \d+: expected markup of ours, got other$/)
  })
})

describe('report.pdf, read for the leak gate', () => {
  it('is not one of ours when any line is another', () => {
    const pdf = Buffer.from(files.get('report.pdf')!).toString('latin1')
    expect(readPdfTexts(Buffer.from(pdf, 'latin1'))).toContain('What was scanned, and what came of it')
    const changes = [
      pdf.replace('/Producer', '/Author (somebody)\n/Producer'),
      pdf.replace('%%EOF', '%803915702\n%%EOF').replace('%803915702', '%803915702 '),
      pdf.replace(/\n1 0 0 1 /, '\n1 0 0 803915702 '),
      pdf.replace(/\n\d{10} 00000 n /, '\n0803915702 00000 n '),
      pdf.replace(/startxref\n\d+/, 'startxref\n803915702'),
      pdf.replace(/\) Tj/, ') TJ'),
    ]
    for (const changed of changes) {
      expect(changed).not.toBe(pdf)
      expect(() => readPdfTexts(Buffer.from(changed, 'latin1'))).toThrow(
        /^report\.pdf: line \d+: expected one of ours, got another$/,
      )
    }
  })

  it('is not one of ours when letters are drawn as others', () => {
    const pdf = Buffer.from(reportPdf(pageOf('<h1>Łódź</h1><p>Łódź</p>'))).toString('latin1')
    expect(readPdfTexts(Buffer.from(pdf, 'latin1'))).toEqual([
      'T',
      'Łódź',
      'Łódź',
      expect.stringContaining('report.html'),
    ])
    const changes = [
      pdf.replace('%letters 0141', '%letters 0142'),
      pdf.replace('<21> <0141>', '<21> <0142>'),
      pdf.replace(/(\d+) 0 d0\n(\d+)/, '$1 0 d0\n803915702'),
      pdf.replace('/Differences [33 /u0141', '/Differences [33 /u017a'),
    ]
    for (const changed of changes) {
      expect(changed).not.toBe(pdf)
      expect(() => readPdfTexts(Buffer.from(changed, 'latin1'))).toThrow(/^report\.pdf: line \d+: expected /)
    }
  })

  it('keeps what stands where a number of a page or a head that is there again would', () => {
    const rows = Array.from({ length: 200 }, (_, row) => `<tr><td>a${row}</td><td>b</td></tr>`).join('')
    const table = `<table><thead><tr><th scope="col">One</th><th scope="col">Other</th></tr></thead><tbody>${rows}</tbody></table>`
    const pdf = Buffer.from(reportPdf(pageOf(table))).toString('latin1')
    const head = /(?<=\n%\d+ again\n(?:[^\n]*\n){3}\()[^\n]*(?=\) Tj)/
    for (const [from, to] of [
      [/\(Page 1 of \d+\)/, '(Page 8039 3)'],
      [head, pdf.match(head)![0].replace(/./, '#')],
    ] as const) {
      const changed = pdf.replace(from, to)
      const [before, after] = [pdf, changed].map((text) => readPdfTexts(Buffer.from(text, 'latin1')))
      expect(after!.length).toBe(before!.length + 1)
      expect(after).toContain(to.replace(/[()]/g, ''))
    }
  })
})
