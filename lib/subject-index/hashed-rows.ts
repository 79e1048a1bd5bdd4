import { hash } from 'node:crypto'
import { ManifestInvalid } from '../errors.ts'
import type { CaseRule, Shape } from '../manifest/identifier.ts'
import type { CaseKeys } from './case-keys.ts'
import { createTableWriter, shardBitsFor } from './digest-table.ts'
import type { Seed } from './filter.ts'
import { createFilterRows } from './filter-rows.ts'
import { createHasher, digestIn, type HashedForm, hashBytes, hashedFormName, hashedTexts } from './hashed-forms.ts'
import type { IndexFooter } from './index-format.ts'
import type { IndexSink } from './index-source.ts'
import { createKeyedDigest, digestBytes } from './keyed-digest.ts'
import type { OpenedPart } from './open-part.ts'
import { createPartitions, partitionCount } from './partitions.ts'
import { firstHashedCode } from './shape-code.ts'
import { compareDigests, createDigestSort } from './sort-digests.ts'
import { createWaitingRows, type RowBatch } from './waiting-rows.ts'
import { writeFilter } from './write-filter.ts'

/** In front of what is digested of a salt; nothing else has this code. */
const saltCode = 0xfe

/**
 * Digests of identifiers in hashed forms, by the rows of those identifiers: 24 bytes each. `place` is the number of the row in
 * its partition.
 */
export type HashedRows = {
  add(row: Place, identifier: Spelled): void
  /** Another spelling of a subject that an index has which is added to. */
  addKnown(ordinal: number, identifier: Spelled): void
  /** The same for a control, of which one digest is planted: its own, or one drawn at random where its own would tell of a salt. */
  addControl(row: Place, control: Spelled): void
  /** Turns rows of a partition into what they are in the end: `ordinals` by their places. */
  settle(partition: number, ordinals: Uint32Array): void
  /** Writes filter and table (see `IndexFooter.hashed`). @throws ManifestInvalid when two identifiers have one digest */
  write(sink: IndexSink): NonNullable<IndexFooter['hashed']>
}
export type Place = { partition: number; place: number }
/** An identifier as the manifest has it, and what it is. */
export type Spelled = { text: string; shape: Shape; canonical: string }

/**
 * In the word with the place or ordinal: the digest is of what is written like a decimal number, a UUID of decimal digits alone without
 * hyphens. Where that number is an identifier itself the digest stands for it, as the digits do in text (see `Shape`).
 */
const yields = 2 ** 31
const isNumber = /^[0-9]+$/

type Base = Pick<OpenedPart, 'entries' | 'ordinalOf' | 'hashed'>
type Context = {
  keys: CaseKeys
  seed: Seed
  caseRule: CaseRule
  random: (bytes: number) => Uint8Array
  /** What is added to, in order. */
  bases: readonly Base[]
}

/** A digest that waits: of the row with this partition and place (which may be one that yields), or of what is known. */
type Waiting = { partition: number; ordinal?: number; identifier: Spelled }

