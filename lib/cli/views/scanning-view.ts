import type { Deployment } from '../deployment.ts'
import { formatBytes, formatCount, formatDuration, plural } from '../terminal.ts'

/**
 * How far a run is with reading, of what was planned. `since`: when it began, and what was read by then. Where it goes on after an interruption, how much is left of what was
 * planned before only its end will show.
 */
export function describeScanning(
  done: ReturnType<Deployment['progress']>,
  total: { versions: number; bytes: number; isResumed: boolean },
  { since, bytes: before } = { since: Date.now(), bytes: 0 },
): string {
  const rate = (done.bytes - before) / Math.max(1, (Date.now() - since) / 1000)
  if (total.isResumed)
    return `  scanning: ${plural(done.versions, 'object version')}, ${formatBytes(done.bytes)} read since it goes on, ${formatBytes(rate)}/s`
  // Where a line of gigabytes ends is looked for by the slices on both sides, and a batch may be repeated, so more may be read than there is.
  const bytes = Math.min(done.bytes, total.bytes)
  const versions = Math.min(done.versions, total.versions)
  const left = rate > 0 && bytes < total.bytes ? `${formatDuration((total.bytes - bytes) / rate)} left, ` : ''
  const findings = done.findings === undefined ? '' : `, ${plural(done.findings, 'finding')}`
  return (
    `  scanning: ${left}${formatCount(versions)} of ${formatCount(total.versions)} object versions, ` +
    `${formatBytes(bytes)} of ${formatBytes(total.bytes)}, ${formatBytes(rate)}/s${findings}`
  )
}
