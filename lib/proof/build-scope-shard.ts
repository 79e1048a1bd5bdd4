import { hash } from 'node:crypto'
import { EvidenceConflict } from '../errors.ts'
import type { CaseRule, Identifier } from '../manifest/identifier.ts'
import type { CaseKeys } from '../subject-index/case-keys.ts'
import type { Seed } from '../subject-index/filter.ts'
import { createRowDigests, messageBytes, rowsTogether as rowsDigested } from '../subject-index/kernel/row-digests.ts'
import { digestBytes } from '../subject-index/keyed-digest.ts'
import { addText, createWaitingRows, type RowBatch } from '../subject-index/waiting-rows.ts'
import { createHasher, hashBytes, mostBytesIn, rowsTogether } from './kernel/hasher.ts'
import { createScopeLeaf, writeDigest } from './subject-leaf.ts'
import { createTagPlaces } from './tag-places.ts'

/** Nothing is looked up in a filter here. */
const noSeed: Seed = [0, 0]

/**
 * Hashes the leaves of one shard of the scope tree. `tags` are the index's digests of its subjects, in order, four words each: they say
 * which rows of the manifest belong here and where each leaf goes, so that the tree cannot be about others than the index.
 * Memory: 50 bytes a leaf, `tags` among them.
 */
export function createScopeShard({ tags, keys, caseRule }: { tags: Uint32Array; keys: CaseKeys; caseRule: CaseRule }): {
  /** Takes every row that confirms a transfer; those of other shards are passed over. */
  add(line: number, id: Identifier): string | undefined
  /** The leaf hashes, in order. @throws EvidenceConflict when a subject of the index had no row */
  finish(): Uint8Array
} {
  const count = tags.length / 4
  const places = createTagPlaces(tags)
  const leaves = new Uint8Array(count * hashBytes)
  const seen = new Uint8Array(Math.ceil(count / 8))
  const salts = createRowDigests(keys.saltKey, noSeed)
  const leaf = createScopeLeaf()
  const [short, long] = [createBatch(1, leaves), createBatch(2, leaves)]
  const waiting = createWaitingRows(keys.tagKey, noSeed, addRows)
  /** Of the rows of a batch that belong here: which they are, and where their leaves go. */
  const rows = new Uint32Array(rowsDigested)
  const goals = new Uint32Array(rowsDigested)
  let distinct = 0

  function addRows({ count, shapes, digests, textOf }: RowBatch): void {
    let own = 0
    for (let row = 0; row < count; row++) {
      const place = places.find(digests, row * 4)
      if (place < 0 || (seen[place >>> 3]! & (1 << (place & 7))) !== 0) continue
      seen[place >>> 3]! |= 1 << (place & 7)
      rows[own] = row
      goals[own] = place
      salts.messages[own * messageBytes] = shapes[row]!
      writeDigest(salts.messages, own * messageBytes + 1, digests, row * 4)
      salts.lengths[own++] = digestBytes
    }
    salts.compute(own)
    for (let at = 0; at < own; at++)
      addLeaf(goals[at]!, leaf.write(salts.digests, at * 4, shapes[rows[at]!]!, textOf(rows[at]!)))
    distinct += own
  }

  function addLeaf(place: number, message: Uint8Array): void {
    if (message.length <= short.most) short.add(place, message)
    else if (message.length <= long.most) long.add(place, message)
    else leaves.set(hash('sha256', message, 'buffer'), place * hashBytes)
  }

  return {
    add: (line, id) => addText(waiting, line, id.revealText(), caseRule),
    finish() {
      waiting.flush()
      short.flush()
      long.flush()
      if (distinct !== count)
        throw new EvidenceConflict(`scope tree: subjects: expected the ${count} of the index, got ${distinct}`)
      return leaves
    },
  }
}

const hashWords = hashBytes / 4
/** The same bytes, for copying four at a time. */
const wordsOf = (bytes: Uint8Array) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)

/** Messages of so many blocks, hashed some thousands at a time. */
function createBatch(blocks: number, leaves: Uint8Array) {
  const hasher = createHasher(blocks)
  const places = new Uint32Array(rowsTogether)
  const words = wordsOf(leaves)
  let rows = 0
  const flush = () => {
    const hashes = wordsOf(hasher.hashRows(rows))
    for (let row = 0; row < rows; row++) {
      const at = places[row]! * hashWords
      for (let word = 0; word < hashWords; word++) words[at + word] = hashes[row * hashWords + word]!
    }
    rows = 0
  }
  return {
    most: mostBytesIn(blocks),
    flush,
    add(place: number, message: Uint8Array): void {
      hasher.setRow(rows, message)
      places[rows++] = place
      if (rows === rowsTogether) flush()
    },
  }
}
