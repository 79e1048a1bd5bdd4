import { hash } from 'node:crypto'
import { EvidenceConflict } from '../errors.ts'
import { type CaseRule, canonicalOf, type Identifier, maxIdentifierLength } from '../manifest/identifier.ts'
import type { CaseKeys } from '../subject-index/case-keys.ts'
import { createKeyedDigest } from '../subject-index/keyed-digest.ts'
import { shapeCodes } from '../subject-index/shape-code.ts'
import { createHasher, hashBytes, mostBytesIn, rowsTogether } from './kernel/hasher.ts'
import { createScopeLeaf } from './subject-leaf.ts'
import { createTagPlaces } from './tag-places.ts'

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
  const keyed = createKeyedDigest(keys.tagKey)
  const canonicalBytes = new Uint8Array(maxIdentifierLength)
  const leaf = createScopeLeaf(keys)
  const [short, long] = [createBatch(1, leaves), createBatch(2, leaves)]
  let distinct = 0

  function add(_line: number, id: Identifier): string | undefined {
    const result = canonicalOf(id.revealText(), caseRule)
    if ('problem' in result) return result.problem
    const { shape, canonical } = result
    const code = shapeCodes[shape]
    for (let at = 0; at < canonical.length; at++) canonicalBytes[at] = canonical.charCodeAt(at)
    keyed.compute(code, canonicalBytes, 0, canonical.length)
    const place = places.find(keyed.digest)
    if (place < 0 || (seen[place >>> 3]! & (1 << (place & 7))) !== 0) return undefined
    seen[place >>> 3]! |= 1 << (place & 7)
    distinct++
    const message = leaf.write(keyed.digest, code, canonicalBytes, canonical.length)
    if (message.length <= short.most) short.add(place, message)
    else if (message.length <= long.most) long.add(place, message)
    else leaves.set(hash('sha256', message, 'buffer'), place * hashBytes)
    return undefined
  }

  return {
    add,
    finish() {
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
