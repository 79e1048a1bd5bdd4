import type { BundleEntry } from '../../lib/export/build-bundle.ts'
import {
  type Files,
  type Forger,
  failedRun,
  type Models,
  oneUnverified,
  sampleKeys,
  sampleLog,
  sampleRun,
} from './sample-bundle.ts'
import { acknowledgement, cleanCoverage, digest, foundCoverage, listedAt, request, store } from './sample-run.ts'

/**
 * What a night brings: `found`: data is found in store `sg` and nobody is asked; `found late`: only five days after the run began, since it
 * waited; `others`: other people are looked for, and nothing is found; `moved`: nothing is, in a bucket that has the name now; `failed`: the run breaks down early.
 */
type Night = 'clean' | 'others' | 'moved' | 'found' | 'found late' | 'failed' | 'none' | 'left out'

const signedAt =
  (time: string): Forger =>
  ({ statement, model }) => ({
    statement: { ...statement, predicate: { ...statement.predicate, times: { statementCreatedAt: time } } },
    model,
  })

const stillThere = (time: string): NonNullable<Models['sg']> => ({
  requests: [],
  passes: [listedAt({ ...foundCoverage, unverified: [], clean: { versions: 3, bytes: 300 } }, time)],
  open: [
    {
      ...{ shownKey: 'all.csv', versionId: 'v1', bytes: 100, outcome: 'found', findings: 5 },
      places: [{ place: 'content', path: [], record: 3, offset: 41, where: { column: 2, columnName: 'user_id' } }],
    },
  ],
})
const gone = (runId: string, time: string): NonNullable<Models['sg']> => ({
  passes: [listedAt(foundCoverage, time), listedAt(cleanCoverage, time)],
  requests: [
    {
      request: { ...request, runId, requestedAt: time },
      acknowledgement: { ...acknowledgement, acknowledgedAt: time },
    },
  ],
})
const elsewhere = { store: { ...store, kind: 's3', uri: 's3://backups-new/', region: 'ap-southeast-1' } }
const promised = (time: string): NonNullable<Models['ie']> => ({
  store: { storeId: 'ie', kind: 'directory', obligation: { instrument: 'Undertaking', dueAt: '2026-12-31T00:00:00Z' } },
  passes: [listedAt(oneUnverified.coverage, time)],
})

/**
 * A bundle of one run a night from 1 October 2026 on, at 07:30 UTC: store `sg`, which is verified unless something is found, under one
 * obligation, and `ie`, which never is, under another. A night that is left out is in the log and not in the bundle.
 */
export function samplePeriod(nights: readonly Night[]): { files: Files; nights: { date: string; night: Night }[] } {
  const log = sampleLog(sampleKeys())
  const leftOut = new Set<number>()
  const dated = nights.map((night, n) => {
    const timeOf = (night: number) => new Date(Date.UTC(2026, 9, 1 + night, 7, 30)).toISOString()
    const time = timeOf(n)
    const date = time.slice(0, 10)
    const before = log.entries.length
    if (night === 'failed') failedRun(log, `run-${date}`, time)
    else if (night !== 'none') {
      const [runId, seen] = [`run-${date}`, night === 'found late' ? timeOf(n + 5) : time]
      const sg = night.startsWith('found')
        ? stillThere(seen)
        : { ...gone(runId, seen), ...(night === 'others' && { passes: [listedAt(cleanCoverage, seen)], requests: [] }) }
      sampleRun(log, {
        runId,
        ...(night === 'others' && { manifestSha256: digest('7') }),
        forge: signedAt(time),
        models: { ie: promised(seen), sg: { ...sg, ...(night === 'moved' && elsewhere) } },
      })
    }
    if (night === 'left out') for (let seq = before; seq < log.entries.length; seq++) leftOut.add(seq)
    return { date, night }
  })
  log.checkpoint()
  const isChosen = ({ seq }: BundleEntry) => !leftOut.has(seq)
  return { files: log.bundle(isChosen), nights: dated }
}
