import type { BundleSummary, RunResult } from './bundle-summary.ts'
import { count, plural } from './report/wording.ts'

/**
 * The log of a bundle in lines for people: its name and size, and, where the bundle does not hold all of it, what that leaves open. A run that was left
 * out of a period is among the entries between; those before it are always many.
 */
export function logLines({ origin, size, absent }: Pick<BundleSummary, 'origin' | 'size' | 'absent'>): string[] {
  return [`log ${origin}, ${plural(size, 'entry', 'entries')}`, ...(absent === undefined ? [] : [absentLine(absent)])]
}

/** What the line that says that a bundle holds goes on with, since who reads no further takes it for what its verdicts say. */
export function notVerifiedText(runs: readonly RunResult[]): string {
  return runs.every(({ result }) => result === 'verified') ? '' : '; not everything in it is verified'
}

/** What stands in the way of a whole run beside its stores, and which ones it was begun without: a line for each run of which there is anything. */
export function runLines(runs: readonly RunResult[]): string[] {
  return runs.flatMap(({ runId, reasons, storesLeftOut = [] }) => {
    const told = [...reasons, ...storesLeftOut]
    return told.length === 0 ? [] : [`${runId}  ${told.join('; ')}`]
  })
}

function absentLine({ before, between, after }: NonNullable<BundleSummary['absent']>): string {
  const where = [
    ...(before > 0 ? [`${count(before)} before those of its runs`] : []),
    ...(between > 0 ? [`${count(between)} between them`] : []),
    ...(after > 0 ? [`${count(after)} behind them`] : []),
  ]
  const all = plural(before + between + after, 'entry', 'entries')
  return `not in this bundle: ${all} of the log, of other runs or that take back what is above (${where.join(', ')}); ask for them`
}
