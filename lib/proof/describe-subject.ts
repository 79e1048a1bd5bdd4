import type { InventoryTimes } from '../verdict/decide-subject.ts'
import type { SubjectResult } from './subject-leaf.ts'

/**
 * What a run came to for one subject, in plain words that name nobody. Each store is known as of its own last inventory, so there is
 * no one time at which all was looked at: `lastInventories` are both ends (see `SubjectsSummary`).
 */
export function describeSubject(
  { status, before, after }: SubjectResult,
  lastInventories: InventoryTimes | undefined,
): string {
  const found = `found in ${versions(before)} in offshore backups`
  const inventories = inventoriesOf(lastInventories)
  switch (status) {
    case 'deleted':
      return `${found} before; gone, as ${inventories} show`
    case 'never-found':
      return `in scope, and not found in any offshore backup by this run, whatever an earlier one found; looked for in everything that ${inventories} list`
    case 'residual':
      return `still there: found in ${versions(after)} in offshore backups by the last scan (${versions(before)} before)`
    case 'undetermined':
      return before > 0
        ? `${found} before; whether it is gone is not shown, since not everything could be verified`
        : 'not found so far; whether it is nowhere is not shown, since not everything could be verified'
    default:
      return status satisfies never
  }
}

const versions = (count: number) => `${count} object version${count === 1 ? '' : 's'}`
function inventoriesOf(times: InventoryTimes | undefined): string {
  if (times === undefined) return 'inventories of times that were not attested'
  return `the last inventories, taken between ${moment(times.from)} and ${moment(times.to)},`
}
const moment = (time: string) => `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`
