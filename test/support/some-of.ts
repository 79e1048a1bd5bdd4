import { createHash } from 'node:crypto'
import { expect } from 'vitest'

/**
 * Which share of the long tables a run takes: a number that is drawn anew for `npm test` and printed, or `all`. With every case a run
 * takes more than half an hour of one core, most of it for cases of a second or more that differ in one value.
 */
const turn = process.env.ODV_TEST_TURN ?? 'all'

/** The cases of a long table whose turn it is: one in `parts`, at least one, others in the next turn. */
export function someOf<T>(parts: number, cases: readonly T[]): readonly T[] {
  return casesAt(turn, expect.getState().testPath ?? '', parts, cases)
}

/** As `someOf`, at this turn in this file. */
export function casesAt<T>(at: string, path: string, parts: number, cases: readonly T[]): readonly T[] {
  if (at === 'all') return cases
  if (!/^\d{1,12}$/.test(at)) throw new Error(`ODV_TEST_TURN: expected all or a number, got ${at}`)
  // Two servers are not the same one in all suites.
  const first = Number(at) + createHash('sha256').update(path).digest().readUInt16BE()
  return cases.filter((_, index) => (index + first) % Math.min(parts, cases.length) === 0)
}

/** The same of servers, of those that are there; the others say that they are skipped. */
export function someServers<T>(servers: readonly T[], isMissing: (server: T) => boolean): readonly T[] {
  const there = servers.filter((server) => !isMissing(server))
  return [...someOf(2, there), ...servers.filter(isMissing)]
}

/**
 * Of the suites that each deploy a stage, which takes longer than what they then ask of it, one quarter. `note`: behind the
 * title of what is left out.
 */
export function quarterOf(quarter: 0 | 1 | 2 | 3): { isLeftOut: boolean; note: string } {
  const isLeftOut = turn !== 'all' && Number(turn) % 4 !== quarter
  return { isLeftOut, note: isLeftOut ? ' (left out this turn; npm run test:all takes it)' : '' }
}
