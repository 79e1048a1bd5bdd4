import type { BundleEntry } from '../../lib/export/build-bundle.ts'
import { type Files, type Forger, failedRun, type Models, sampleKeys, sampleLog, sampleRun } from './sample-bundle.ts'
import { foundCoverage } from './sample-run.ts'

/** What a night brings: `found`: data is found in store `sg` and nobody is asked; `failed`: the run breaks down early. */
type Night = 'clean' | 'found' | 'failed' | 'none' | 'left out'

const signedAt =
  (time: string): Forger =>
  ({ statement, model }) => ({
    statement: { ...statement, predicate: { ...statement.predicate, times: { statementCreatedAt: time } } },
    model,
  })

const stillThere: NonNullable<Models['sg']> = {
  requests: [],
  passes: [{ ...foundCoverage, unverified: [], clean: { versions: 3, bytes: 300 } }],
  open: [
    {
      ...{ shownKey: 'all.csv', versionId: 'v1', bytes: 100, outcome: 'found', findings: 5 },
      places: [{ place: 'content', path: [], record: 3, offset: 41, where: { column: 2, columnName: 'user_id' } }],
    },
  ],
}
const promised = {
  store: { storeId: 'ie', kind: 'directory', obligation: { instrument: 'Undertaking', dueAt: '2026-12-31T00:00:00Z' } },
}

/**
 * A bundle of one run a night from 1 October 2026 on, at 07:30 UTC: store `sg`, which is verified unless something is found, under one
 * obligation, and `ie`, which never is, under another. A night that is left out is in the log and not in the bundle.
 */
export function samplePeriod(nights: readonly Night[]): { files: Files; nights: { date: string; night: Night }[] } {
  const log = sampleLog(sampleKeys())
  const leftOut = new Set<number>()
  const dated = nights.map((night, n) => {
    const time = new Date(Date.UTC(2026, 9, 1 + n, 7, 30)).toISOString()
    const date = time.slice(0, 10)
    const before = log.entries.length
    if (night === 'failed') failedRun(log, `run-${date}`, time)
    else if (night !== 'none')
      sampleRun(log, {
        runId: `run-${date}`,
        forge: signedAt(time),
        models: { ie: promised, ...(night === 'found' && { sg: stillThere }) },
      })
    if (night === 'left out') for (let seq = before; seq < log.entries.length; seq++) leftOut.add(seq)
    return { date, night }
  })
  log.checkpoint()
  const isChosen = ({ seq }: BundleEntry) => !leftOut.has(seq)
  return { files: log.bundle(isChosen), nights: dated }
}
