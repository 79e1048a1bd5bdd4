import { ConfigInvalid, IndexInvalid, ManifestInvalid } from '../errors.ts'
import { type CaseRule, canonicalOf, type Identifier, maxIdentifierLength } from '../manifest/identifier.ts'
import type { ManifestReport } from '../manifest/read-manifest.ts'
import type { CaseKeys } from './case-keys.ts'
import { createContradictions } from './contradictions.ts'
import { createDigestedRows } from './digested-rows.ts'
import { hashInto, passesFilter, type Seed } from './filter.ts'
import { createFilterRows } from './filter-rows.ts'
import type { HashedForm } from './hashed-forms.ts'
import { createHashedRows } from './hashed-rows.ts'
import { createHeldRows, type HeldRow } from './held-rows.ts'
import type { IndexSummary } from './index-format.ts'
import type { IndexSink } from './index-source.ts'
import { createKeyedDigest } from './keyed-digest.ts'
import { createLengths } from './lengths.ts'
import { createNotedRows } from './noted-rows.ts'
import type { OpenedPart } from './open-part.ts'
import { plantControls } from './plant-controls.ts'
import { shapeCodes } from './shape-code.ts'
import { writeIndex } from './write-index.ts'

export const shortLength = 6
const notNobody = "expected one that is nobody's, got one that the manifest has"

/** What an index adds to: a whole one and those that add to it, in the order of `uniteIndexes`, of the same keys and case rule. */
type Bases = readonly Pick<OpenedPart, 'sha256' | 'filter' | 'seed' | 'walkSubjects' | 'hasDigest'>[]

/**
 * Compiles the identifiers of a manifest into an index. Memory: 26 bytes a row until `finish`; while that writes, what is
 * written is given back, and of the index nothing but its pending part is in memory. With `bases` it compiles what those do not have:
 * memory for those rows, and for 2^22 of the others (`HeldRows`).
 */
