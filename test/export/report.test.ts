import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { parse } from 'csv-parse/sync'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import type { RunPredicate } from '../../lib/attestation/statement.ts'
import { readFiling } from '../../lib/export/read-filing.ts'
import { html } from '../../lib/export/report/html.ts'
import { formatCsv } from '../../lib/export/report/tables.ts'
import { bytes, count, share, span } from '../../lib/export/report/wording.ts'
import { requireTool } from '../support/require-tool.ts'
import { sampleBundle, sampleKeys, sampleLog, sampleRun, textIn } from '../support/sample-bundle.ts'
import { samplePeriod } from '../support/sample-period.ts'
import { machineArn } from '../support/sample-run.ts'
import { scratchDirectory } from '../support/scratch.ts'

const { files } = sampleBundle(sampleKeys())
const run = readFiling(files).runs.at(-1)!
const page = join(scratchDirectory(), 'report.html')
writeFileSync(page, files.get('report.html')!)
/** A quarter, with everything that can be in a calendar. */
const quarter = join(scratchDirectory(), 'report.html')
const nights = Array.from({ length: 92 }, (_, n) =>
  n < 9 ? 'found' : n === 30 ? 'failed' : n % 17 === 0 ? 'none' : 'clean',
)
writeFileSync(quarter, samplePeriod(nights as Parameters<typeof samplePeriod>[0]).files.get('report.html')!)

const executablePath = process.env.ODV_CHROMIUM ?? '/usr/bin/chromium'
let browser: Browser | undefined

beforeAll(async () => {
  if (!existsSync(executablePath)) return
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update']
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-sync', ...quiet],
  })
})
afterAll(() => browser?.close())

async function open(context: TestContext, viewport: { width: number; height: number }, path = page): Promise<Page> {
  if (browser === undefined) {
    if (process.env.CI === 'true') throw new Error('Chromium is not on this machine: CI needs it')
    return context.skip('Chromium is not on this machine')
  }
  const opened = await browser.newPage({ viewport })
  const asked: string[] = []
  opened.on('request', (request) => asked.push(request.url()))
  const complaints: string[] = []
  opened.on('console', (message) => complaints.push(message.text()))
  await opened.goto(pathToFileURL(path).href)
  expect({ asked, complaints }).toEqual({ asked: [pathToFileURL(path).href], complaints: [] })
  return opened
}

const wide = { width: 1280, height: 900 }
const phone = { width: 360, height: 740 }

it('says who says that nobody is named, and that the manifest confirms the transfers', () => {
  const text = textIn(files, 'report.html')
  expect(text).toContain('whose transfer the manifest confirms')
  expect(text).toContain(
    'Whoever made this bundle says that all of its files were searched for them (<code>leak-gate.json</code>, which nobody signed).',
  )
})

it('says whose keys signed, and that duties are apart only where a role has each of them', () => {
  const text = (keyProtection?: 'kms' | 'key-file') => {
    const log = sampleLog(sampleKeys())
    sampleRun(log, {
      forge({ statement, model }) {
        const { signer: _, ...unsaid } = statement.predicate as RunPredicate
        const predicate = { ...unsaid, ...(keyProtection && { signer: { keyProtection } }) } as RunPredicate
        return { statement: { ...statement, predicate }, model }
      },
    })
    log.checkpoint()
    return textIn(log.bundle(), 'methods-and-limitations.md')
  }
  expect(text('kms')).toContain('by a key in AWS KMS that only the signing role may use')
  for (const said of ['another role', 'signing role']) {
    expect(text('key-file')).not.toContain(said)
    expect(text()).not.toContain(said)
  }
  expect(text('key-file')).toContain('Whoever had these files could sign anything with both')
  expect(text()).toContain('Not every statement says what kept these keys.')
})

it('says which execution the run was, for who asks AWS what that did', () => {
  expect(textIn(files, 'report.html')).toContain(`The last run was the execution <code>${machineArn}:run-1</code>`)
  const rows = parse(textIn(files, 'custody.csv'), { columns: true }) as Record<string, string>[]
  expect(new Set(rows.map((row) => row['key protection']))).toEqual(new Set(['kms']))
  expect(new Set(rows.map((row) => row.execution))).toEqual(new Set([`${machineArn}:run-1`]))
})

