import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { limitationsOfRun } from '../../lib/attestation/limitations.ts'
import { withOtherScope } from '../../lib/cli/commands/prove-command.ts'
import { runLines } from '../../lib/export/log-lines.ts'
import { attestedOf, toFigures } from '../../lib/export/report/figures.ts'
import type { Html } from '../../lib/export/report/html.ts'
import { toPeriod } from '../../lib/export/report/period.ts'
import { periodSection } from '../../lib/export/report/period-section.ts'
import { periodsCsv } from '../../lib/export/report/periods-csv.ts'
import { glance, remains } from '../../lib/export/report/sections.ts'
import type { RunEvidence } from '../../lib/export/run-evidence.ts'
import { verifyFiling } from '../../lib/export/verify-bundle.ts'
import { type Files, textIn } from '../support/sample-bundle.ts'
import { samplePeriod } from '../support/sample-period.ts'

/** The last run of a bundle is shown in full; what it did not look at is not to be lost behind what it says. */

const rowOf = (files: Files) => (parse(textIn(files, 'periods.csv'), { columns: true }) as Record<string, string>[])[0]
const plain = ({ html }: Html) => html.replace(/\s+/g, ' ').replace(/<[^>]+>/g, '')
const textOf = (files: Files) => plain({ html: textIn(files, 'report.html') })

describe('a report', () => {
  it('says of the last run whom it looked for, and what of earlier ones it does not show', () => {
    const { files } = samplePeriod(['found', 'others'])
    expect(rowOf(files)).toMatchObject({ 'last verdict': 'verified', manifests: '2', 'found is gone since': '' })
    expect(textOf(files)).toContain(
      'nothing was found by the last run, which looked for 3 subjects; whether all that was found before is gone is not shown',
    )
    expect(textOf(files)).toContain('do not all say the same: they looked for 3 subjects, by 2 manifests.')
    const { files: same } = samplePeriod(['found', 'clean'])
    expect(rowOf(same)).toMatchObject({ manifests: '1', 'found is gone since': '2026-10-02T07:30:00.000Z' })
    expect(textOf(same)).toContain('nothing was found by the last run, which looked for 3 subjects')
    expect(textOf(same)).not.toMatch(/do not all say the same|is not shown/)

    const runs = structuredClone(verifyFiling(same).runs)
    for (const { predicate } of runs[1]!.stores.flatMap(({ scans }) => scans)) predicate.scope.population = 2
    const period = toPeriod(toFigures(runs), runs.flatMap(attestedOf), 18)
    const text = plain(periodSection(period, 2))
    expect(text).toContain(
      'which looked for 2 subjects; an earlier one looked for 3; whether all that was found before',
    )
    expect(text).toContain('do not all say the same: they looked for 2 to 3 subjects. Each is about')
  })

  it('gives no numbers of what remains where it was said to be nothing, and that is taken back', () => {
    const rowOfTaken = (nights: Parameters<typeof samplePeriod>[0], storeId?: string) => {
      const runs = structuredClone(verifyFiling(samplePeriod(nights).files).runs)
      const corrects = { entry: 3, phase: 'verification', ...(storeId !== undefined && { storeId }) }
      const predicate = { corrects, explanation: 'no', approvedBy: 'Jane Roe', limitations: [] }
      const correction = { seq: 18, predicate, statement: runs.at(-1)!.summary!.statement }
      runs.at(-1)!.corrections = [correction] as never
      const period = toPeriod(toFigures(runs), runs.flatMap(attestedOf), 18)
      const [row] = parse(periodsCsv(period), { columns: true }) as Record<string, string>[]
      return { row, text: plain(periodSection(period, 1)) }
    }
    for (const storeId of ['sg', undefined]) {
      const { row, text } = rowOfTaken(['clean'], storeId)
      expect(row).toMatchObject({
        ...{ store: 'sg', 'last verdict': 'incomplete' },
        ...{ 'remaining versions': '', 'remaining findings': '', 'not wholly read': '', explained: '' },
      })
      expect(text).toContain('not known: what the last run said of it is taken back')
    }
    expect(rowOfTaken(['clean'], 'ie').row).toMatchObject({ store: 'sg', 'last verdict': 'verified' })
    expect(rowOfTaken(['found'], 'sg').row).toMatchObject({ 'last verdict': 'residual', 'remaining versions': '1' })
  })

  it('leads who is not in its scope to runs that looked for others', () => {
    const { runs } = verifyFiling(samplePeriod(['found', 'clean', 'others']).files)
    expect(withOtherScope(runs, runs[2]!)).toEqual(['run-2026-10-02'])
    expect(withOtherScope(runs.slice(0, 2), runs[1]!)).toEqual([])
  })

  it('does not lose what another run saw of a store behind a last run that was begun without it', () => {
    const runs = structuredClone(verifyFiling(samplePeriod(['found', 'clean']).files).runs)
    const last = runs[1]! as { -readonly [K in keyof RunEvidence]: RunEvidence[K] }
    const leftOut = limitationsOfRun({ leftOut: ['sg'] })
    last.stores = last.stores.filter(({ storeId }) => storeId !== 'sg')
    for (const about of [last.scope!.predicate, last.summary!.predicate]) {
      about.stores = about.stores.filter(({ storeId }: { storeId: string }) => storeId !== 'sg') as never
      about.limitations = [...about.limitations, ...leftOut]
    }
    const corrects = { entry: 3, phase: 'scan', storeId: 'sg' }
    const correction = { seq: 18, predicate: { corrects, explanation: 'no', approvedBy: 'Jane Roe', limitations: [] } }
    runs[0]!.corrections = [correction] as never
    const figures = toFigures(runs)
    expect(plain(remains(figures))).toContain(
      'Entry 18 takes back entry 3 (scan of sg, run run-2026-10-01), approved by Jane Roe: no',
    )
    const told = runLines(figures.runs)
    expect(told).toEqual([expect.stringContaining('run-2026-10-01  '), `run-2026-10-02  ${leftOut[0]}`])
    expect(runLines([{ runId: 'open', closed: false, result: 'incomplete', reasons: ['run: not closed'] }])).toEqual([
      'open  run: not closed',
    ])
    for (const section of [glance, remains]) expect(plain(section(figures))).toContain(leftOut[0])
    expect(plain(glance(figures))).toContain('not in this run– (run run-2026-10-01 saw it last: residual)found: ')
    expect(plain(remains(figures))).toContain('Not in this run. Run run-2026-10-01 saw it last: residual: found: ')
  })
})
