import type { SubjectResult } from './subject-leaf.ts'

/** What a run came to for one subject, in plain words that name nobody. `goneSince`: see `SubjectsSummary`. */
export function describeSubject({ status, before, after }: SubjectResult, goneSince: string | undefined): string {
  const found = `found in ${versions(before)} in offshore backups`
  const since = goneSince === undefined ? 'a time that was not attested' : moment(goneSince)
  switch (status) {
    case 'deleted':
      return `${found} before; gone since ${since}`
    case 'never-found':
      return `in scope, and not found in any offshore backup; looked for in everything that was there on ${since}`
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
const moment = (time: string) => `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`
