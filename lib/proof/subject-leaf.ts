import { hash } from 'node:crypto'
import { leafHash } from '../log/merkle.ts'
import { maxIdentifierLength, type Shape } from '../manifest/identifier.ts'
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
export function createScopeLeaf(): {
  /** @param salts a digest as four words from `from` on, as `KeyedDigest` gives it */
  write(salts: Uint32Array, from: number, shapeCode: number, canonical: Uint8Array): Uint8Array
} {
  const saltAt = 1 + scopePrefix.length
  const shapeAt = saltAt + saltBytes
  const leaf = new Uint8Array(shapeAt + 1 + maxIdentifierLength)
  const view = new DataView(leaf.buffer)
  leaf.set(scopePrefix, 1)
  return {
    write(salts, from, shapeCode, canonical) {
      for (let word = 0; word < 4; word++) view.setUint32(saltAt + word * 4, salts[from + word]!)
      leaf[shapeAt] = shapeCode
      for (let at = 0; at < canonical.length; at++) leaf[shapeAt + 1 + at] = canonical[at]!
      return leaf.subarray(0, shapeAt + 1 + canonical.length)
    },
  }
}

/** Writes the bytes of a digest, four words from `from` on; those of its tag are what the salt of a leaf is the digest of. */
export function writeDigest(message: Uint8Array, at: number, digests: Uint32Array, from: number): void {
  for (let word = 0; word < 4; word++) {
    const value = digests[from + word]!
    message[at + word * 4] = value >>> 24
    message[at + word * 4 + 1] = value >>> 16
    message[at + word * 4 + 2] = value >>> 8
    message[at + word * 4 + 3] = value
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
  const tag = new Uint8Array(digestBytes)
  writeDigest(tag, 0, tags.digest, 0)
  const salts = createKeyedDigest(keys.saltKey)
  salts.compute(code, tag, 0, digestBytes)
  const salt = new Uint8Array(saltBytes)
  writeDigest(salt, 0, salts.digest, 0)
  return { salt, shape, identifier }
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
