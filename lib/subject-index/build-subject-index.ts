import { hash } from 'node:crypto'
import { IndexInvalid, ManifestInvalid } from '../errors.ts'
import { type CaseRule, canonicalOf, type Identifier, maxIdentifierLength, type Shape } from '../manifest/identifier.ts'
import { createShardBuilder, geometryFor, shardsFor } from './build-filter.ts'
import type { CaseKeys } from './case-keys.ts'
import { controlLengths, syntheticIdentifier } from './control-identifiers.ts'
import { hashInto, passesFilter, type Seed, shardOf } from './filter.ts'
import { formatName, formatVersion, layOutIndex } from './index-format.ts'
import { createKeyedDigest } from './keyed-digest.ts'
import { createPendingRows } from './pending-rows.ts'
import { shapeCodes, shapesInOrder } from './shape-code.ts'
import { compareDigests, sortDigests } from './sort-digests.ts'

/** Manifest rows that deserve a look: how many, and the first of them by line. */
export type Rows = { count: number; first: number[] }

/**
 * What was compiled. `subjects` are distinct, without controls. `duplicates`: rows whose identifier an earlier row has.
 * `short`: rows with identifiers of less than 6 characters, which occur in any text by chance.
 */
export type IndexSummary = {
  sha256: string
  subjects: number
  duplicates: Rows
  short: Rows
  shapes: { shape: Shape; subjects: number; minLength: number; maxLength: number }[]
  controls: number
}

export const shortLength = 6
export const controlsPerShape = 4
const rowsShown = 20

/** Compiles the identifiers of a manifest into an index. Memory: about 40 bytes an identifier until `finish`. */
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
  /** Called once. @throws ManifestInvalid when nothing was added, or when what was excluded was also added */
  finish(manifestSha256: string): { bytes: Uint8Array; summary: IndexSummary }
} {
  const { caseRule, keys, random } = options
  const seeds = new DataView(Uint8Array.from(random(8)).buffer)
  const seed: Seed = [seeds.getInt32(0), seeds.getInt32(4)]
  const keyed = createKeyedDigest(keys.tagKey)
  const canonicalBytes = new Uint8Array(maxIdentifierLength)
  const canonicalView = new DataView(canonicalBytes.buffer)
  const halves = new Int32Array(2)

  let entries = 0
  let digests = new Uint32Array(4 * 1024)
  let hashes = new Int32Array(2 * 1024)
  let lines = new Float64Array(1024)
  let shapes = new Uint8Array(1024)
  const lengths = new Map<Shape, Set<number>>()
  const pendingLengths = new Map<Shape, Set<number>>()
  const short: Rows = { count: 0, first: [] }
  const pending = createPendingRows()

  function grow(): void {
    const doubled = <T extends Uint32Array | Int32Array | Float64Array | Uint8Array>(from: T, to: T): T => {
      to.set(from)
      return to
    }
    digests = doubled(digests, new Uint32Array(digests.length * 2))
    hashes = doubled(hashes, new Int32Array(hashes.length * 2))
    lines = doubled(lines, new Float64Array(lines.length * 2))
    shapes = doubled(shapes, new Uint8Array(shapes.length * 2))
  }

  function writeCanonical(canonical: string): void {
    for (let i = 0; i < canonical.length; i++) canonicalBytes[i] = canonical.charCodeAt(i)
  }

  function hashCanonical(shape: Shape, canonical: string): void {
    writeCanonical(canonical)
    hashInto(halves, canonicalView, canonicalBytes, 0, canonical.length, shapeCodes[shape], seed)
  }

  /** Appends what `hashCanonical` was called with last. */
  function append(line: number, shape: Shape, length: number): void {
    if (entries === lines.length) grow()
    keyed.compute(shapeCodes[shape], canonicalBytes, 0, length)
    digests.set(keyed.digest, entries * 4)
    hashes.set(halves, entries * 2)
    lines[entries] = line
    shapes[entries] = shapeCodes[shape]
    entries++
    noteLength(lengths, shape, length)
  }

  function add(line: number, id: Identifier): string | undefined {
    const result = canonicalOf(id.revealText(), caseRule)
    if ('problem' in result) return result.problem
    const { shape, canonical } = result
    if (canonical.length < shortLength) noteRow(short, line)
    hashCanonical(shape, canonical)
    append(line, shape, canonical.length)
    return undefined
  }

  function exclude(line: number, id: Identifier): string | undefined {
    const result = canonicalOf(id.revealText(), caseRule)
    if ('problem' in result) return result.problem
    writeCanonical(result.canonical)
    keyed.compute(shapeCodes[result.shape], canonicalBytes, 0, result.canonical.length)
    pending.add(line, keyed.digest)
    noteLength(pendingLengths, result.shape, result.canonical.length)
    return undefined
  }

  /** Whether an entry has the digest that was computed last. */
  function isTaken(): boolean {
    const [first, second, third, fourth] = keyed.digest
    for (let at = 0; at < entries * 4; at += 4)
      if (
        digests[at] === first &&
        digests[at + 1] === second &&
        digests[at + 2] === third &&
        digests[at + 3] === fourth
      )
        return true
    return false
  }

  /** Draws controls that no subject has. */
  function plantControls(): { shape: Shape; text: string; entry: number }[] {
    const planted: { shape: Shape; text: string; entry: number }[] = []
    const occurringBefore = shapesInOrder.flatMap((shape) => {
      const occurring = lengths.get(shape)
      return occurring ? [{ shape, candidates: controlLengths([...occurring]) }] : []
    })
    for (const { shape, candidates } of occurringBefore) {
      const wanted = planted.length + controlsPerShape
      for (const length of candidates) {
        if (planted.length === wanted) break
        const text = syntheticIdentifier(shape, length, random)
        if (text === undefined) continue
        hashCanonical(shape, text)
        keyed.compute(shapeCodes[shape], canonicalBytes, 0, length)
        if (isTaken()) continue
        planted.push({ shape, text, entry: entries })
        append(0, shape, length)
      }
      if (planted.length < wanted)
        throw new IndexInvalid(`subject index: controls: expected ${controlsPerShape} ${shape}`)
    }
    return planted
  }

  function finish(manifestSha256: string): { bytes: Uint8Array; summary: IndexSummary } {
    if (entries === 0) throw new ManifestInvalid('manifest: subjects: expected at least one, got none')
    const rows = entries
    const shapesOfSubjects = shapesInOrder.flatMap((shape) => {
      const occurring = lengths.get(shape)
      return occurring ? [{ shape, minLength: Math.min(...occurring), maxLength: Math.max(...occurring) }] : []
    })
    const controls = plantControls()

    const order = sortDigests(digests, entries)
    const duplicates: Rows = { count: 0, first: [] }
    const subjectsByShape = new Map<number, number>()
    const ordinals = new Map<number, number>()
    let distinct = 0
    for (let at = 0; at < order.length; at++) {
      const entry = order[at]!
      if (distinct > 0 && compareDigests(digests, order[distinct - 1]!, entry) === 0) {
        noteRow(duplicates, lines[entry]!)
        continue
      }
      if (entry >= rows) ordinals.set(entry, distinct)
      else subjectsByShape.set(shapes[entry]!, (subjectsByShape.get(shapes[entry]!) ?? 0) + 1)
      order[distinct++] = entry
    }

    const { count, first } = pending.contradicting({ digests, lines, order: order.subarray(0, distinct) })
    if (count > 0)
      throw new ManifestInvalid(
        `manifest: rows: expected no identifier to be both transferred and not yet transferred, got ${count} such rows`,
        first,
      )

    const excluded = pending.sort()
    const subjects = distinct - controls.length
    const shards = splitByShard(hashes.subarray(0, entries * 2), shardsFor(entries))
    const geometry = geometryFor(shards.length, Math.max(...shards.map((shard) => shard.length / 2)))
    const index = layOutIndex({
      format: formatName,
      version: formatVersion,
      manifestSha256,
      keyCommitment: keys.commitment,
      caseRule,
      subjects,
      seed: [...seed],
      filter: geometry,
      shapes: toShapes(lengths),
      controls: controls.map(({ shape, text, entry }) => ({ shape, text, ordinal: ordinals.get(entry)! })),
      pending: { identifiers: excluded.count, shapes: toShapes(pendingLengths) },
    })
    const shardBuilder = createShardBuilder(geometry)
    for (const [shard, own] of shards.entries()) shardBuilder.build(index.filter, shard, own, seed[0] ^ seed[1])
    for (let ordinal = 0; ordinal < distinct; ordinal++)
      for (let word = 0; word < 4; word++)
        index.digests.setUint32(ordinal * 16 + word * 4, digests[order[ordinal]! * 4 + word]!)
    for (let entry = 0; entry < entries; entry++)
      if (!passesFilter(index.filter, hashes[entry * 2]!, hashes[entry * 2 + 1]!))
        throw new IndexInvalid('subject index: filter: expected it to pass every entry')
    excluded.write(index.pending)
    index.seal(keys)
    return {
      bytes: index.bytes,
      summary: {
        sha256: hash('sha256', index.bytes, 'hex'),
        subjects,
        duplicates,
        short,
        shapes: shapesOfSubjects.map((each) => ({
          ...each,
          subjects: subjectsByShape.get(shapeCodes[each.shape]) ?? 0,
        })),
        controls: controls.length,
      },
    }
  }

  return { add, exclude, finish }
}

