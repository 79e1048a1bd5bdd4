import type { Filter } from '../../subject-index/filter.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { type Alphabet, digits, dottedCharacters, handleCharacters, hexDigits, tableOf } from './alphabets.ts'
import { createRunSource, type RunSource } from './collect-runs.ts'
import { createSignSource, type SignSource } from './collect-signs.ts'
import type { Block } from './finder.ts'

export type IndexedShape = SubjectIndex['shapes'][number]

/**
 * Where the finders of one block have the places from that they look at. A source may leave out a place only if no
 * identifier of the index is there, whatever stands around it.
 */
export type Sources = {
  /** Runs of a shape's alphabet, of at least `shortestRun` bytes; for every shape but addresses. */
  runsOf(indexed: IndexedShape): RunSource
  /** The `@` of addresses. */
  signsOf(indexed: IndexedShape): SignSource
  /** Copies of the filters of the index's parts, whose places that matter were looked at just now. */
  readonly filters?: readonly Filter[]
}

/** Sources that leave nothing out, whatever the index holds. */
export function plainSources({ bytes, buffer }: Block): Sources {
  return {
    runsOf: (indexed) => createRunSource(bytes, runAlphabets[indexed.shape], shortestRun(indexed)),
    signsOf: () => createSignSource(buffer),
  }
}

/** Of what alphabet the runs are that identifiers of a shape are, or end with. */
export const runAlphabets: Record<IndexedShape['shape'], Alphabet> = {
  decimal: digits,
  handle: handleCharacters,
  dotted: dottedCharacters,
  uuid: hexDigits,
  email: tableOf('@'),
}

/** Digits in a UUID's last group. */
export const lastGroup = 12

export function shortestRun({ shape, lengths }: IndexedShape): number {
  return shape === 'uuid' ? lastGroup : Math.min(...lengths)
}
