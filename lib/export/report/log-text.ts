import type { LogPart } from './period.ts'
import { count, plural } from './wording.ts'

const rangesShown = 20

/**
 * Which entries of the log are not in the bundle. A log has no gaps, so that something is left out shows, though not what it says: it may be
 * of another run, or take back what is here.
 */
export function logText({ first, last, present, absent, before, after, besides: changes }: LogPart): string {
  const held = `This bundle holds ${plural(present, 'entry', 'entries')} of the log, numbers ${count(first)} to ${count(last)}${changes === 0 ? '' : ` (and ${count(changes)} before or behind them, by which ${changes === 1 ? 'a key was' : 'keys were'} changed)`}`
  const besides = [
    ...(before > 0 ? [`${plural(before, 'entry', 'entries')} before them`] : []),
    ...(after > 0 ? [`${plural(after, 'entry', 'entries')} after them`] : []),
  ]
  const around =
    besides.length === 0
      ? 'That is all that the log has, up to its newest checkpoint.'
      : `The log also has ${besides.join(' and ')}, up to its newest checkpoint, which are not in this bundle.`
  const ask =
    absent.length + after === 0
      ? ''
      : ' What the entries say that are not here cannot be told from this bundle. They may be of other runs; what comes behind an entry may also take it back, and does not count here then: ask for them.'
  if (absent.length === 0)
    return `${held}, and all of those between: the log has no gaps, so no run was left out among them. ${around}${ask}`
  const left = absent.reduce((sum, [from, to]) => sum + to - from + 1, 0)
  const ranges = absent
    .slice(0, rangesShown)
    .map(([from, to]) => (from === to ? count(from) : `${count(from)}–${count(to)}`))
  const more = absent.length > rangesShown ? ` and ${count(absent.length - rangesShown)} more ranges` : ''
  return `${held}, but ${plural(left, 'entry', 'entries')} between are not here: ${ranges.join(', ')}${more}. ${around}${ask}`
}
