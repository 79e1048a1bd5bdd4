import { hash } from 'node:crypto'
import { leafHash } from '../log/merkle.ts'
import type { Shape } from '../manifest/identifier.ts'
import type { CaseKeys } from '../subject-index/case-keys.ts'
import { createKeyedDigest, digestBytes } from '../subject-index/keyed-digest.ts'
import { shapeCodes } from '../subject-index/shape-code.ts'
import type { SubjectHits, SubjectStatus } from '../verdict/decide-subject.ts'

/**
 * The leaves of the two trees about subjects, in the order of tags (numbers big-endian):
 *
 *     scope     `odv scope 1`, salt (16 bytes), shape code (1), canonical identifier (ASCII)
 *     result    `odv result 1`, hash of the scope leaf (32), status (1), versions before (4), versions after (4)
 *
 * The hash of a leaf is SHA-256 of 0x00 and these bytes (RFC 6962, 2.1). A salt is the keyed digest of the tag under the salt
 * key: whoever lacks the case key cannot try identifiers on a hash, and one that was opened says nothing of another.
 */
const scopePrefix = Buffer.from('odv scope 1')
const resultPrefix = Buffer.from('odv result 1')
export const saltBytes = digestBytes

/** Part of the format: a code never changes its meaning. */
const statusCodes = { deleted: 1, 'never-found': 2, residual: 3, undetermined: 4 } as const satisfies Record<
  SubjectStatus,
  number
>

/** More versions than a leaf can count. */
export const mostVersions = 2 ** 32 - 1

/** Who is meant, opened: all that the scope leaf is made of. */
export type OpenedSubject = { salt: Uint8Array; shape: Shape; identifier: string }
export type SubjectResult = SubjectHits & { status: SubjectStatus }

/** Writes the data of scope leaves, each with its 0x00 in front; the bytes hold until the next one. */
export function createScopeLeaf(keys: Pick<CaseKeys, 'saltKey'>): {
  /** @param tag its digest as four words, as `KeyedDigest` gives it */
  write(tag: Uint32Array, shapeCode: number, canonical: Uint8Array, length: number): Uint8Array
} {
  const salts = createKeyedDigest(keys.saltKey)
  const tagBytes = new Uint8Array(digestBytes)
  const tagView = new DataView(tagBytes.buffer)
  const saltAt = 1 + scopePrefix.length
  const shapeAt = saltAt + saltBytes
  const leaf = new Uint8Array(shapeAt + 1 + 256)
  const view = new DataView(leaf.buffer)
  leaf.set(scopePrefix, 1)
  return {
    write(tag, shapeCode, canonical, length) {
      for (let word = 0; word < 4; word++) tagView.setUint32(word * 4, tag[word]!)
      salts.compute(shapeCode, tagBytes, 0, digestBytes)
      for (let word = 0; word < 4; word++) view.setUint32(saltAt + word * 4, salts.digest[word]!)
      leaf[shapeAt] = shapeCode
      for (let at = 0; at < length; at++) leaf[shapeAt + 1 + at] = canonical[at]!
      return leaf.subarray(0, shapeAt + 1 + length)
    },
  }
}

/** Opens a subject: its salt, from the case key. */
export function openSubject(
  keys: Pick<CaseKeys, 'saltKey' | 'tagKey'>,
  shape: Shape,
  identifier: string,
): OpenedSubject {
  const code = shapeCodes[shape]
  const canonical = Buffer.from(identifier, 'latin1')
  const tags = createKeyedDigest(keys.tagKey)
  tags.compute(code, canonical, 0, canonical.length)
  const leaf = createScopeLeaf(keys).write(tags.digest, code, canonical, canonical.length)
  const saltAt = 1 + scopePrefix.length
  return { salt: leaf.slice(saltAt, saltAt + saltBytes), shape, identifier }
}

/** The hash of the scope leaf of a subject that is opened. */
export function scopeLeafOf({ salt, shape, identifier }: OpenedSubject): Uint8Array {
  return leafHash(Buffer.concat([scopePrefix, salt, Buffer.of(shapeCodes[shape]), Buffer.from(identifier, 'latin1')]))
}

const resultHead = 1 + resultPrefix.length
export const resultMessageBytes = resultHead + 32 + 9

/** Writes a result leaf with its 0x00 in front into `message`, of `resultMessageBytes`. */
export function writeResultLeaf(
  message: Uint8Array,
  scopeLeaf: Uint8Array,
  { status, before, after }: SubjectResult,
): void {
  message[0] = 0
  message.set(resultPrefix, 1)
  message.set(scopeLeaf, resultHead)
  const view = new DataView(message.buffer, message.byteOffset + resultHead + 32)
  view.setUint8(0, statusCodes[status])
  view.setUint32(1, before)
  view.setUint32(5, after)
}

export function resultLeafOf(scopeLeaf: Uint8Array, result: SubjectResult): Uint8Array {
  const message = new Uint8Array(resultMessageBytes)
  writeResultLeaf(message, scopeLeaf, result)
  return new Uint8Array(hash('sha256', message, 'buffer'))
}
