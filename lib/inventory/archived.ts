import { type ArchiveClass, archiveClasses, type ListedVersion } from './object-version.ts'

/** Versions of one class that have to be restored before they can be read. */
export type ArchivedSum = { class: ArchiveClass; versions: number; bytes: number }

/** A part of the inventory that holds such versions: which part, and how many. */
export type ArchivedPart = { segment: number; part: number; sums: ArchivedSum[] }

/** What has a temporary copy already is read like any other version. */
export const mustBeRestored = ({ archived }: Pick<ListedVersion, 'archived'>): boolean => archived?.restored === false

/** By class; a class without versions is left out. */
export function sumArchived(entries: readonly Pick<ListedVersion, 'archived' | 'size'>[]): ArchivedSum[] {
  const archived = entries.filter(mustBeRestored)
  return addArchived(archived.map(({ archived, size }) => ({ class: archived!.class, versions: 1, bytes: size })))
}

export function addArchived(sums: readonly ArchivedSum[]): ArchivedSum[] {
  return archiveClasses.flatMap((name) => {
    const own = sums.filter((each) => each.class === name)
    const [versions, bytes] = [total(own, 'versions'), total(own, 'bytes')]
    return versions === 0 ? [] : [{ class: name, versions, bytes }]
  })
}

export function total(sums: readonly ArchivedSum[], what: 'versions' | 'bytes'): number {
  return sums.reduce((sum, each) => sum + each[what], 0)
}
