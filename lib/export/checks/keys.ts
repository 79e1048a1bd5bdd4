import { createPublicKey } from 'node:crypto'
import type { KeyKind } from '../../attestation/key-chain.ts'
import { FormatInvalid, ProofInvalid } from '../../errors.ts'
import { formatPolicy, formatVkey, parseVkey } from '../../log/vkey.ts'
import { bundlePaths, retiredKeyPath } from '../bundle-paths.ts'
import { attestationKeyFingerprint, type KeyFingerprint, logKeyFingerprint } from '../key-fingerprint.ts'
import { at, type Checked } from '../run-check.ts'
import { textOf } from '../text-of.ts'
import type { Layout } from './layout.ts'

/** Keys that a bundle brings, PEM, oldest first; the last one of each kind is in force at the end of the log. */
export type KeyFiles = Record<KeyKind, string[]> & {
  /** The name of the log. */
  origin: string
  pinned: boolean
}

const fingerprints: Record<KeyKind, (pem: string) => KeyFingerprint> = {
  attestation: attestationKeyFingerprint,
  log: logKeyFingerprint,
}

/**
 * The keys are what they are called, all forms of the log's key are one key, and when the auditor pinned keys (SHA-256
 * of the SubjectPublicKeyInfo), one of each kind is among them: a bundle never vouches for its own keys. Whether the
 * other keys of that kind follow from it is for the transitions to show.
 */
export function checkKeys(layout: Layout, pins: readonly string[]): Checked<KeyFiles> {
  const retired = (kind: KeyKind) =>
    layout.retired[kind].map((bytes, i) => at(retiredKeyPath(kind, i + 1), () => pemIn(bytes)))
  const keys = {
    attestation: [...retired('attestation'), at('attestation key', () => pemIn(layout.attestationKey))],
    log: [...retired('log'), at('log key', () => pemIn(layout.logKey))],
  }
  const pinned = pins.length > 0
  const { name: origin } = at('keys/log.vkey', () => parseVkey(textOf(layout.vkey).replace(/\n$/, '')))
  const prints = {
    attestation: keys.attestation.map(fingerprints.attestation),
    log: keys.log.map(fingerprints.log),
  }
  const vkey = formatVkey(origin, keys.log.at(-1)!)
  if (textOf(layout.vkey) !== `${vkey}\n`)
    throw new ProofInvalid(`keys/log.vkey: expected the key in ${bundlePaths.logKey}, got another`)
  if (textOf(layout.policy) !== formatPolicy(vkey))
    throw new ProofInvalid('log/policy: expected the key in keys/log.vkey and no witness, got another policy')
  for (const kind of ['attestation', 'log'] as const)
    if (pinned && !prints[kind].some(({ spkiSha256 }) => pins.includes(spkiSha256)))
      throw new ProofInvalid(
        `${kind} key: expected one of the ${pins.length} pinned keys, got ${prints[kind].map(({ openssh }) => openssh).join(' and ')}`,
      )
  return { count: keys.attestation.length + keys.log.length, value: { ...keys, origin, pinned } }
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
