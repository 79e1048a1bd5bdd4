import { type CaseRule, canonicalOf, type Shape } from '../manifest/identifier.ts'
import type { ManifestReport } from '../manifest/read-manifest.ts'
import type { CaseKeys } from './case-keys.ts'
import { createConfirm } from './confirm.ts'
import { type Filter, hashInto, passesFilter, type Seed } from './filter.ts'
import type { IndexSummary } from './index-format.ts'
import { type IndexSource, sourceOfBytes } from './index-source.ts'
import { type Allocate, readIndexParts } from './read-index.ts'
import { shapeCodes } from './shape-code.ts'

/** A synthetic identifier that the scanner must find wherever it is planted. */
export type Control = { shape: Shape; text: string; ordinal: number }

/**
 * The compiled manifest, opened for looking up. An entry, subject or control, is named by its ordinal. The index holds
 * no identifier in clear, apart from the controls. It may be used by one thread; its bytes may be shared by many.
 */
export type SubjectIndex = {
  readonly manifestSha256: string
  /** How the manifest was read, and what was compiled of it. */
  readonly report: ManifestReport
  readonly summary: IndexSummary
  readonly caseRule: CaseRule
  /** Distinct subjects, without controls. */
  readonly subjects: number
  /** Subjects and controls: ordinals are below this. */
  readonly entries: number
  /** Distinct identifiers whose transfer is not confirmed. */
  readonly pending: number
  /** The shapes of all entries, each with the lengths of its canonical spellings, ascending. */
  readonly shapes: readonly { shape: Shape; lengths: readonly number[] }[]
  readonly controls: readonly Control[]
  readonly filter: Filter
  /** What `hashInto` begins with. */
  readonly seed: Seed
  /** -1: no entry has this canonical spelling. */
  ordinalOf(shape: Shape, canonical: Uint8Array | string): number
  /** The same for bytes in place, after the filter passed them (`a`, `b`: their hash); remembers recent answers. */
  confirm(shapeCode: number, bytes: Uint8Array, start: number, length: number, a: number, b: number): number
  /** Keyed digest that stands for an entry: 32 hex digits. */
  tagOf(ordinal: number): string
  isControl(ordinal: number): boolean
  /**
   * Whether the text is an identifier of the manifest, also one whose transfer is not confirmed. For deciding what must
   * not be shown, and for nothing else: nobody is in scope because of it.
   */
  isListed(text: string): boolean
  /** Reads and checks all that is only read where it is needed. @throws IndexInvalid */
  check(): void
}

/**
 * Opens an index: the filter is read and checked, and stays in memory; digests are read and checked where a lookup needs
 * them, and some are kept (`keptBytes`). So a lookup too may find that the index is damaged. `allocate` gives the memory of
 * each plane of the filter, for those who want it shared or elsewhere.
 * @throws IndexInvalid when it is damaged, of another version, or built with another case key
 */
export function openSubjectIndex(index: Uint8Array | IndexSource, keys: CaseKeys, allocate?: Allocate): SubjectIndex {
  const source = index instanceof Uint8Array ? sourceOfBytes(index) : index
  const { footer: header, filter, entries, pending } = readIndexParts(source, keys, allocate)
  const { find, confirm } = createConfirm(entries, keys.tagKey)
  const seed: Seed = header.seed
  const halves = new Int32Array(2)
  const { find: findPending } = createConfirm(pending, keys.tagKey)
  const [subjectLengths, pendingLengths] = [header.shapes, header.pending.shapes].map(lengthsOf) as [Lengths, Lengths]
  // Hyphens of a UUID are not in its canonical spelling.
  const writtenLengths = new Set(
    [...header.shapes, ...header.pending.shapes].flatMap(({ shape, lengths }) => [
      ...lengths,
      ...(shape === 'uuid' ? [36] : []),
    ]),
  )
  const controlOrdinals = new Set(header.controls.map((control) => control.ordinal))
  const ordinalOf: SubjectIndex['ordinalOf'] = (shape, canonical) => {
    const text = bytesOf(canonical)
    if (text.length < 3 || text.length > 254) return -1
    hashInto(halves, new DataView(text.buffer), text, 0, text.length, shapeCodes[shape], seed)
    return passesFilter(filter, halves[0]!, halves[1]!) ? find(shapeCodes[shape], text, 0, text.length) : -1
  }
  return {
    manifestSha256: header.report.sha256,
    report: header.report,
    summary: header.summary,
    caseRule: header.caseRule,
    subjects: entries.digests - header.controls.length,
    entries: entries.digests,
    pending: pending.digests,
    shapes: header.shapes,
    controls: header.controls,
    filter,
    seed,
    ordinalOf,
    confirm,
    tagOf: entries.at,
    check() {
      entries.check()
      pending.check()
    },
    isControl(ordinal) {
      return controlOrdinals.has(ordinal)
    },
    isListed(text) {
      if (!writtenLengths.has(text.length)) return false
      const result = canonicalOf(text, header.caseRule)
      if ('problem' in result) return false
      const { shape, canonical } = result
      if (subjectLengths[shape]?.has(canonical.length)) {
        const ordinal = ordinalOf(shape, canonical)
        if (ordinal !== -1) return !controlOrdinals.has(ordinal)
      }
      return (
        pendingLengths[shape]?.has(canonical.length) === true &&
        findPending(shapeCodes[shape], bytesOf(canonical), 0, canonical.length) !== -1
      )
    },
  }
}

type Lengths = Partial<Record<Shape, ReadonlySet<number>>>

const lengthsOf = (shapes: readonly { shape: Shape; lengths: readonly number[] }[]): Lengths =>
  Object.fromEntries(shapes.map(({ shape, lengths }) => [shape, new Set(lengths)]))

const bytesOf = (canonical: Uint8Array | string) =>
  Uint8Array.from(typeof canonical === 'string' ? Buffer.from(canonical, 'utf8') : canonical)

/** Whether the index has a subject with this identifier: exact, and never true for a control. */
export function isTransferred(index: SubjectIndex, text: string): boolean {
  const result = canonicalOf(text, index.caseRule)
  if ('problem' in result) return false
  const ordinal = index.ordinalOf(result.shape, result.canonical)
  return ordinal !== -1 && !index.isControl(ordinal)
}
