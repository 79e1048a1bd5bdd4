import { createPublicKey, type KeyObject } from 'node:crypto'

/** A key and its SubjectPublicKeyInfo (DER). */
export type PublicKey = { key: KeyObject; spki: Buffer }

/** A bundle has few keys and many signatures: to read a key takes longer than to verify one. */
const read = new Map<string, PublicKey>()
const mostRead = 16

/** Reads a public key in PEM. @throws what Node.js says of another text */
export function readPublicKey(pem: string): PublicKey {
  const known = read.get(pem)
  if (known !== undefined) return known
  const key = createPublicKey(pem)
  const one = { key, spki: key.export({ format: 'der', type: 'spki' }) }
  if (read.size >= mostRead) read.clear()
  read.set(pem, one)
  return one
}