it('says who answers for a run and how long its evidence is kept, or nothing of it', () => {
  const answers = /operated by|kept for at least/
  for (const path of ['report.html', 'methods-and-limitations.md']) {
    expect(textIn(files, path)).toContain(
      'the run is operated by Jane Roe, Privacy Engineering and reviewed by Internal Audit. Nobody signs anything here with a key of their own.',
    )
    expect(textIn(files, path)).toContain(
      'at least 10 years from the date of each statement (National Security Agreement).',
    )
  }
  const without = (...members: (keyof RunPredicate)[]) => {
    const log = sampleLog(sampleKeys())
    sampleRun(log, {
      forge({ statement, model }) {
        const predicate = { ...(statement.predicate as RunPredicate) }
        for (const member of members) delete predicate[member]
        return { statement: { ...statement, predicate }, model }
      },
    })
    log.checkpoint()
    return log.bundle()
  }
  for (const path of ['report.html', 'methods-and-limitations.md']) {
    expect(textIn(without('people'), path)).toContain('By its configuration, the evidence of the run is kept for')
    expect(textIn(without('people', 'retention'), path)).not.toMatch(answers)
  }
})

it('says how many rows of the manifest are in no scope', () => {
  expect(textIn(files, 'report.html')).toContain('Not in scope: <b>1 row</b> of that manifest without a transfer')
})

it('says where a bucket is and that a prefix is all of it, and of a directory that its place is not said', () => {
  const place = { kind: 's3', uri: 's3://backups/eu/', region: 'eu-west-1', account: '999900001111' }
  const given = sampleBundle(sampleKeys(), { models: { ie: { store: { storeId: 'ie', ...place } } } }).files
  const text = textIn(given, 'report.html')
  expect(text).toContain(
    'What is stored under <code>s3://backups/eu/</code>, Region eu-west-1, account 999900001111, and nothing beside it.',
  )
  expect(text).toContain('A directory, whose place is not said')
  expect(parse(textIn(given, 'stores.csv'), { columns: true })).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        store: 'ie',
        place: place.uri,
        kind: 's3',
        region: place.region,
        account: place.account,
      }),
      expect.objectContaining({ store: 'sg', place: '', kind: 'directory' }),
    ]),
  )
})

