import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, type TestContext } from 'vitest'
import { html } from '../../lib/export/report/html.ts'
import { type Block, blocksOf } from '../../lib/export/report/pdf/blocks.ts'
import { room, toPages } from '../../lib/export/report/pdf/layout.ts'
import { toLines } from '../../lib/export/report/pdf/lines.ts'
import { readPdfTexts } from '../../lib/export/report/pdf/read-pdf-texts.ts'
import { reportPdf } from '../../lib/export/report/pdf/report-pdf.ts'
import { fromWinAnsi, toWinAnsi, widthOf } from '../../lib/export/report/pdf/win-ansi.ts'
import { requireTool } from '../support/require-tool.ts'
import { sampleBundle, sampleKeys, textIn } from '../support/sample-bundle.ts'
import { samplePeriod } from '../support/sample-period.ts'
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
      .replace(/<ul class="legend"><li>verified<\/li>[\s\S]*?<\/ul>/, ' ')
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

  it('says where signs are that it cannot show', (context) => {
    const { text } = read(context, reportPdf(pageOf('<p>北京 backups 👩</p>')))
    expect(text).toContain('?? backups ?')
    expect(text.replace(/\s+/g, ' ')).toContain('stands here as “?”, and report.html shows it.')
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
    const block: fc.Arbitrary<Block> = fc.oneof(
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
              ? [each.mark, each.text]
              : [each.text],
        )
        expect([...whole.values()]).toEqual(wanted.map(toWinAnsi))
      }),
      { numRuns: 40 },
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
    expect(fromWinAnsi(toWinAnsi(known.join('')))).toBe(known.join(''))
    for (const sign of known) expect(widthOf(toWinAnsi(sign), 'regular')).toBeGreaterThan(0)
    expect(toWinAnsi('\u00ad\u0007\u200b😀')).toBe('????')
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

  it('keeps what stands where a number of a page or a head that is there again would', () => {
    const pdf = Buffer.from(files.get('report.pdf')!).toString('latin1')
    const head = /(?<=\n%\d+ again\n(?:[^\n]*\n){3}\()[^\n]*(?=\) Tj)/
    for (const [from, to] of [
      ['(Page 1 of 3)', '(Page 8039 3)'],
      [head, pdf.match(head)![0].replace(/./, '#')],
    ] as const) {
      const changed = pdf.replace(from, to)
      const [before, after] = [pdf, changed].map((text) => readPdfTexts(Buffer.from(text, 'latin1')))
      expect(after!.length).toBe(before!.length + 1)
      expect(after).toContain(to.replace(/[()]/g, ''))
    }
  })
})
