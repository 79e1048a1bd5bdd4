import type { Period } from './period.ts'
import { formatCsv } from './tables.ts'

/** One row an obligation and store: what its runs came to. */
export function periodsCsv({ from, to, nights, obligations }: Period): string {
  const header =
    'instrument,clause,reference,due,store,country,custodian,from,to,dates,dates without a verdict,runs,verified,residual,incomplete,first run,first verdict,last run,last verdict,first finding,verified since,remaining versions,remaining findings,not wholly read,explained,protected until,found is gone since,subjects last,subjects least,subjects most,manifests,limitations'
  const rows = obligations.flatMap(({ obligation, stores }) =>
    stores.map((store) => [
      obligation?.instrument,
      obligation?.clause,
      obligation?.reference,
      obligation?.dueAt,
      store.storeId,
      store.country,
      store.custodian,
      from,
      to,
      nights.length,
      nights.length - store.byNight.size,
      store.runs.length,
      store.counts.verified,
      store.counts.residual,
      store.counts.incomplete,
      store.runs[0]!.runId,
      store.runs[0]!.store.verdict,
      store.runs.at(-1)!.runId,
      store.runs.at(-1)!.store.verdict,
      store.firstFindingAt,
      store.verifiedSince,
      store.remains?.foundVersions,
      store.remains?.findings,
      store.remains?.unverifiedVersions,
      store.remains?.explainedVersions,
      store.remains?.until,
      store.goneSince,
      store.lookedFor?.last,
      store.lookedFor?.least,
      store.lookedFor?.most,
      store.lookedFor?.manifests,
      store.lookedFor && (store.lookedFor.sameWays ? 'same' : 'differ'),
    ]),
  )
  return formatCsv(header.split(','), rows)
}