describe('the report, in a browser', () => {
  it('says of every store what its attestation says, what needs somebody first', async (context) => {
    const opened = await open(context, wide)
    const rows = await opened.getByRole('group', { name: 'Stores' }).locator('tbody tr').allInnerTexts()
    const cells = rows.map((row) => row.split('\t').map((cell) => cell.trim()))
    const attested = run.summary!.predicate.stores.map(({ storeId, result, reasons }) => [
      storeId,
      result,
      reasons.join('; ') || '–',
    ])
    expect(cells.map(([storeId, , , verdict, , why]) => [storeId, verdict, why]).sort()).toEqual(attested.sort())
    const worst = ['residual', 'incomplete', 'verified']
    const places = cells.map(([, , , verdict]) => worst.indexOf(verdict!))
    expect(places).toEqual(places.toSorted())
    expect(new Set(places).size).toBeGreaterThan(1)
  })

  it('counts every object version of the last scan of every store in exactly one part', async (context) => {
    const opened = await open(context, wide)
    const scanned = run.stores.filter(({ scans }) => scans.length > 0)
    const legends = await opened.locator('.legend').allInnerTexts()
    expect(legends.length).toBe(scanned.length)
    for (const [i, { scans }] of scanned.entries()) {
      const { inventory, clean, found, unverified } = scans.at(-1)!.model
      const said = [...legends[i]!.matchAll(/([\d,]+) object versions? \(/g)].map(([, n]) =>
        Number(n!.replaceAll(',', '')),
      )
      expect(said).toEqual([clean.versions, found.versions, unverified.reduce((sum, each) => sum + each.versions, 0)])
      expect(said.reduce((sum, n) => sum + n)).toBe(inventory.versions)
    }
  })

  it('draws bars that are as wide as the parts', async (context) => {
    const opened = await open(context, wide)
    for (const svg of await opened.locator('svg').all()) {
      const widths = await svg
        .locator('rect')
        .evaluateAll((rects) =>
          rects.map((rect) => ({ top: rect.getAttribute('y'), width: Number(rect.getAttribute('width')) })),
        )
      for (const bar of Map.groupBy(widths, ({ top }) => top).values()) {
        const sum = bar.reduce((total, { width }) => total + width, 0)
        expect(sum).toBeGreaterThan(660)
        expect(sum).toBeLessThanOrEqual(670)
      }
    }
  })

  it.for([
    { name: 'a wide screen', viewport: wide, path: page },
    { name: 'a phone', viewport: phone, path: page },
    { name: 'a phone, of a quarter', viewport: phone, path: quarter },
  ])('has no fault of accessibility and is not wider than $name', async ({ viewport, path }, context) => {
    const opened = await open(context, viewport, path)
    expect(await opened.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width)
    // The page allows no script, which is what is wanted; the debugger may run one all the same.
    await opened.evaluate(axe.source)
    for (const colorScheme of ['light', 'dark'] as const) {
      await opened.emulateMedia({ colorScheme })
      const result = (await opened.evaluate('axe.run()')) as {
        violations: { id: string; help: string; nodes: unknown[] }[]
      }
      expect(result.violations.map(({ id, help, nodes }) => ({ id, help, places: nodes.length }))).toEqual([])
    }
  })

  it.for([
    { what: 'a run on A4', path: page, format: 'A4' },
    { what: 'a quarter on A4', path: quarter, format: 'A4' },
    { what: 'a quarter on Letter', path: quarter, format: 'Letter' },
  ])('prints $what without cutting anything off, and leaves no heading alone', async ({ path, format }, context) => {
    requireTool(context, 'pdftotext')
    const opened = await open(context, wide, path)
    const pdf = join(scratchDirectory(), 'printed.pdf')
    await opened.pdf({ path: pdf, format })
    const { stdout, stderr } = spawnSync('pdftotext', ['-raw', pdf, '-'], { encoding: 'utf8' })
    expect(stderr).toBe('')
    const heads = await opened.locator('h1, h2, h3, h4, caption, thead th').allInnerTexts()
    const ends = stdout.split('\f').flatMap((each) => each.trim().split('\n').at(-1) ?? [])
    expect(ends.length).toBeGreaterThan(2)
    const isHead = (line: string) =>
      line !== '' && heads.some((head) => head.replace(/\s+/g, ' ').endsWith(line.trim()))
    expect(ends.filter(isHead)).toEqual([])
    await opened.emulateMedia({ media: 'print' })
    await opened.setViewportSize({ width: 680, height: 960 })
    const cutOff = await opened.evaluate(
      `[...document.querySelectorAll('.scroll')].filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX !== 'visible').length`,
    )
    expect(cutOff).toBe(0)
  })
})

describe('what people read', () => {
  it('escapes whatever comes from outside', () => {
    const hostile = `<script>alert(1)</script>&"'\u202egpj.exe\u0000`
    expect(html`<p>${hostile}</p>`.html).toBe(
      '<p>&#60;script&#62;alert(1)&#60;/script&#62;&#38;&#34;&#39;\\u202egpj.exe\\u0000</p>',
    )
  })

  it('has no table cell that a spreadsheet would execute, and loses none', () => {
    const cells = [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '|calc',
      '%x',
      ' =1',
      '\t=1',
      '\uff1d1',
      'a,b',
      'a"b',
      'plain',
      'a\r\nb',
      'clean\u202efdp',
      '',
    ]
    const [, row] = parse(
      formatCsv(
        cells.map((_, i) => `c${i}`),
        [cells],
      ),
      { relax_column_count: false },
    ) as string[][]
    expect(row).toEqual([
      ...["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'|calc", "'%x", "' =1", "' =1", "'\uff1d1"],
      ...['a,b', 'a"b', 'plain', 'a  b', 'clean\\u202efdp', ''],
    ])
  })

  it('never rounds a part up to the whole or down to nothing', () => {
    expect([share(0, 5), share(1, 1e9), share(1e9 - 1, 1e9), share(5, 5), share(1, 3), share(0, 0)]).toEqual([
      ...['0.00 %', '< 0.01 %', '99.99 %', '100 %', '33.33 %', '–'],
    ])
  })

  it('writes numbers, sizes and times in one way', () => {
    expect([count(0), count(999), count(1234567)]).toEqual(['0', '999', '1,234,567'])
    expect([bytes(0), bytes(1), bytes(999), bytes(1000), bytes(59030), bytes(1999999), bytes(1e15)]).toEqual([
      ...['0 bytes', '1 byte', '999 bytes', '1.00 kB', '59.03 kB', '1.99 MB', '1.00 PB'],
    ])
    const from = '2026-01-01T00:00:00.000Z'
    expect(
      [
        '2026-01-01T00:00:00.400Z',
        '2026-01-01T00:00:01.000Z',
        '2026-01-01T01:00:05.000Z',
        '2026-01-03T00:10:00.000Z',
      ].map((to) => span(from, to)),
    ).toEqual(['less than a second', '1 second', '1 hour', '2 days'])
  })

  it('tables hold a row for each store, exception and attestation', () => {
    const table = (path: string) => parse(textIn(files, path), { columns: true }) as Record<string, string>[]
    expect(table('stores.csv').map(({ store, verdict }) => ({ storeId: store, result: verdict }))).toEqual(
      run.summary!.predicate.stores.map(({ storeId, result }) => ({ storeId, result })),
    )
    expect(table('custody.csv').map((row) => Number(row.entry))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(table('exceptions.csv').length).toBeGreaterThan(0)
  })
})
