import { createPublicKey, hash } from 'node:crypto'
import { formatBase64, parseBase64 } from '../attestation/base64.ts'
import { readPublicKey } from '../attestation/public-key.ts'
import { FormatInvalid } from '../errors.ts'

/** The log's public key, as other people's verifiers read it (C2SP signed-note). Only Ed25519, type 0x01. */

const ed25519 = 1

/** @throws FormatInvalid unless the name can stand in a signature line: no space, control character or plus. */
export function requireKeyName(name: string, where: string): void {
  if (!/^[^\s\x00-\x20\x7f\x85+]+$/u.test(name) || !name.isWellFormed())
    throw new FormatInvalid(`${where}: expected a name without spaces, control characters and plus signs, got another`)
}

/** The 32 bytes of an Ed25519 public key (SubjectPublicKeyInfo, PEM). @throws FormatInvalid */
function rawEd25519Of(publicKeyPem: string): Uint8Array {
  const { key, spki } = publicKeyOf(publicKeyPem)
  if (key.asymmetricKeyType !== 'ed25519')
    throw new FormatInvalid(`log key: type: expected ed25519, got ${key.asymmetricKeyType}`)
  return new Uint8Array(spki.subarray(-32))
}

/** The OpenSSH fingerprint of an Ed25519 key: `SHA256:` and base64 without padding, as `ssh-keygen -lf` shows it. */
export function ed25519Fingerprint(publicKeyPem: string): string {
  const wire = [Buffer.from('ssh-ed25519'), rawEd25519Of(publicKeyPem)].flatMap((part) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(part.length)
    return [length, part]
  })
  return `SHA256:${hash('sha256', Buffer.concat(wire), 'base64').replace(/=+$/, '')}`
}

/** The first four bytes of SHA-256(name ‖ newline ‖ type ‖ key), by which a signature line names its key. */
export function keyIdOf(name: string, publicKeyPem: string): Uint8Array {
  const encoded = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ed25519), rawEd25519Of(publicKeyPem)])
  return new Uint8Array(hash('sha256', encoded, 'buffer').subarray(0, 4))
}

/** One line, without a newline: `name+key id+key`. */
export function formatVkey(name: string, publicKeyPem: string): string {
  requireKeyName(name, 'vkey: name')
  const key = Buffer.concat([Buffer.of(ed25519), rawEd25519Of(publicKeyPem)])
  return `${name}+${Buffer.from(keyIdOf(name, publicKeyPem)).toString('hex')}+${formatBase64(key)}`
}

/** @throws FormatInvalid for another text than `formatVkey` writes. */
export function parseVkey(text: string): { name: string; publicKeyPem: string } {
  const parts = /^([^+]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/]+={0,2})$/u.exec(text)
  if (!parts) throw new FormatInvalid('vkey: expected name+key id+key, got another text')
  const key = parseBase64(parts[2]!, 'vkey: key')
  if (key.length !== 33 || key[0] !== ed25519)
    throw new FormatInvalid('vkey: key: expected an Ed25519 key of type 1, got another')
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key.subarray(1)).toString('base64url') }
  const publicKeyPem = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' }) as string
  if (formatVkey(parts[1]!, publicKeyPem) !== text)
    throw new FormatInvalid('vkey: key id: expected the one of the name and key, got another')
  return { name: parts[1]!, publicKeyPem }
}

/** A C2SP tlog-policy that trusts this log and asks for no witness. */
export function formatPolicy(vkey: string): string {
  return `log ${vkey}\nquorum none\n`
}

function publicKeyOf(pem: string) {
  try {
    return readPublicKey(pem)
  } catch (cause) {
    throw new FormatInvalid('log key: expected a public key in PEM, got another text', { cause })
  }
}
