import { createSecretKey, hash, hkdfSync, type KeyObject } from 'node:crypto'
import { KeyUnsafe } from '../errors.ts'

/**
 * What the case key is used for, each use under its own key (HKDF-SHA256, RFC 5869, empty salt): `tagKey` digests
 * identifiers, `sealKey` encrypts object keys (as an object of node:crypto: raw bytes take five times as long), `saltKey` derives the salts of
 * commitments, `sampleKey` draws what is read twice. `commitment` (SHA-256 of the
 * case key, hex) is the only one that may be shown.
 */
export type CaseKeys = {
  tagKey: Uint8Array
  sealKey: KeyObject
  saltKey: Uint8Array
  sampleKey: Uint8Array
  commitment: string
}

/** @throws KeyUnsafe unless there are 32 bytes */
export function caseKeysOf(caseKey: Uint8Array): CaseKeys {
  if (caseKey.length !== 32) throw new KeyUnsafe(`case key: length: expected 32 bytes, got ${caseKey.length}`)
  const derive = (use: string) => new Uint8Array(hkdfSync('sha256', caseKey, '', `odv case key: ${use}`, 32))
  return {
    tagKey: derive('tag'),
    sealKey: createSecretKey(derive('seal')),
    saltKey: derive('salt'),
    sampleKey: derive('sample'),
    commitment: hash('sha256', caseKey, 'hex'),
  }
}
