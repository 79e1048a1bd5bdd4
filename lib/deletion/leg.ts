import type { Tally } from '../inventory/coverage.ts'
import type { Deleted } from '../ports.ts'
import type { Acknowledgement } from './request.ts'

/** Where the executor is in a request: first all object versions, then what only has a name. Lines count from 0. */
export type LegStart = { turn: 'versions' | 'remnants'; part: number; line: number }

/** What became of some versions: `kept` is grouped by reason. */
export type DeletionSums = Pick<Acknowledgement, 'deleted' | 'gone' | 'kept'>

/** What one call of the executor did. Without `next` the whole request is done. */
export type DeletionLeg = DeletionSums & {
  schemaVersion: 1
  requestId: string
  leg: number
  from: LegStart
  next?: LegStart
  startedAt: string
  finishedAt: string
}

/** Sums up versions one by one, and legs. */
export function createTally() {
  const deleted: Tally = { versions: 0, bytes: 0 }
  const kept = new Map<string, Tally>()
  let gone = 0
  const keep = (reason: string, { versions, bytes }: Tally) => {
    const tally = kept.get(reason) ?? { versions: 0, bytes: 0 }
    kept.set(reason, { versions: tally.versions + versions, bytes: tally.bytes + bytes })
  }
  return {
    add(size: number, result: Deleted): void {
      if (result.kind === 'gone') gone++
      if (result.kind === 'deleted') {
        deleted.versions++
        deleted.bytes += result.bytes
      }
      if (result.kind === 'kept') keep(result.reason, { versions: 1, bytes: size })
    },
    addSums(sums: DeletionSums): void {
      deleted.versions += sums.deleted.versions
      deleted.bytes += sums.deleted.bytes
      gone += sums.gone
      for (const { reason, ...tally } of sums.kept) keep(reason, tally)
    },
    sums: (): DeletionSums => ({
      deleted: { ...deleted },
      gone,
      kept: [...kept].map(([reason, tally]) => ({ reason, ...tally })),
    }),
  }
}
