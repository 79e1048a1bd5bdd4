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

/** A key that the auditor brought: the SHA-256 of its SubjectPublicKeyInfo. */
export type Pin = { kind: KeyKind; spkiSha256: string }

/** What is said where the auditor brought no key of a kind, whatever the bundle's is. */
export const noneOfThisKind = 'expected one of this kind among the pinned keys, got only others'

const fingerprints: Record<KeyKind, (pem: string) => KeyFingerprint> = {
  attestation: attestationKeyFingerprint,
  log: logKeyFingerprint,
}

/**
 * The keys are what they are called, all forms of the log's key are one key, and when the auditor pinned keys, they are those
 * of the bundle: a bundle never vouches for its own keys. Whether the other keys of a kind follow from a pinned one is for
 * the transitions to show.
 */
export function checkKeys(layout: Layout, pins: readonly Pin[]): Checked<KeyFiles> {
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
  for (const kind of ['attestation', 'log'] as const) if (pinned) requirePinned(kind, prints[kind], pins)
  return { count: keys.attestation.length + keys.log.length, value: { ...keys, origin, pinned } }
}

/**
 * One pinned key of the kind is in the bundle. When another one is not, the last key is pinned itself: the bundle is older
 * than the missing key then. Otherwise whoever got hold of a retired key could lead from it to a key of their own, past the
 * one that the auditor knows to have followed.
 */
function requirePinned(kind: KeyKind, prints: readonly KeyFingerprint[], pins: readonly Pin[]): void {
  const own = pins.filter((pin) => pin.kind === kind)
  const isIn = ({ spkiSha256 }: Pin) => prints.some((print) => print.spkiSha256 === spkiSha256)
  if (own.length === 0) throw new ProofInvalid(`${kind} key: ${noneOfThisKind}`)
  if (!own.some(isIn))
    throw new ProofInvalid(
      `${kind} key: expected one of the pinned keys of this kind (${own.length}), got ${prints.map(({ openssh }) => openssh).join(' and ')}`,
    )
  const last = prints.at(-1)!
  if (!own.every(isIn) && own.every(({ spkiSha256 }) => spkiSha256 !== last.spkiSha256))
    throw new ProofInvalid(
      `${kind} key: expected all ${own.length} pinned keys, or a pinned one to be the last, got ${last.openssh} as the last`,
    )
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
