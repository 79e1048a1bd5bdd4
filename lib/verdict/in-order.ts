import type { Acknowledgement, DeletionRequest } from '../deletion/request.ts'
import type { Coverage } from '../inventory/coverage.ts'

/** Machines whose clocks went apart that far do not contradict each other yet; milliseconds. */
export const clocksApart = 10 * 60_000

/** Something that happened, and when: RFC 3339. */
export type Moment = { what: string; at: string }

/** Of moments in the order in which they have to have happened the first that is dated before one that it follows, or has no date. */
export function firstOutOfOrder(moments: readonly Moment[]): Moment | undefined {
  let latest = Number.NEGATIVE_INFINITY
  return moments.find(({ at }) => {
    const time = Date.parse(at)
    latest = Math.max(latest, time)
    return !(time + clocksApart >= latest)
  })
}

/** No closing listing begins before every opening one has ended. */
export const momentsOfListings = ({ inventory, closing }: Pick<Coverage, 'inventory' | 'closing'>, pass: number) => [
  { what: `the beginning of the inventory of pass ${pass}`, at: inventory.startedAt },
  { what: `the end of the inventory of pass ${pass}`, at: inventory.finishedAt },
  { what: `the beginning of the closing listing of pass ${pass}`, at: closing.startedAt },
  { what: `the end of the closing listing of pass ${pass}`, at: closing.finishedAt },
]

export const momentOfRequest = ({ requestedAt }: DeletionRequest, pass: number): Moment => ({
  what: `the request of pass ${pass}`,
  at: requestedAt,
})

export const momentOfAnswer = ({ acknowledgedAt }: Acknowledgement, pass: number): Moment => ({
  what: `the answer of pass ${pass}`,
  at: acknowledgedAt,
})
