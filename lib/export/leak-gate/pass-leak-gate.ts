import { GateBlind, IdentifierLeaked } from '../../errors.ts'
import { runControls } from '../../scan/controls/controls.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { Filing } from '../read-filing.ts'
import { companionPaths, companionsOf } from '../report/companions.ts'
import { aboutTheGate, coveredBy, type GateDocument, gateForms } from './gate-document.ts'
import { neutralFiling } from './neutral-filing.ts'
import { viewsForPeople } from './people-views.ts'
import { searchForControls } from './plant-controls.ts'
import { prepareViews } from './prepare-views.ts'
import { type Hit, placeOf, type Search, searchViews } from './search-views.ts'
import { knownIn, viewsOf } from './views.ts'

/** Subjects that runs of a bundle have in scope. `open` gives their index, which need not outlive the opening of the next one. */
export type GateScope = {
  manifestSha256: string
  subjects: number
  runs: readonly string[]
  open(): Promise<SubjectIndex>
}

type Files = ReadonlyMap<string, Uint8Array>

type Gated = {
  /** The bundle without its manifest, and without what this becomes. */
  files: Files
  filing: Filing
  scopes: readonly GateScope[]
  runsWithoutScope: readonly string[]
}

/**
 * Searches every file of a bundle for every identifier in scope of its runs, in all forms. Nothing is written before this
 * returned. Memory: the files, the filter of one index, and what is searched, compressed, if there are several; time: the files are
 * prepared once, and what is left of them is searched once for each index.
 * @throws IdentifierLeaked for the first that is found: in which file and place, never whose
 * @throws GateBlind when the search could not see
 */
export async function passLeakGate({ files, filing, scopes, runsWithoutScope }: Gated): Promise<GateDocument> {
  const known = knownIn(filing)
  const isForPeople = (path: string) => (companionPaths as readonly string[]).includes(path)
  const [people, evidence] = [true, false].map(
    (wanted) => new Map([...files].filter(([path]) => isForPeople(path) === wanted)),
  ) as [Map<string, Uint8Array>, Map<string, Uint8Array>]
  const searches = scopes.length > 1 ? 'often' : 'once'
  const prepared = prepareViews(() => viewsOf(evidence, known, filing.keys), searches)
  const pages = scopes.length === 0 ? [] : pagesOf(people, neutralFiles(filing), searches)
  const searched: GateDocument['scopes'] = []
  for (const { open, manifestSha256, subjects, runs } of scopes) {
    const index = await open()
    refuse((await searchViews(prepared, index, gateForms)).hits[0])
    for (const { shown, neutral } of pages) {
      const found = await searchViews(shown, index, gateForms)
      if (found.hits.length > 0) refuse(beyondChance(found, await searchViews(neutral, index, gateForms)))
    }
    // Last: what was found stops the export whether or not all could be seen.
    searched.push({ manifestSha256, subjects, runs: [...runs], ...(await detectControls(index)) })
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

/** The files for people, each as it is and without anybody's texts. */
function pagesOf(people: Files, neutral: Files, searches: 'once' | 'often') {
  const prepare = (path: string, bytes: Uint8Array) => prepareViews(() => viewsForPeople([[path, bytes]]), searches)
  return [...people].map(([path, bytes]) => ({
    shown: prepare(path, bytes),
    neutral: prepare(path, neutral.get(path)!),
  }))
}

function neutralFiles(filing: Filing): Files {
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
