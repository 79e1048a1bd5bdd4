import { ManifestInvalid } from '../errors.ts'
import { type CaseRule, canonicalOf, type Identifier, maxIdentifierLength } from '../manifest/identifier.ts'
import type { ManifestReport } from '../manifest/read-manifest.ts'
import type { CaseKeys } from './case-keys.ts'
import { createDigestedRows } from './digested-rows.ts'
import { hashInto, type Seed } from './filter.ts'
import { createFilterRows } from './filter-rows.ts'
import type { IndexSummary } from './index-format.ts'
import type { IndexSink } from './index-source.ts'
import { createKeyedDigest } from './keyed-digest.ts'
import { createLengths } from './lengths.ts'
import { createNotedRows } from './noted-rows.ts'
import { plantControls } from './plant-controls.ts'
import { shapeCodes } from './shape-code.ts'
import { writeIndex } from './write-index.ts'

export const shortLength = 6

/**
 * Compiles the identifiers of a manifest into an index. Memory: 26 bytes a row until `finish`; while that writes, what is
 * written is given back, and of the index nothing but its pending part is in memory.
 */
export function createIndexBuilder(options: {
  caseRule: CaseRule
  keys: CaseKeys
  /** From the operating system: seeds the filter and draws the controls. */
  random: (bytes: number) => Uint8Array
}): {
  /** Takes one row's identifier; returns what is wrong with it, in words that do not quote it. */
  add(line: number, id: Identifier): string | undefined
  /** The same for a row that does not confirm a transfer: its identifier must not be added by any other row. */
  exclude(line: number, id: Identifier): string | undefined
  /**
   * Writes the index into a sink. Called once. What was written before it throws is no index.
   * @throws ManifestInvalid when nothing was added, or when what was excluded was also added
   */
  finish(report: ManifestReport, sink: IndexSink): IndexSummary
} {
  const { caseRule, keys, random } = options
  const seeds = new DataView(Uint8Array.from(random(8)).buffer)
  const seed: Seed = [seeds.getInt32(0), seeds.getInt32(4)]
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

  function digest(code: number, canonical: string): void {
    for (let at = 0; at < canonical.length; at++) canonicalBytes[at] = canonical.charCodeAt(at)
    keyed.compute(code, canonicalBytes, 0, canonical.length)
  }

  /** Appends what `digest` was called with last. */
  function append(line: number, code: number, length: number): void {
    hashInto(halves, canonicalView, canonicalBytes, 0, length, code, seed)
    entries.add(line, code, keyed.digest)
    hashes.add(halves)
    lengths.note(code, length)
  }

  function add(line: number, id: Identifier): string | undefined {
    const result = canonicalOf(id.revealText(), caseRule)
    if ('problem' in result) return result.problem
    const { shape, canonical } = result
    if (canonical.length < shortLength) short.note(line)
    const code = shapeCodes[shape]
    digest(code, canonical)
    append(line, code, canonical.length)
    return undefined
  }

  function exclude(line: number, id: Identifier): string | undefined {
    const result = canonicalOf(id.revealText(), caseRule)
    if ('problem' in result) return result.problem
    const code = shapeCodes[result.shape]
    digest(code, result.canonical)
    excluded.add(line, code, keyed.digest)
    excludedLengths.note(code, result.canonical.length)
    return undefined
  }

  function finish(report: ManifestReport, sink: IndexSink): IndexSummary {
    if (entries.rows === 0) throw new ManifestInvalid('manifest: subjects: expected at least one, got none')
    const shapesOfSubjects = lengths.shapes()
    const controls = plantControls(shapesOfSubjects, random, (shape, text) => {
      const code = shapeCodes[shape]
      digest(code, text)
      if (entries.has(keyed.digest) || excluded.has(keyed.digest)) return undefined
      append(0, code, text.length)
      return keyed.digest.slice()
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
      },
      { filter: hashes.build(seed[0] ^ seed[1]), entries, excluded, controls },
      keys,
      sink,
    )
  }

  return { add, exclude, finish }
}
