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
import { rowsTogether } from './kernel/row-digests.ts'
import { createKeyedDigest, digestBytes } from './keyed-digest.ts'
import { createPartitions, partitionCount } from './partitions.ts'
import { compareDigests, createDigestSort } from './sort-digests.ts'
import { createWaitingRows } from './waiting-rows.ts'
import { writeFilter } from './write-filter.ts'

/** What stands in front of a digest of the first form where it is digested or hashed for the filter; of the next one, the next. */
export const firstHashedCode = 0x10
export const longestHash = 64
/** In front of what is digested of a salt; nothing else has this code. */
const saltCode = 0xfe

/**
 * Digests of identifiers in hashed forms, by the rows of those identifiers: 24 bytes each. `place` is the number of the row in
 * its partition.
 */
export type HashedRows = {
  add(row: Place, identifier: Spelled): void
  /** The same for a control, of which one digest is planted: its own, or one drawn at random where its own would tell of a salt. */
  addControl(row: Place, text: string): void
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

type Context = { keys: CaseKeys; seed: Seed; caseRule: CaseRule; random: (bytes: number) => Uint8Array }

export function createHashedRows(forms: readonly HashedForm[], { keys, seed, caseRule, random }: Context): HashedRows {
  const hashers = forms.map(createHasher)
  const hashes = createFilterRows()
  /** Three words of keyed digest and the place of the row, by its partition; then the ordinal, by their own. */
  const unsettled = createPartitions(4, (words) => new Int32Array(words))
  const settled = createPartitions(4, (words) => new Int32Array(words))
  const controls: string[][] = forms.map(() => [])
  const sort = createDigestSort()

  /** Partitions of the rows whose digests wait, in the order in which they came. */
  const partitions = new Uint8Array(rowsTogether)
  let queued = 0
  /** Digests wait like identifiers, in the place of their text; in that of a line there is the place of the row, which may be one that yields. */
  const waiting = createWaitingRows(keys.tagKey, seed, (batch) => {
    queued = 0
    hashes.addAll(batch)
    for (let row = 0; row < batch.count; row++) {
      const at = unsettled.reserve(partitions[row]!)
      const words = unsettled.current(partitions[row]!)
      for (let word = 0; word < 3; word++) words[at + word] = batch.digests[row * 4 + word]!
      words[at + 3] = batch.lines[row]!
    }
  })

  function append(partition: number, place: number, form: number, digest: string): void {
    partitions[queued++] = partition
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
        throw new ManifestInvalid('manifest: hashed forms: expected no digest to stand for two identifiers, got one')
      }
      for (let word = 0; word < 3; word++) out.setUint32(written + word * 4, digests[row * 4 + word]!)
      out.setUint32(written + 12, value % yields)
      written += digestBytes
      before = row
    }
    return bytes.subarray(0, written)
  }

  return {
    add({ partition, place }, { text, shape, canonical }) {
      for (const each of hashedTexts(text, { shape, canonical }, caseRule)) {
        const marked = shape === 'uuid' && isNumber.test(each) ? place + yields : place
        for (let form = 0; form < hashers.length; form++) append(partition, marked, form, hashers[form]!(each))
      }
    },

    addControl({ partition, place }, text) {
      for (const [at, { kind, algorithm }] of forms.entries()) {
        const digest = kind === 'plain' ? digestIn(forms[at]!, text) : Buffer.from(random(hashBytes[algorithm]))
        append(partition, place, at, digest.toString('latin1'))
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
          rows[to + 3] = ordinals[marked % yields]! + (marked < yields ? 0 : yields)
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

/** Tells one salt from another to whoever has the case key, and nothing to anybody else. Hex. */
export function saltDigestOf(salt: Uint8Array, { tagKey }: CaseKeys): string {
  const keyed = createKeyedDigest(tagKey)
  keyed.compute(saltCode, hash('sha256', salt, 'buffer'), 0, 32)
  return Array.from(keyed.digest, (word) => word.toString(16).padStart(8, '0')).join('')
}
