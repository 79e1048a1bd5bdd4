import type { OpenVersion } from '../../verdict/store-report.ts'
import { coloured, plural } from '../terminal.ts'
import { visible } from '../visible.ts'

/** What is still open of a store, by version. */
export function describeOpen({ shownKey, outcome, reason, detail, findings, protection }: OpenVersion): string {
  const why = [
    findings > 0 ? plural(findings, 'finding') : undefined,
    reason === undefined ? undefined : `${reason}${detail === undefined ? '' : ` (${detail})`}`,
    protection,
  ].filter(Boolean)
  return `${coloured(outcome)} ${visible(`${shownKey}: ${why.join(', ')}`)}`
}
