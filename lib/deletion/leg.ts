import type { Tally } from '../inventory/coverage.ts'
import type { Deleted } from '../ports.ts'
import type { Acknowledgement, RequestedVersion } from './request.ts'

/** Where the executor is in a request: first all object versions, then what only has a name. Lines count from 0. */
export type LegStart = { turn: 'versions' | 'remnants'; part: number; line: number }

/** What became of some versions: `kept` is grouped by reason. */
export type DeletionSums = Pick<Acknowledgement, 'deleted' | 'rewritten' | 'gone' | 'kept'>

/** What one call of the executor did, and which versions it kept. Without `next` the whole request is done. */
export type DeletionLeg = Omit<DeletionSums, 'kept'> & {
  schemaVersion: 1
  requestId: string
  leg: number
  /** `seqs`: their places in the inventory; not said by older versions of this program. */
  kept: (DeletionSums['kept'][number] & { seqs?: number[] })[]
  from: LegStart
  next?: LegStart
  startedAt: string
  finishedAt: string
}

type Rewriting = NonNullable<DeletionSums['rewritten']>

/** Sums up versions one by one, and legs. */
export function createTally() {
  const deleted: Tally = { versions: 0, bytes: 0 }
  const kept = new Map<string, DeletionSums['kept'][number] & { seqs: number[] }>()
  const rewritten: Rewriting = { versions: 0, bytes: 0, records: 0 }
  let gone = 0
  const addRewritten = ({ versions, bytes, records }: Rewriting) => {
    rewritten.versions += versions
    rewritten.bytes += bytes
    rewritten.records += records
  }
  /** Not said where there is none, as before there could be. */
  const rewrites = () => (rewritten.versions === 0 ? {} : { rewritten })
  const keep = (reason: string, { versions, bytes }: Tally) => {
    const tally = kept.get(reason) ?? { reason, versions: 0, bytes: 0, seqs: [] }
    kept.set(reason, tally)
    tally.versions += versions
    tally.bytes += bytes
    return tally
  }
  return {
    add({ seq, size }: Pick<RequestedVersion, 'seq' | 'size'>, result: Deleted): void {
      if (result.kind === 'gone') gone++
      if (result.kind === 'deleted') {
        deleted.versions++
        deleted.bytes += result.bytes
      }
      if (result.kind === 'rewritten') addRewritten({ versions: 1, bytes: size, records: result.records })
      if (result.kind === 'kept') keep(result.reason, { versions: 1, bytes: size }).seqs.push(seq)
    },
    addSums(sums: DeletionSums): void {
      deleted.versions += sums.deleted.versions
      deleted.bytes += sums.deleted.bytes
      if (sums.rewritten) addRewritten(sums.rewritten)
      gone += sums.gone
      for (const { reason, ...tally } of sums.kept) keep(reason, tally)
    },
    sums: (): DeletionSums => ({
      deleted,
      ...rewrites(),
      gone,
      kept: [...kept.values()].map(({ reason, versions, bytes }) => ({ reason, versions, bytes })),
    }),
    /** The sums with the versions that were added one by one. */
    leg: () => ({ deleted, ...rewrites(), gone, kept: [...kept.values()] }),
  }
}
