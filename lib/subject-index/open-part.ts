import { type CaseRule, canonicalOf, type Shape } from '../manifest/identifier.ts'
import type { ManifestReport } from '../manifest/read-manifest.ts'
import type { CaseKeys } from './case-keys.ts'
import { createConfirm } from './confirm.ts'
import { type Filter, hashInto, passesFilter, type Seed } from './filter.ts'
import type { IndexSummary } from './index-format.ts'
import { type IndexSource, sourceOfBytes } from './index-source.ts'
import { type HashedPart, openHashed } from './open-hashed.ts'
import { type Allocate, readIndexParts } from './read-index.ts'
import { shapeCodes } from './shape-code.ts'

/** A synthetic identifier that the scanner must find wherever it is planted. */
export type Control = { shape: Shape; text: string; ordinal: number }

/** Shapes that occur, each with the lengths of canonical spellings, ascending. */
export type OccurringShapes = readonly { shape: Shape; lengths: readonly number[] }[]

/**
 * One file of an index, opened: a whole index, or one that adds to others. Nobody searches with it before `uniteIndexes` has
 * seen all of them. Ordinals count from 0 in each.
 */
export type OpenedPart = {
  /** SHA-256 (hex) of its footer, and so of all of it: by this an index names the one that it adds to. */
  readonly sha256: string
  /** Of the index that it adds to. Undefined: it is whole. */
  readonly base: string | undefined
  /** How its manifest was read, and what was compiled of it. */
  readonly report: ManifestReport
  readonly summary: IndexSummary
  readonly caseRule: CaseRule
  readonly shapes: OccurringShapes
  /** See `createHighBytes`. */
  readonly highBytes: readonly number[]
  readonly controls: readonly Control[]
  /** Subjects and controls: ordinals are below this. */
  readonly entries: number
  /** Distinct identifiers whose transfer its manifest does not confirm. */
  readonly pending: number
  readonly filter: Filter
  /** What `hashInto` begins with. */
  readonly seed: Seed
  /** -1: no entry has this canonical spelling. */
  ordinalOf(shape: Shape, canonical: Uint8Array | string): number
  /** The same for bytes in place, after the filter passed them (`a`, `b`: their hash); remembers recent answers. */
  confirm(shapeCode: number, bytes: Uint8Array, start: number, length: number, a: number, b: number): number
  /** Undefined: no hashed forms are looked for. Ordinals of what it finds count through all parts. */
  readonly hashed: HashedPart | undefined
  /** Keyed digest that stands for an entry: 32 hex digits. */
  tagOf(ordinal: number): string
  /** Whether the text is a subject or pending. */
  isListed(text: string): boolean
  /** The shapes of what is pending. */
  readonly pendingShapes: OccurringShapes
  /** Whether a canonical spelling, bytes in place, is pending. */
  hasPending(shapeCode: number, bytes: Uint8Array, start: number, length: number): boolean
  /** Whether this is the digest of an entry, or of what is pending. */
  hasDigest(digest: Uint32Array): boolean
  /** Tells of digests that come in ascending order which ordinals they have as those of subjects, and not of controls, or -1. */
  walkSubjects(): (digest: Uint32Array) => number
  /** Reads and checks all that is only read where it is needed. @throws IndexInvalid */
  check(): void
}

/** See `openSubjectIndex`. @throws IndexInvalid */
export function openPart(index: Uint8Array | IndexSource, keys: CaseKeys, allocate?: Allocate): OpenedPart {
  const source = index instanceof Uint8Array ? sourceOfBytes(index) : index
  const { sha256, footer, filter, entries, pending, hashed } = readIndexParts(source, keys, allocate)
  const { find, confirm } = createConfirm(entries, keys.tagKey)
  const seed: Seed = footer.seed
  const halves = new Int32Array(2)
  const { find: findPending } = createConfirm(pending, keys.tagKey)
  const [subjectLengths, pendingLengths] = [footer.shapes, footer.pending.shapes].map(lengthsOf) as [Lengths, Lengths]
  // Hyphens of a UUID are not in its canonical spelling.
  const writtenLengths = new Set(
    [...footer.shapes, ...footer.pending.shapes].flatMap(({ shape, lengths }) => [
      ...lengths,
      ...(shape === 'uuid' ? [36] : []),
    ]),
  )
  const controlOrdinals = new Set(footer.controls.map((control) => control.ordinal))
  const ordinalOf: OpenedPart['ordinalOf'] = (shape, canonical) => {
    const text = bytesOf(canonical)
    if (text.length < 3 || text.length > 254) return -1
    hashInto(halves, new DataView(text.buffer), text, 0, text.length, shapeCodes[shape], seed)
    return passesFilter(filter, halves[0]!, halves[1]!) ? find(shapeCodes[shape], text, 0, text.length) : -1
  }
  const opened =
    hashed && openHashed({ forms: footer.hashed!.forms, controls: footer.controls }, hashed, { keys, seed })
  return {
    sha256,
    base: footer.base,
    report: footer.report,
    summary: footer.summary,
    caseRule: footer.caseRule,
    shapes: footer.shapes,
    highBytes: footer.highBytes,
    controls: footer.controls,
    entries: entries.digests,
    pending: pending.digests,
    filter,
    seed,
    ordinalOf,
    confirm,
    hashed: opened,
    tagOf: entries.at,
    pendingShapes: footer.pending.shapes,
    hasPending: (...of) => findPending(...of) !== -1,
    hasDigest: (digest) => entries.find(digest) !== -1 || pending.find(digest) !== -1,
    walkSubjects() {
      const find = entries.walk()
      return (digest) => {
        const ordinal = find(digest)
        return controlOrdinals.has(ordinal) ? -1 : ordinal
      }
    },
    check() {
      entries.check()
      pending.check()
      opened?.check()
    },
    isListed(text) {
      if (!writtenLengths.has(text.length)) return false
      const result = canonicalOf(text, footer.caseRule)
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

const lengthsOf = (shapes: OccurringShapes): Lengths =>
  Object.fromEntries(shapes.map(({ shape, lengths }) => [shape, new Set(lengths)]))

const bytesOf = (canonical: Uint8Array | string) =>
  Uint8Array.from(typeof canonical === 'string' ? Buffer.from(canonical, 'utf8') : canonical)