export function createHashedRows(
  forms: readonly HashedForm[],
  { keys, seed, caseRule, random, bases }: Context,
): HashedRows {
  const hashers = forms.map(createHasher)
  const hashes = createFilterRows()
  /** Three words of keyed digest and the place of the row, by its partition; then the ordinal, by their own. */
  const unsettled = createPartitions(4, (words) => new Int32Array(words))
  const settled = createPartitions(4, (words) => new Int32Array(words))
  const controls: string[][] = forms.map(() => [])
  const sort = createDigestSort()

  const starts = [0]
  for (const { entries } of bases) starts.push(starts.at(-1)! + entries)
  /** Ordinals count through all that is added to. */
  const start = starts.at(-1)!
  /** Whose digests wait, in the order in which they came. */
  let queue: Waiting[] = []
  /** Digests wait like identifiers, in the place of their text; in that of a line there is the place of the row, which may be one that yields. */
  const waiting = createWaitingRows(keys.tagKey, seed, (batch) => {
    const own = queue
    queue = []
    if (bases.length === 0) hashes.addAll(batch)
    for (let row = 0; row < batch.count; row++) {
      const { partition, ordinal } = own[row]!
      if (bases.length > 0) {
        if (isOfBase(batch, row, own[row]!)) continue
        hashes.add(batch.firsts[row]!, batch.seconds[row]!)
      }
      const rows = ordinal === undefined ? unsettled : settled
      const to = ordinal === undefined ? partition : batch.digests[row * 4]! >>> 24
      const at = rows.reserve(to)
      const words = rows.current(to)
      for (let word = 0; word < 3; word++) words[at + word] = batch.digests[row * 4 + word]!
      words[at + 3] = ordinal ?? batch.lines[row]!
    }
  })

  /**
   * Whether a digest is left to what is added to, which has it already.
   * @throws ManifestInvalid where it stands there for somebody else
   */
  function isOfBase(batch: RowBatch, row: number, { ordinal, identifier }: Waiting): boolean {
    for (let at = bases.length - 1; at >= 0; at--) {
      const { hashed } = bases[at]!
      if (hashed?.mayHave(batch.firsts[row]!, batch.seconds[row]!) !== true) continue
      const found = hashed.ordinalOf(batch.digests.subarray(row * 4, row * 4 + 4))
      if (found === -1) continue
      if (found === ordinal || (ordinal === undefined && batch.lines[row]! >= yields)) return true
      const { shape, canonical } = identifier
      // A control that turns out to be somebody, and a number that was only the digits of a UUID.
      const isOwn = (as: Shape) => {
        const own = starts.findLastIndex((start) => start <= found)
        return bases[own]!.ordinalOf(as, canonical) === found - starts[own]!
      }
      if (ordinal === undefined && (isOwn(shape) || (shape === 'decimal' && isOwn('uuid')))) continue
      throw oneForTwo()
    }
    return false
  }

  function append(row: Waiting, place: number, form: number, digest: string): void {
    queue.push(row)
    waiting.add(place, firstHashedCode + form, digest)
  }

  function takeSorted(partition: number): Uint8Array {
    const rows = settled.count(partition)
    const words = new Uint32Array(rows * 4)
    let filled = 0
    settled.take(partition, (piece) => {
      words.set(piece, filled)
      filled += piece.length
    })
    const bytes = new Uint8Array(rows * digestBytes)
    const out = new DataView(bytes.buffer)
    let before = -1
    let written = 0
    // Of one digest, rows that yield come last.
    const { digests, order } = sort(words, rows)
    for (const row of order) {
      if (before !== -1 && compareDigests(digests, before, row) === 0) continue
      const value = digests[row * 4 + 3]!
      if (before !== -1 && [0, 1, 2].every((word) => digests[before * 4 + word] === digests[row * 4 + word])) {
        if (value >= yields && digests[before * 4 + 3]! < yields) continue
        throw oneForTwo()
      }
      for (let word = 0; word < 3; word++) out.setUint32(written + word * 4, digests[row * 4 + word]!)
      out.setUint32(written + 12, value % yields)
      written += digestBytes
      before = row
    }
    return bytes.subarray(0, written)
  }

  return {
    add({ partition, place }, identifier) {
      const row = { partition, identifier }
      for (const each of hashedTexts(identifier.text, identifier, caseRule)) {
        const marked = identifier.shape === 'uuid' && isNumber.test(each) ? place + yields : place
        for (let form = 0; form < hashers.length; form++) append(row, marked, form, hashers[form]!(each))
      }
    },

    addKnown(ordinal, identifier) {
      const { text, canonical } = identifier
      if (text === canonical) return
      const row = { partition: 0, ordinal, identifier }
      // These are there, however it was written.
      const usual = hashedTexts(canonical, identifier, caseRule)
      for (const each of hashedTexts(text, identifier, caseRule)) {
        if (usual.has(each)) continue
        for (let form = 0; form < hashers.length; form++) append(row, 0, form, hashers[form]!(each))
      }
    },

    addControl({ partition, place }, identifier) {
      const { text } = identifier
      for (const [at, { kind, algorithm }] of forms.entries()) {
        const digest = kind === 'plain' ? digestIn(forms[at]!, text) : Buffer.from(random(hashBytes[algorithm]))
        append({ partition, identifier }, place, at, digest.toString('latin1'))
        controls[at]!.push(digest.toString('hex'))
      }
    },

    settle(partition, ordinals) {
      waiting.flush()
      unsettled.take(partition, (words) => {
        for (let at = 0; at < words.length; at += 4) {
          const own = words[at]! >>> 24
          const to = settled.reserve(own)
          const rows = settled.current(own)
          rows.set(words.subarray(at, at + 3), to)
          const marked = words[at + 3]! >>> 0
          rows[to + 3] = start + ordinals[marked % yields]! + (marked < yields ? 0 : yields)
        }
      })
    },

    write(sink) {
      const { geometry, shards } = hashes.build(seed[0] ^ seed[1])
      const filter = { ...geometry, sha256: writeFilter(shards(), sink) }
      const table = createTableWriter(shardBitsFor(settled.rows), sink)
      for (let partition = 0; partition < partitionCount; partition++) table.write(takeSorted(partition))
      return {
        forms: forms.map((form, at) => ({
          name: hashedFormName(form),
          bytes: hashBytes[form.algorithm],
          ...(form.kind !== 'plain' && { salt: saltDigestOf(form.salt, keys) }),
          controls: controls[at]!,
        })),
        filter,
        entries: table.finish(),
      }
    },
  }
}

const oneForTwo = () =>
  new ManifestInvalid('manifest: hashed forms: expected no digest to stand for two identifiers, got one')

/** Tells one salt from another to whoever has the case key, and nothing to anybody else. Hex. */
export function saltDigestOf(salt: Uint8Array, { tagKey }: CaseKeys): string {
  const keyed = createKeyedDigest(tagKey)
  keyed.compute(saltCode, hash('sha256', salt, 'buffer'), 0, 32)
  return Array.from(keyed.digest, (word) => word.toString(16).padStart(8, '0')).join('')
}

/** As `hashedOf` has it of an index with these forms. */
export function hashedOfForms(forms: readonly HashedForm[], keys: CaseKeys): string {
  if (forms.length === 0) return JSON.stringify(undefined)
  const salts = forms.map(({ kind, salt }) => (kind === 'plain' ? '' : saltDigestOf(salt, keys)))
  return JSON.stringify([forms.map(hashedFormName), salts])
}
