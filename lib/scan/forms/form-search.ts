import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import type { Doubt } from '../finders/number-lookup.ts'
import { soughtShapes } from '../finders/sought-shapes.ts'
import { alphabetOf } from './alphabet-of.ts'
import { shortestRunOf } from './codes/code-finder.ts'
import { textLengthOf } from './codes/code-text.ts'
import { contextOf, type Region, type Report } from './form.ts'
import { forms } from './forms.ts'
import { createPlainSearch } from './plain-search.ts'
import { createSide } from './side.ts'
import { sieveTables } from './sieve-tables.ts'

/** How many times decoded text is looked at for forms again: a text that is encoded twice is found. */
const nesting = 1

/**
 * Searches regions for identifiers in some forms, and says how much of a content decides what is found at a place. `tables`: what
 * the kernel's sieve leaves of a content, which is where the search may look alone.
 */
export type FormSearch = {
  readonly context: number
  readonly tables: Uint8Array
  /** Whole numbers that may be in a form: no line of such a number is in any other one. Undefined: any of them may be. */
  readonly doubt: Doubt | undefined
  search(region: Region, report: Report): void
}

const searches = new WeakMap<SubjectIndex, Map<string, FormSearch>>()

/**
 * The search of an index for the forms of these names. It keeps memory to work in, the same for all contents: it is used by
 * one content after the other, never by two at the same time.
 */
export function formSearchOf(index: SubjectIndex, names: readonly string[]): FormSearch {
  const known = searches.get(index) ?? new Map<string, FormSearch>()
  searches.set(index, known)
  const key = names.join(' ')
  const search = known.get(key) ?? { context: contextOf(index), ...createLevel(index, names, 0) }
  known.set(key, search)
  return search
}

function createLevel(index: SubjectIndex, names: readonly string[], level: number): Omit<FormSearch, 'context'> {
  const shapes = soughtShapes(index)
  const lengths = shapes.flatMap((shape) => shape.lengths)
  const deeper = level < nesting
  let inner: Omit<FormSearch, 'context'> | undefined
  let plain: ReturnType<typeof createPlainSearch> | undefined
  const side = createSide((region, report) => {
    if (deeper) inner ??= createLevel(index, names, level + 1)
    plain ??= createPlainSearch(index, inner?.tables)
    const spots = plain(region, report)
    inner?.search({ ...region, ...(spots && { spots }) }, report)
  })
  const tools = {
    index,
    side,
    shortest: Math.min(...lengths),
    longest: Math.max(...lengths),
    wanted: alphabetOf(shapes),
    isNested: deeper,
  }
  const finders = forms
    .filter(({ name, nests }) => names.includes(name) && (level === 0 || nests))
    .flatMap((form) => {
      const find = form.finder(tools)
      return find === undefined ? [] : [{ name: form.name, find }]
    })
  return {
    tables: sieveTables(
      finders.map(({ name }) => name),
      tools,
    ),
    doubt: finders.some(({ name }) => name === 'rounded')
      ? undefined
      : {
          shortest: finders.some(({ name }) => name === 'hex') ? shortestRunOf(4, tools) : never,
          pairs: textLengthOf(tools),
        },
    search(region, report) {
      for (const { find } of finders) find(region, report)
    },
  }
}

/** Longer than any number. */
const never = 256
