import { ConfigInvalid, IndexInvalid, ManifestInvalid } from '../errors.ts'
import { type CaseRule, canonicalOf, type Identifier, type Shape } from '../manifest/identifier.ts'
import { createNotedLines } from '../manifest/lines.ts'
import type { ManifestReport } from '../manifest/read-manifest.ts'
import type { CaseKeys } from './case-keys.ts'
import { createContradictions } from './contradictions.ts'
import { createDigestedRows } from './digested-rows.ts'
import { passesFilter, type Seed } from './filter.ts'
import { createFilterRows } from './filter-rows.ts'
import type { HashedForm } from './hashed-forms.ts'
import { createHashedRows, hashedOfForms, type Place, type Spelled } from './hashed-rows.ts'
import { createHeldRows } from './held-rows.ts'
import { createHighBytes } from './high-bytes.ts'
import type { IndexSummary } from './index-format.ts'
import type { IndexSink } from './index-source.ts'
import { createLengths } from './lengths.ts'
import type { OpenedPart } from './open-part.ts'
import { plantControls } from './plant-controls.ts'
import { shapeCodes } from './shape-code.ts'
import { hashedOf } from './unite-indexes.ts'
import {
  addText,
  createDigestOne,
  createWaitingRows,
  type DigestedRow,
  eachRow,
  type RowBatch,
} from './waiting-rows.ts'
import { writeIndex } from './write-index.ts'

const shortLength = 6
const notNobody = "expected one that is nobody's, got one that the manifest has"

/** What an index adds to: a whole one and those that add to it, in the order of `uniteIndexes`, of the same keys and case rule. */
type Bases = readonly Pick<
  OpenedPart,
  'sha256' | 'filter' | 'seed' | 'entries' | 'hashed' | 'walkSubjects' | 'hasDigest' | 'ordinalOf'
