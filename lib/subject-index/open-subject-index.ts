import { type CaseRule, canonicalOf, type Shape } from '../manifest/identifier.ts'
import type { CaseKeys } from './case-keys.ts'
import type { Filter, Seed } from './filter.ts'
import type { IndexSource } from './index-source.ts'
import type { HashedIndex } from './open-hashed.ts'
import { type Control, type OccurringShapes, openPart } from './open-part.ts'
import type { Allocate } from './read-index.ts'
import { uniteIndexes } from './unite-indexes.ts'

export type { Control }

/**
 * The compiled manifest, opened for looking up: one file, or one with others that add to it. An entry, subject or control, is
 * named by its ordinal. The index holds no identifier in clear, apart from the controls. It may be used by one thread; its bytes may
 * be shared by many.
 */
export type SubjectIndex = {
  /** Of the manifest that was compiled last: the index of that one names those before. */
  readonly manifestSha256: string
  readonly caseRule: CaseRule
  /** Distinct subjects, without controls. */
  readonly subjects: number
  /** Subjects and controls: ordinals are below this. */
  readonly entries: number
  /** Identifiers whose transfer the manifest does not confirm, counted again in each part. */
  readonly pending: number
  /** The shapes of all entries, each with the lengths of its canonical spellings, ascending. */
  readonly shapes: OccurringShapes
  /** Of the decimal numbers among all entries: see `createHighBytes`. */
  readonly highBytes: readonly number[]
  readonly controls: readonly Control[]
  /** Undefined: no hashed forms are looked for. */
  readonly hashed?: HashedIndex | undefined
  /** What `hashInto` begins with, the same for all parts. */
  readonly seed: Seed
  /** Whoever searches for entries has to search in every part. */
  readonly parts: readonly IndexPart[]
  /** -1: no entry has this canonical spelling. */
  ordinalOf(shape: Shape, canonical: Uint8Array | string): number
  /** Keyed digest that stands for an entry: 32 hex digits. */
  tagOf(ordinal: number): string
  isControl(ordinal: number): boolean
  /**
   * Whether the text is an identifier of the manifest, also one whose transfer is not confirmed. For deciding what must
   * not be shown or deleted, and for nothing else: nobody is in scope because of it.
   */
  isListed(text: string): boolean
  /** The shapes of identifiers whose transfer is not confirmed by each part, and whether a canonical spelling, bytes in place, is one. */
  readonly pendingShapes: OccurringShapes
  hasPending(shapeCode: number, bytes: Uint8Array, start: number, length: number): boolean
  /** Reads and checks all that is only read where it is needed. @throws IndexInvalid */
  check(): void
}

/** What one file of an index has of it. */
type IndexPart = {
  readonly filter: Filter
  /**
   * The ordinal in the index of an entry of this part, or -1, for bytes in place, after this filter passed them (`a`, `b`: their hash);
   * remembers recent answers.
   */
  confirm(shapeCode: number, bytes: Uint8Array, start: number, length: number, a: number, b: number): number
}

/**
 * Opens an index, or one with those that add to it, in the order in which they were built: filters are read and checked, and
 * stay in memory; digests are read and checked where a lookup needs them, and some are kept (`keptBytes`). So a lookup too may
 * find that the index is damaged. `allocate` gives the memory of each plane of a filter, for those who want it shared or elsewhere.
 * @throws IndexInvalid when it is damaged, of another version, or built with another case key; or when one adds to another than
 * the one before it
 */
export function openSubjectIndex(
  index: Uint8Array | IndexSource | readonly (Uint8Array | IndexSource)[],
  keys: CaseKeys,
  allocate?: Allocate,
): SubjectIndex {
  const files = index instanceof Uint8Array || 'read' in index ? [index] : index
  return uniteIndexes(files.map((file) => openPart(file, keys, allocate)))
}

/** Whether the index has a subject with this identifier: exact, and never true for a control. */
export function isTransferred(index: SubjectIndex, text: string): boolean {
  const result = canonicalOf(text, index.caseRule)
  if ('problem' in result) return false
  const ordinal = index.ordinalOf(result.shape, result.canonical)
  return ordinal !== -1 && !index.isControl(ordinal)
}

/** Whether it is an identifier of the manifest whose transfer is not confirmed. */
export function isPending(index: SubjectIndex, text: string): boolean {
  return index.isListed(text) && !isTransferred(index, text)
}