/** The hashes of each shard of the filter. */
function splitByShard(hashes: Int32Array, shards: number): Int32Array[] {
  const sizes = new Uint32Array(shards)
  for (let at = 0; at < hashes.length; at += 2) sizes[shardOf(hashes[at]!, shards)]!++
  const split = Array.from(sizes, (size) => new Int32Array(size * 2))
  sizes.fill(0)
  for (let at = 0; at < hashes.length; at += 2) {
    const shard = shardOf(hashes[at]!, shards)
    const to = sizes[shard]!++ * 2
    split[shard]![to] = hashes[at]!
    split[shard]![to + 1] = hashes[at + 1]!
  }
  return split
}

function noteLength(lengths: Map<Shape, Set<number>>, shape: Shape, length: number): void {
  const occurring = lengths.get(shape)
  if (occurring) occurring.add(length)
  else lengths.set(shape, new Set([length]))
}

function toShapes(lengths: ReadonlyMap<Shape, ReadonlySet<number>>): { shape: Shape; lengths: number[] }[] {
  return shapesInOrder.flatMap((shape) => {
    const occurring = lengths.get(shape)
    return occurring ? [{ shape, lengths: [...occurring].sort((a, b) => a - b) }] : []
  })
}

/** Counts a row and keeps it if it is among the first by line. */
function noteRow(rows: Rows, line: number): void {
  rows.count++
  if (rows.first.length === rowsShown && line >= rows.first.at(-1)!) return
  rows.first.push(line)
  rows.first.sort((a, b) => a - b)
  rows.first.length = Math.min(rows.first.length, rowsShown)
}