>[]

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
  /** Hashed forms that identifiers are looked for in as well: those of `bases`, if there are any. Memory: 24 bytes for each digest. */
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
  if (bases.some((base) => hashedOf(base) !== hashedOfForms(hashedForms, keys)))
    throw new IndexInvalid(
      'subject index: hashed forms: expected those of the index that is added to, with the same salts, got others',
    )
  const seeds = new DataView(Uint8Array.from(random(8)).buffer)
  // The same for all parts, so that a text is hashed once for all of them.
  const seed: Seed = bases[0]?.seed ?? [seeds.getInt32(0), seeds.getInt32(4)]
  const entries = createDigestedRows()
  const excluded = createDigestedRows()
  const hashes = createFilterRows()
  const lengths = createLengths()
  const excludedLengths = createLengths()
  const highBytes = createHighBytes()
  const short = createNotedLines()
  const duplicates = createNotedLines()
  const contradictions = createContradictions()
  const hashed =
    hashedForms.length > 0 ? createHashedRows(hashedForms, { keys, seed, caseRule, random, bases }) : undefined

  const walkBases = () => {
    const walks = bases.map((base) => base.walkSubjects())
    const starts = [0]
    for (const { entries } of bases) starts.push(starts.at(-1)! + entries)
    return (digest: Uint32Array) => {
      for (let at = 0; at < walks.length; at++) {
        const ordinal = walks[at]!(digest)
        if (ordinal !== -1) return starts[at]! + ordinal
      }
      return -1
    }
  }
  const { mostHeld } = options
  const spelledAs = (text: string): Spelled => ({ text, ...(canonicalOf(text, caseRule) as Omit<Spelled, 'text'>) })
  const onHeld = {
    onKnown(line: number, ordinal: number, text: string) {
      duplicates.note(line)
      hashed?.addKnown(ordinal, spelledAs(text))
    },
    onNew(row: DigestedRow, text: string) {
      const place = append(row)
      hashed?.add(place, spelledAs(text))
    },
  }
  const held = createHeldRows(walkBases, onHeld, mostHeld)
  const onPending = { onKnown: contradictions.noteKnown, onNew: appendPending }
  const heldPending = createHeldRows(walkBases, onPending, mostHeld)

  /** Of the rows that wait, where they are hashed as well. */
  let spelled: Spelled[] = []
  const waiting = createWaitingRows(keys.tagKey, seed, (batch) => {
    highBytes.noteAll(batch)
    if (bases.length === 0 && hashed === undefined) return appendAll(batch)
    const own = spelled
    spelled = []
    let next = 0
    eachRow(batch, (row) => {
      const identifier = own[next++]
      if (mayBeKnown(row)) held.hold(row, identifier?.text)
      else {
        const place = append(row)
        if (identifier !== undefined) hashed!.add(place, identifier)
      }
    })
  })
  const waitingPending = createWaitingRows(keys.tagKey, seed, (batch) =>
    eachRow(batch, (row) => {
      if (mayBeKnown(row)) heldPending.hold(row)
      else appendPending(row)
    }),
  )
  const digestOne = createDigestOne(keys.tagKey, seed)
  /** A row by itself, of no manifest. */
  const rowOf = (shape: Shape, canonical: string) => digestOne(shapeCodes[shape], canonical, new Uint32Array(4), 0)

  /** False: certainly none of the bases has the row. */
  function mayBeKnown({ first, second }: DigestedRow): boolean {
    return bases.some(({ filter }) => passesFilter(filter, first, second))
  }

  function noteRow(line: number, shape: number, length: number): void {
    if (line > 0 && length < shortLength) short.note(line)
    lengths.note(shape, length)
  }

  /** Returns where the row is among those of its partition. */
  function append({ line, shape, length, digests, at, first, second }: DigestedRow): Place {
    noteRow(line, shape, length)
    const place = entries.add(line, shape, digests, at)
    hashes.add(first, second)
    return { partition: digests[at]! >>> 24, place }
  }

  /** The same as `append` for each of them. */
  function appendAll(batch: RowBatch): void {
    for (let row = 0; row < batch.count; row++) noteRow(batch.lines[row]!, batch.shapes[row]!, batch.lengths[row]!)
    entries.addAll(batch)
    hashes.addAll(batch)
  }

  function appendPending({ line, shape, length, digests, at }: DigestedRow): void {
    excluded.add(line, shape, digests, at)
    excludedLengths.note(shape, length)
  }

  function add(line: number, id: Identifier): string | undefined {
    const text = id.revealText()
    if (hashed === undefined) return addText(waiting, line, text, caseRule)
    const result = canonicalOf(text, caseRule)
    if ('problem' in result) return result.problem
    spelled.push({ text, ...result })
    waiting.add(line, shapeCodes[result.shape], result.canonical)
    return undefined
  }

  function exclude(line: number, id: Identifier): string | undefined {
    return addText(waitingPending, line, id.revealText(), caseRule)
  }

  function isListed(text: string): boolean {
    const result = canonicalOf(text, caseRule)
    if ('problem' in result) return false
    const { digests } = rowOf(result.shape, result.canonical)
    return isTaken(digests)
  }

  function isTaken(digest: Uint32Array): boolean {
    return entries.has(digest) || excluded.has(digest) || bases.some((base) => base.hasDigest(digest))
  }

  function finish(report: ManifestReport, sink: IndexSink): IndexSummary {
    waiting.flush()
    waitingPending.flush()
    held.settle()
    heldPending.settle()
    // All subjects of the manifest may be in a base already.
    if (entries.rows + duplicates.lines().count === 0)
      throw new ManifestInvalid('manifest: subjects: expected at least one, got none')
    for (const { text, where } of nobody) if (isListed(text)) throw new ConfigInvalid(`${where}: ${notNobody}`)
    const shapesOfSubjects = lengths.shapes()
    const controls = plantControls(shapesOfSubjects, random, (shape, text) => {
      const row = rowOf(shape, text)
      const { digests: digest } = row
      if (isTaken(digest)) return undefined
      const place = append(row)
      highBytes.note(Buffer.from(text))
      hashed?.addControl(place, { text, shape, canonical: text })
      return digest
    })
    return writeIndex(
      {
        report,
        keyCommitment: keys.commitment,
        caseRule,
        seed: [...seed],
        shapesOfSubjects,
        shapes: lengths.shapes(),
        highBytes: highBytes.bytes(),
        pendingShapes: excludedLengths.shapes(),
        short: short.lines(),
        ...(bases.length > 0 && { base: bases.at(-1)!.sha256 }),
      },
      { filter: hashes.build(seed[0] ^ seed[1]), entries, excluded, controls, duplicates, contradictions, hashed },
      keys,
      sink,
    )
  }

  return { add, exclude, finish }
}
