import { GateBlind, IdentifierLeaked } from '../../errors.ts'
import { runControls } from '../../scan/controls.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { Filing } from '../read-filing.ts'
import { companionPaths, companionsOf } from '../report/companions.ts'
import { aboutTheGate, coveredBy, type GateDocument, gateForms } from './gate-document.ts'
import { neutralFiling } from './neutral-filing.ts'
import { viewsForPeople } from './people-views.ts'
import { searchForControls } from './plant-controls.ts'
import { type Hit, placeOf, type Search, searchViews } from './search-views.ts'
import { knownIn, viewsOf } from './views.ts'

/** Subjects that runs of a bundle have in scope. `open` gives their index, which need not outlive the opening of the next one. */
export type GateScope = {
  manifestSha256: string
  subjects: number
  runs: readonly string[]
  open(): Promise<SubjectIndex>
}

type Gated = {
  /** The bundle without its manifest, and without what this becomes. */
  files: ReadonlyMap<string, Uint8Array>
  filing: Filing
  scopes: readonly GateScope[]
  runsWithoutScope: readonly string[]
}

/**
 * Searches every file of a bundle for every identifier in scope of its runs, in all forms. Nothing is written before this
 * returned. Memory: the files, the filter of one index, and one file that is decoded; time: the files once for each index.
 * @throws IdentifierLeaked for the first that is found: in which file and place, never whose
 * @throws GateBlind when the search could not see
 */
export async function passLeakGate({ files, filing, scopes, runsWithoutScope }: Gated): Promise<GateDocument> {
  const known = knownIn(filing)
  const isForPeople = (path: string) => (companionPaths as readonly string[]).includes(path)
  const [people, evidence] = [true, false].map(
    (wanted) => new Map([...files].filter(([path]) => isForPeople(path) === wanted)),
  ) as [Map<string, Uint8Array>, Map<string, Uint8Array>]
  const neutral = scopes.length === 0 ? new Map<string, Uint8Array>() : neutralFiles(filing)
  const searched: GateDocument['scopes'] = []
  for (const { open, manifestSha256, subjects, runs } of scopes) {
    const index = await open()
    const controls = await detectControls(index)
    const found = await searchViews(viewsOf(evidence, known, filing.keys), index, gateForms)
    refuse(found.hits[0])
    for (const file of people) {
      const shown = await searchViews(viewsForPeople([file]), index, gateForms)
      if (shown.hits.length > 0)
        refuse(
          beyondChance(shown, await searchViews(viewsForPeople([[file[0], neutral.get(file[0])!]]), index, gateForms)),
        )
    }
    searched.push({ manifestSha256, subjects, runs: [...runs], ...controls })
  }
  return {
    schemaVersion: 1,
    about: [...aboutTheGate],
    covered: coveredBy(files),
    scopes: searched,
    runsWithoutScope: [...runsWithoutScope],
    forms: [...gateForms],
    hits: 0,
  }
}

async function detectControls(index: SubjectIndex): Promise<{ planted: number; detected: number }> {
  const { positive } = await runControls(index, undefined, gateForms)
  const inBundle = await searchForControls(index, gateForms)
  const [planted, detected] = [positive.planted + inBundle.planted, positive.detected + inBundle.detected]
  if (detected !== planted || (planted === 0 && index.subjects > 0))
    throw new GateBlind(`leak gate: controls: expected all ${planted} to be detected, got ${detected}`)
  return { planted, detected }
}

function neutralFiles(filing: Filing): Map<string, Uint8Array> {
  return companionsOf(neutralFiling(filing))
}

/** The first that is found more often than in the same file without anybody's texts. */
function beyondChance({ hits, counts }: Search, chance: Search): Hit | undefined {
  return hits.find(({ ordinal }) => counts.get(ordinal)! > (chance.counts.get(ordinal) ?? 0))
}

function refuse(hit: Hit | undefined): void {
  if (hit === undefined) return
  const { path, part, record, offset, form } = hit
  throw new IdentifierLeaked(
    `leak gate: ${placeOf(path, part)}: record ${record}, offset ${offset}: expected no identifier in scope, ` +
      `got one${form === undefined ? '' : ` (${form})`}; nothing was exported`,
  )
}
