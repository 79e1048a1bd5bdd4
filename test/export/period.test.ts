import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { logLines } from '../../lib/export/log-lines.ts'
import { attestedOf } from '../../lib/export/report/figures.ts'
import { logText } from '../../lib/export/report/log-text.ts'
import { toLogPart } from '../../lib/export/report/period.ts'
import { verifyBundle, verifyFiling } from '../../lib/export/verify-bundle.ts'
import { refusalOf } from '../support/refusal-of.ts'
import { type Files, sampleBundle, sampleKeys, textIn, withFile } from '../support/sample-bundle.ts'
import { samplePeriod } from '../support/sample-period.ts'

/** What a quarter comes to, as people read it: it follows from the statements of every run, and claims nothing about others. */

const rowsOf = (files: Files) => parse(textIn(files, 'periods.csv'), { columns: true }) as Record<string, string>[]
const sectionOf = (files: Files) =>
  /<section aria-labelledby="period">.*?<\/section>/s.exec(textIn(files, 'report.html'))?.[0].replace(/\s+/g, ' ') ?? ''
const textOf = (files: Files) => sectionOf(files).replace(/<[^>]+>/g, '')

describe('a period', () => {
  const { files } = samplePeriod([
    'found',
    'found',
    'clean',
    'none',
    'failed',
    'clean',
    'clean',
    'none',
    'none',
    'clean',
  ])

  it('is rolled up for each obligation and store', () => {
    expect(rowsOf(files)).toMatchObject([
      {
        instrument: 'NSA',
        clause: '3.2',
        due: '2026-12-01T00:00:00.000Z',
        store: 'sg',
        country: 'SG',
        custodian: 'Example Pte',
        from: '2026-10-01',
        to: '2026-10-10',
        dates: '10',
        'dates without a verdict': '3',
        runs: '7',
        verified: '4',
        residual: '2',
        incomplete: '1',
        'first run': 'run-2026-10-01',
        'first verdict': 'residual',
        'last run': 'run-2026-10-10',
        'last verdict': 'verified',
        'first finding': '2026-10-01T07:30:00.000Z',
        'verified since': '2026-10-06T07:30:00.000Z',
        'remaining versions': '',
      },
      {
        instrument: 'Undertaking',
        due: '2026-12-31T00:00:00.000Z',
        store: 'ie',
        runs: '6',
        incomplete: '6',
        'last verdict': 'incomplete',
        'first finding': '',
        'verified since': '',
        'remaining versions': '0',
        'not wholly read': '1',
        explained: '1',
      },
    ])
  })

  it('counts a run that broke down as incomplete, under the obligation that its stores had before', () => {
    expect(rowsOf(files).map(({ instrument, incomplete }) => [instrument, incomplete])).toEqual([
      ['NSA', '1'],
      ['Undertaking', '6'],
    ])
  })

  it('names the dates on which no run began, and how long each verdict lasted', () => {
    const text = textOf(files)
    expect(text).toContain('7 runs on 7 of 10 dates (UTC)')
    expect(text).toContain('Without a run: 2026-10-04, 2026-10-08, 2026-10-09.')
    expect(text).toContain(
      '2026-10-01 to 2026-10-02: residual; 2026-10-03: verified; 2026-10-04: no verdict; 2026-10-05: incomplete; ' +
        '2026-10-06 to 2026-10-07: verified; 2026-10-08 to 2026-10-09: no verdict; 2026-10-10: verified.',
    )
  })

  it('gives every calendar a text, and a form to each verdict', () => {
    const [sg] = /<svg class="calendar".*?<\/svg>/s.exec(sectionOf(files))!
    expect(sg).toContain(
      'aria-label="Verdicts on sg from 2026-10-01 to 2026-10-10: 4 dates verified, 2 dates residual, 1 date incomplete, 3 dates no verdict on that date"',
    )
    const squares = [...sg.matchAll(/<path d="((?:M\d+ \d+h12v12h-12z)+)"/g)].map(
      ([, path]) => path!.split('M').length - 1,
    )
    expect(squares).toEqual([4, 2, 1, 3])
  })

  it('does not call a store verified that a run which began earlier, and waited, saw later', () => {
    const { files } = samplePeriod(['found', 'found late', 'clean'])
    expect(rowsOf(files)[0]).toMatchObject({
      'last run': 'run-2026-10-02',
      'last verdict': 'residual',
      'verified since': '',
      'remaining versions': '1',
    })
    const page = textIn(files, 'report.html').replace(/\s+/g, ' ')
    expect(page).toContain('In sg, data in scope was first found on 2026-10-01; some of it is still there.')
    // The last run of the bundle is shown at the top, and is not the last that is known of the store.
    expect(page).toContain(
      '– (run <code>run-2026-10-02</code> saw it later: <span class="verdict residual">residual</span>)',
    )
    // After the next night it is known to be gone.
    const { files: later } = samplePeriod(['found late', 'clean', 'none', 'none', 'none', 'none', 'clean'])
    expect(rowsOf(later)[0]).toMatchObject({ 'last verdict': 'verified', 'verified since': '2026-10-07T07:30:00.000Z' })
  })

  it('does not call gone what was in another bucket of the same name', () => {
    const { files } = samplePeriod(['clean', 'found', 'clean', 'moved'])
    expect(rowsOf(files)[0]).toMatchObject({ 'verified since': '2026-10-04T07:30:00.000Z' })
    expect(textIn(files, 'report.html').replace(/\s+/g, ' ')).toContain(
      'In sg, data in scope was first found on 2026-10-01; whether it is gone is not shown.',
    )
  })

  const gone = '; it is gone, which has held in every run of this bundle since'
  const unknown = '; whether it is gone is not shown.'
  it.each<{ nights: Parameters<typeof samplePeriod>[0]; end: string; name: string }>([
    { name: 'by the same manifest', nights: ['found', 'clean'], end: `${gone} 2026-10-02.` },
    { name: 'by another manifest alone', nights: ['found', 'others'], end: unknown },
    { name: 'by the same one before it was found again', nights: ['clean', 'found', 'others'], end: unknown },
    {
      name: 'by the same one after another',
      nights: ['found', 'others', 'clean', 'others'],
      end: `${gone} 2026-10-03.`,
    },
    { name: 'by the run that found it', nights: ['clean', 'others'], end: `${gone} 2026-10-01.` },
  ])('says whether it is gone where it was looked for $name', ({ nights, end }) => {
    const page = textIn(samplePeriod(nights).files, 'report.html').replace(/\s+/g, ' ')
    expect(page).toContain(`In sg, data in scope was first found on 2026-10-01${end}`)
  })

  it('follows from the evidence: another table or page is refused', () => {
    for (const [path, from, to] of [
      ['periods.csv', ',residual,', ',verified,'],
      ['report.html', 'Without a run: 2026-10-04, ', 'Without a run: '],
    ] as const) {
      const changed = textIn(files, path).replace(from, to)
      expect(changed).not.toBe(textIn(files, path))
      expect(refusalOf(() => verifyBundle(withFile(files, path, changed)))).toBe('companions')
    }
  })

  it('is not spoken of where there is one run', () => {
    const { files: single } = sampleBundle(sampleKeys())
    expect(sectionOf(single)).toBe('')
    expect(rowsOf(single).map(({ store, runs }) => [store, runs])).toEqual([
      ['sg', '1'],
      ['ie', '1'],
    ])
  })
})

