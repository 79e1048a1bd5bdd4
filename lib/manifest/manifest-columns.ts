import {
  isBatchName,
  isIdName,
  isRowId,
  isTimeName,
  mayBeIdBesideId,
  mayBeIdBesideUserId,
  mayBeTimeName,
  mayTakeBack,
} from './manifest-format.ts'
import { mayBeId, mayBeTime, mayNotHold } from './name-problems.ts'

/**
 * Which columns of a table have the identifiers and, if one has, the times of transfer, from 0, by the names of all. `inner`: for each column the names of what is
 * further inside of its values, where nobody reads it.
 */
export function columnsOf(
  names: readonly string[],
  inner: readonly (readonly string[])[] = [],
): { kind: 'columns'; id: number; time?: number } | { kind: 'problem'; problem: string } {
  const ids = names.flatMap((name, index) => (isIdName(name) ? [index] : []))
  const times = names.flatMap((name, index) => (isTimeName(name) ? [index] : []))
  const [id, time] = [ids[0], times[0]]
  if (id === undefined || ids.length > 1 || times.length > 1)
    return {
      kind: 'problem',
      problem: 'expected a header with one column userId (or user_id, id) and at most one transferredAt',
    }
  const isOther = isRowId(names[id]!) ? mayBeIdBesideId : mayBeIdBesideUserId
  const problem =
    (time === undefined ? columnOf(mayBeTimeName, mayBeTime) : undefined) ??
    columnOf(mayTakeBack, mayNotHold) ??
    columnOf(isOther, mayBeId, id)
  return problem === undefined
    ? { kind: 'columns', id, ...(time !== undefined && { time }) }
    : { kind: 'problem', problem }

  /** The first column of which it is a problem what it is called, from 1, and the problem. */
  function columnOf(isOne: (name: string) => boolean, problem: string, but = -1): string | undefined {
    const at = names.findIndex((name, index) => index !== but && (isOne(name) || (inner[index] ?? []).some(isOne)))
    return at < 0 ? undefined : `column ${at + 1}: ${problem}`
  }
}

/** How many of these columns nobody reads: whoever they name is not looked for by that. */
export const unusedOf = (names: readonly string[]): number =>
  names.filter((name) => !isIdName(name) && !isTimeName(name) && !isBatchName(name)).length
