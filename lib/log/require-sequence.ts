import { InputInvalid } from '../errors.ts'
import type { LogEntry, LogHead } from '../ports.ts'

/**
 * What every ledger demands of an append before it looks at what it holds.
 * @throws InputInvalid unless the entries are distinct and lead from `expected` to `next` without a gap
 */
export function requireSequence(expected: LogHead, entries: readonly LogEntry[], next: LogHead): void {
  const consecutive = entries.every(({ seq }, index) => seq === expected.size + index)
  const distinct = new Set(entries.map(({ identity }) => identity)).size === entries.length
  if (!consecutive || !distinct || next.size !== expected.size + entries.length)
    throw new InputInvalid(
      `ledger: append: expected distinct entries that follow one another from ${expected.size} up to the next head`,
    )
}
