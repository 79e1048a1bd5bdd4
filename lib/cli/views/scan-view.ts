import { join } from 'node:path'
import type { BatchReport } from '../../finding/batch-report.ts'
import type { Finding } from '../../finding/finding.ts'
import { describePlace, toFoundPlace } from '../../finding/found-place.ts'
import type { InventoryEntry } from '../../inventory/object-version.ts'
import type { Outcome } from '../../scan/outcome.ts'
import { settleBatch } from '../../verdict/settle-batch.ts'
import { allToDo } from '../../verdict/what-to-do.ts'
import { coloured, dim, formatBytes, formatCount, plural, type Terminal } from '../terminal.ts'
import { visible } from '../visible.ts'

/** Shows what a scan finds: each version that is not clean as soon as its batch is read, and at the end what all came to. `name`: of a path, as it may be shown. */
export function createScanView(terminal: Terminal) {
  const zero = () => ({ versions: 0, bytes: 0 })
  const totals = { clean: zero(), found: zero(), unverified: zero() }
  let findings = 0

  return {
    batch(
      path: { name: string; single: boolean },
      entries: readonly InventoryEntry[],
      report: BatchReport | undefined,
    ): void {
      const listed = Map.groupBy(report?.findings ?? [], ({ seq }) => seq)
      for (const { entry, outcome, report: scan } of settleBatch(entries, report).settled) {
        const object = path.single ? path.name : join(path.name, entry.shownKey)
        const own = scan?.findings ?? 0
        for (const finding of listed.get(entry.seq) ?? [])
          terminal.emit({ kind: 'finding', object, ...toFoundPlace(finding) })
        terminal.emit({
          kind: 'outcome',
          object,
          outcome: outcome.kind,
          ...('reason' in outcome &&
            outcome.reason !== undefined && { reason: outcome.reason, detail: outcome.detail }),
          subjects: scan?.subjects ?? 0,
          findings: own,
          bytes: scan?.bytes ?? 0,
        })
        totals[outcome.kind].versions++
        totals[outcome.kind].bytes += entry.size
        findings += own
        if (outcome.kind !== 'clean') terminal.print(describe(object, outcome, own, listed.get(entry.seq)?.[0]))
      }
    },

    /** `reasons` of the verdicts, and what nothing proves. */
    finish(reasons: readonly string[], unproven: readonly string[]): void {
      const { clean, found, unverified } = totals
      terminal.emit({ kind: 'summary', ...totals, findings, reasons })
      for (const line of [...reasons.map((reason) => `  ${reason}`), ...unproven]) terminal.print(line)
      for (const { codes, advice } of allToDo(reasons)) terminal.print(dim(`    ${codes.join(', ')}: ${advice}`))
      terminal.print(
        `${coloured('clean', `${formatCount(clean.versions)} clean`)} (${formatBytes(clean.bytes)}), ` +
          `${coloured('found', `${formatCount(found.versions)} found`)} (${plural(findings, 'finding')}), ` +
          `${coloured('unverified', `${formatCount(unverified.versions)} unverified`)} (${formatBytes(unverified.bytes)})`,
      )
    },
  }
}

function describe(object: string, outcome: Outcome, findings: number, first: Finding | undefined): string {
  const why = [
    findings > 0
      ? plural(findings, 'finding') + (first ? `, first ${describePlace(toFoundPlace(first))}` : '')
      : undefined,
    'reason' in outcome && outcome.reason !== undefined ? `${outcome.reason} (${outcome.detail})` : undefined,
  ]
  return `${coloured(outcome.kind)} ${visible(`${object}: ${why.filter(Boolean).join('; ')}`)}`
}