export function createIndexBuilder(options: {
  caseRule: CaseRule
  keys: CaseKeys
  /** From the operating system: seeds the filter and draws the controls. */
  random: (bytes: number) => Uint8Array
  bases?: Bases
  mostHeld?: number
  /** Hashed forms that identifiers are looked for in as well; none with `bases`. Memory: 24 bytes for each digest. */
  hashedForms?: readonly HashedForm[]
  /** Identifiers that no row may have, and where they were given. */
  nobody?: readonly { text: string; where: string }[]
}): {
  /** Takes one row's identifier; returns what is wrong with it, in words that do not quote it. */
  add(line: number, id: Identifier): string | undefined
  /** The same for a row that does not confirm a transfer: its identifier must not be added by any other row. */
  exclude(line: number, id: Identifier): string | undefined
  /**
   * Writes the index into a sink. Called once. What was written before it throws is no index.
   * @throws ManifestInvalid when nothing was added, or when what was excluded was also added, or is a subject of a base
   * @throws ConfigInvalid when somebody has an identifier of nobody
   */
  finish(report: ManifestReport, sink: IndexSink): IndexSummary
} {
  const { caseRule, keys, random, bases = [], hashedForms = [], nobody = [] } = options
  if (hashedForms.length > 0 && bases.length > 0)
    throw new IndexInvalid(
      'subject index: hashed forms: expected a whole index, since what is added to is not read again',
    )
  const seeds = new DataView(Uint8Array.from(random(8)).buffer)
  // The same for all parts, so that a text is hashed once for all of them.
  const seed: Seed = bases[0]?.seed ?? [seeds.getInt32(0), seeds.getInt32(4)]
  const keyed = createKeyedDigest(keys.tagKey)
  const canonicalBytes = new Uint8Array(maxIdentifierLength)
  const canonicalView = new DataView(canonicalBytes.buffer)
  const halves = new Int32Array(2)

  const entries = createDigestedRows()
  const excluded = createDigestedRows()
  const hashes = createFilterRows()
  const lengths = createLengths()
  const excludedLengths = createLengths()
  const short = createNotedRows()
  const duplicates = createNotedRows()
  const contradictions = createContradictions()
  const hashed = hashedForms.length > 0 ? createHashedRows(hashedForms, { keys, seed, caseRule, random }) : undefined

  const walkBases = () => {
    const walks = bases.map((base) => base.walkSubjects())
    return (digest: Uint32Array) => walks.some((isSubject) => isSubject(digest))
  }
  const { mostHeld } = options
  const held = createHeldRows(walkBases, { onKnown: duplicates.note, onNew: append }, mostHeld)
  const onPending = { onKnown: contradictions.noteKnown, onNew: appendPending }
  const heldPending = createHeldRows(walkBases, onPending, mostHeld)

  /** What `add` and `exclude` take, once it is canonical. Holds until the next one. */
  function rowOf(line: number, shape: number, canonical: string): HeldRow {
    const { length } = canonical
    for (let at = 0; at < length; at++) canonicalBytes[at] = canonical.charCodeAt(at)
    keyed.compute(shape, canonicalBytes, 0, length)
    hashInto(halves, canonicalView, canonicalBytes, 0, length, shape, seed)
    return { line, shape, length, digest: keyed.digest, halves }
  }

  /** False: certainly none of the bases has the row. */
  function mayBeKnown({ halves }: HeldRow): boolean {
    return bases.some(({ filter }) => passesFilter(filter, halves[0]!, halves[1]!))
  }

  /** Returns where the row is among those of its partition. */
  function append({ line, shape, length, digest, halves }: HeldRow): { partition: number; place: number } {
    if (line > 0 && length < shortLength) short.note(line)
    const place = entries.add(line, shape, digest)
    hashes.add(halves)
    lengths.note(shape, length)
    return { partition: digest[0]! >>> 24, place }
  }

  function appendPending({ line, shape, length, digest }: HeldRow): void {
    excluded.add(line, shape, digest)
    excludedLengths.note(shape, length)
  }

  function add(line: number, id: Identifier): string | undefined {
    const text = id.revealText()
    const result = canonicalOf(text, caseRule)
    if ('problem' in result) return result.problem
    const row = rowOf(line, shapeCodes[result.shape], result.canonical)
    if (mayBeKnown(row)) held.hold(row)
    else {
      const place = append(row)
      hashed?.add(place, { text, ...result })
    }
    return undefined
  }

  function exclude(line: number, id: Identifier): string | undefined {
    const result = canonicalOf(id.revealText(), caseRule)
    if ('problem' in result) return result.problem
    const row = rowOf(line, shapeCodes[result.shape], result.canonical)
    if (mayBeKnown(row)) heldPending.hold(row)
    else appendPending(row)
    return undefined
  }

  function isListed(text: string): boolean {
    const result = canonicalOf(text, caseRule)
    if ('problem' in result) return false
    const { digest } = rowOf(0, shapeCodes[result.shape], result.canonical)
    return entries.has(digest) || excluded.has(digest)
  }

  function finish(report: ManifestReport, sink: IndexSink): IndexSummary {
    held.settle()
    heldPending.settle()
    // All subjects of the manifest may be in a base already.
    if (entries.rows + duplicates.rows().count === 0)
      throw new ManifestInvalid('manifest: subjects: expected at least one, got none')
    for (const { text, where } of nobody) if (isListed(text)) throw new ConfigInvalid(`${where}: ${notNobody}`)
    const shapesOfSubjects = lengths.shapes()
    const controls = plantControls(shapesOfSubjects, random, (shape, text) => {
      const row = rowOf(0, shapeCodes[shape], text)
      const { digest } = row
      if (entries.has(digest) || excluded.has(digest) || bases.some((base) => base.hasDigest(digest))) return undefined
      const place = append(row)
      hashed?.addControl(place, text)
      return digest.slice()
    })
    return writeIndex(
      {
        report,
        keyCommitment: keys.commitment,
        caseRule,
        seed: [...seed],
        shapesOfSubjects,
        shapes: lengths.shapes(),
        pendingShapes: excludedLengths.shapes(),
        short: short.rows(),
        ...(bases.length > 0 && { base: bases.at(-1)!.sha256 }),
      },
      { filter: hashes.build(seed[0] ^ seed[1]), entries, excluded, controls, duplicates, contradictions, hashed },
      keys,
      sink,
    )
  }

  return { add, exclude, finish }
}
