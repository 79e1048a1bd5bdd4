import { hash } from 'node:crypto'
import { keyFingerprint } from '../attestation/envelope.ts'
import { readPublicKey } from '../attestation/public-key.ts'
import { ed25519Fingerprint } from '../log/vkey.ts'

/**
 * The two forms in which people compare a public key: OpenSSH's, as `ssh-keygen -lf` shows it, and the SHA-256 (hex) of
 * its SubjectPublicKeyInfo, as `openssl pkey -pubin -outform DER | sha256sum` gives it.
 */
export type KeyFingerprint = { openssh: string; spkiSha256: string }

/** @throws FormatInvalid unless it is an ECDSA P-256 key in PEM. */
export function attestationKeyFingerprint(pem: string): KeyFingerprint {
  return { openssh: keyFingerprint(pem), spkiSha256: spkiSha256Of(pem) }
}

/** @throws FormatInvalid unless it is an Ed25519 key in PEM. */
export function logKeyFingerprint(pem: string): KeyFingerprint {
  return { openssh: ed25519Fingerprint(pem), spkiSha256: spkiSha256Of(pem) }
}

function spkiSha256Of(pem: string): string {
  return hash('sha256', readPublicKey(pem).spki, 'hex')
}
