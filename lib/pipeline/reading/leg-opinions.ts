import type { InventoryEntry, ListedVersion } from '../../inventory/object-version.ts'
import { compareWith, type Opinion } from '../../scan/opinion/second-opinion.ts'
import type { ScanReport } from '../../scan/outcome.ts'
import type { ReadContext } from './read-context.ts'
import { type drawSample, readForOpinion } from './read-twice.ts'

/** How many versions are tried, at most, for an opinion on one. */
const mostOthers = 8

/** The second opinions on what one leg of a batch reads. `reading`: how a version is read for one that is looked for afterwards. */
export function createLegOpinions(
  listed: readonly { entry: InventoryEntry; version: ListedVersion }[],
  { others }: Pick<ReturnType<typeof drawSample>, 'others'>,
  reading: ReadContext,
) {
  const counts = { versions: 0, bytes: 0, mismatches: 0 }
  const tried = new Set<number>()
  const count = ({ bytes, contentBytes }: Opinion, agrees: boolean): void => {
    // One that could look at nothing of what there was is none.
    if (bytes > 0 || contentBytes === 0) counts.versions += 1
    counts.bytes += bytes
    if (!agrees) counts.mismatches += 1
  }
  return {
    counts,
    count,
    /** Of what was read, where nothing that was drawn has had an opinion: of one that is clean, that nobody is there. `reports`: of the first that are listed. */
    async lookForOne(reports: readonly ScanReport[]): Promise<void> {
      for (const [seq, seed] of others) {
        if (counts.versions > 0 || tried.size === mostOthers) return
        const place = listed.findIndex(({ entry }) => entry.seq === seq)
        const [report, { entry, version }] = [reports[place], listed[place]!]
        if (report?.outcome.kind !== 'clean' || tried.has(seq)) continue
        tried.add(seq)
        const opinion = await readForOpinion(entry, version, undefined, reading, seed)
        if (opinion) count(opinion, compareWith(opinion).agrees(report))
      }
    },
  }
}