describe('the log of a period', () => {
  it('shows that no run between the first and the last was left out', () => {
    const { files } = samplePeriod(['clean', 'none', 'clean'])
    expect(textOf(files)).toContain(
      'This bundle holds 18 entries of the log, numbers 0 to 17, and all of those between: the log has no gaps, so no run was left out among them. That is all that the log has',
    )
  })

  it('counts an entry by which a key was changed as one that is there', () => {
    const entries = verifyFiling(samplePeriod(['clean']).files).runs.flatMap(attestedOf)
    const changed = { seq: 9, statement: { predicate: {} } } as unknown as (typeof entries)[0]
    expect(logText(toLogPart([...entries, changed], 10))).toMatch(
      /holds 9 entries of the log, numbers 0 to 8 \(and 1 before or behind them, by which a key was changed\), .* all that the log has/,
    )
  })

  it('shows which entries are not there, and does not guess what they say', () => {
    const { files } = samplePeriod(['left out', 'clean', 'left out', 'left out', 'clean', 'left out'])
    const text = textOf(files)
    expect(text).toContain(
      'This bundle holds 18 entries of the log, numbers 9 to 44, but 18 entries between are not here: 18–35.',
    )
    expect(text).toContain('cannot be told from this bundle')
    expect(text).toContain('The log also has 9 entries before them and 9 entries after them')
    // The date of a run that is left out looks like one without a run: nothing else is claimed.
    expect(text).toContain('Without a run: 2026-10-03, 2026-10-04.')
    const summary = verifyBundle(files)
    expect(summary.runs.length).toBe(2)
    expect(summary.absent).toEqual({ before: 9, between: 18, after: 9 })
    expect(logLines(summary)[1]).toContain(
      '36 entries of the log, of other runs or that take back what is above (9 before those of its runs, 18 between them, 9 behind them)',
    )
  })
})
