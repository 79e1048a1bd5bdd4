import type { Shape } from '../../manifest/identifier.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { Alphabet } from '../finders/alphabets.ts'
import { soughtShapes } from '../finders/sought-shapes.ts'
import { contextOfBytes } from './codes/bytes-form.ts'
import { mostShifted } from './escapes/utf-7.ts'
import type { Side } from './side.ts'
import type { Spots } from './spots.ts'

/**
 * Memory that is searched as a whole: the bytes [0, to). `buffer` is the same memory. `spots`: where alone something may be;
 * without them it may be anywhere.
 */
export type Region = {
  readonly bytes: Uint8Array
  readonly buffer: Buffer
  readonly to: number
  readonly spots?: Spots
}

/** Takes an entry that the bytes [start, end) of the region spell; `form` names the form, and the ones inside of it. */
export type Report = (ordinal: number, start: number, end: number, form: string) => void

/**
 * Finds identifiers in a region that are written in one form. What is found at a place is decided by the bytes around it
 * alone (see `contextOf`), so regions that overlap find the same. One may be reported several times, and one that stands
 * there plainly as well: who calls counts each once.
 */
export type FormFinder = (region: Region, report: Report) => void

/**
 * What finders are made from. `shortest` and `longest`: of the index's canonical spellings, in characters. `wanted`: the
 * characters of its alphabets. `isNested`: whether decoded text is searched for forms once more. `side`: where pieces of
 * decoded text are put.
 */
export type FormTools = {
  readonly index: SubjectIndex
  readonly shortest: number
  readonly longest: number
  readonly wanted: Alphabet
  readonly isNested: boolean
  readonly side: Side
}

/**
 * A form that an identifier takes. `summary` says in a few words what is looked for. `finder` is absent where no
 * identifier of the index can take it. `spell`: ways in which the controls are written, each whole and the last byte its
 * own; none where it does not apply.
 */
export type Form = {
  readonly name: string
  readonly summary: string
  /** Whether decoded text may hold it too. */
  readonly nests: boolean
  /** Looked for only where the configuration names it. */
  readonly isCostly?: boolean
  finder(tools: FormTools): FormFinder | undefined
  spell(text: string, shape: Shape): Buffer[]
}

/**
 * Source bytes to either side that decide what is found: a generous sixteen for each character, escapes around, and what a shift
 * of UTF-7 has on either side of its `+`.
 */
export function contextOf(index: Pick<SubjectIndex, 'shapes' | 'hashed'>): number {
  const lengths = soughtShapes(index).flatMap((sought) => sought.lengths)
  const longest = Math.max(36, ...lengths)
  return Math.max(16 * (longest + 48) + 512 + 2 * mostShifted, contextOfBytes(Math.min(longest, ...lengths), longest))
}
