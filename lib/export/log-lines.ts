import type { BundleSummary } from './bundle-summary.ts'
import { plural } from './report/wording.ts'

/** The log of a bundle in lines for people: its name and size, and, where the bundle does not hold all of it, what that leaves open. */
export function logLines({ origin, size, entries }: Pick<BundleSummary, 'origin' | 'size' | 'entries'>): string[] {
  const absent = size - entries
  return [
    `log ${origin}, ${plural(size, 'entry', 'entries')}`,
    ...(absent === 0
      ? []
      : [
          `not in this bundle: ${plural(absent, 'entry', 'entries')} of the log, of other runs or that take back what is above; ask for them`,
        ]),
  ]
}
