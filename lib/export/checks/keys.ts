import { createPublicKey } from 'node:crypto'
import { FormatInvalid, ProofInvalid } from '../../errors.ts'
import type { LogKey } from '../../log/checkpoint.ts'
import { formatPolicy, formatVkey, parseVkey } from '../../log/vkey.ts'
import { attestationKeyFingerprint, type KeyFingerprint, logKeyFingerprint } from '../key-fingerprint.ts'
import { at, type Checked } from '../run-check.ts'
import { textOf } from '../text-of.ts'
import type { Layout } from './layout.ts'

export type Keys = {
  /** PEM. */
  attestationKey: string
  logKey: LogKey
  fingerprints: { attestation: KeyFingerprint; log: KeyFingerprint }
  pinned: boolean
}

/**
 * The keys are what they are called, all forms of the log's key are one key, and when the auditor pinned keys (SHA-256
 * of the SubjectPublicKeyInfo), both are among them: a bundle never vouches for its own keys.
 */
export function checkKeys(layout: Layout, pins: readonly string[]): Checked<Keys> {
  const attestationKey = at('attestation key', () => pemIn(layout.attestationKey))
  const logPem = at('log key', () => pemIn(layout.logKey))
  const fingerprints = { attestation: attestationKeyFingerprint(attestationKey), log: logKeyFingerprint(logPem) }
  const { name: origin } = at('keys/log.vkey', () => parseVkey(textOf(layout.vkey).replace(/\n$/, '')))
  const vkey = formatVkey(origin, logPem)
  if (textOf(layout.vkey) !== `${vkey}\n`)
    throw new ProofInvalid('keys/log.vkey: expected the key in keys/log-ed25519.pub.pem, got another')
  if (textOf(layout.policy) !== formatPolicy(vkey))
    throw new ProofInvalid('log/policy: expected the key in keys/log.vkey and no witness, got another policy')

  const pinned = pins.length > 0
  for (const [name, { openssh, spkiSha256 }] of Object.entries(fingerprints))
    if (pinned && !pins.includes(spkiSha256))
      throw new ProofInvalid(`${name} key: expected one of the ${pins.length} pinned keys, got ${openssh}`)
  return { count: 2, value: { attestationKey, logKey: { origin, publicKeyPem: logPem }, fingerprints, pinned } }
}

/** The key in the one form in which it is written. A private key would be read as its public one: it is refused. */
function pemIn(bytes: Uint8Array): string {
  const pem = textOf(bytes)
  let again: string | Buffer
  try {
    again = createPublicKey(pem).export({ format: 'pem', type: 'spki' })
  } catch {
    throw new FormatInvalid('expected a public key in PEM, got another text')
  }
  if (again !== pem) throw new FormatInvalid('expected the PEM of a SubjectPublicKeyInfo alone, got another text')
  return pem
}
