import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Keys, Signer } from '../../lib/ports.ts'

const pem = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }) as string

/** A key, and a deployment that has no other one: it is the one of every number. */
export type OnlyKey = Signer & Keys

/** The same key for every number. */
export function onlyKey(signer: Signer): OnlyKey {
  return { ...signer, numbered: () => signer }
}

/** A P-256 key that lives as long as the test. */
export function memoryAttestationSigner(): OnlyKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const text = pem(publicKey)
  return onlyKey({
    publicKey: async () => text,
    sign: async (message) => new Uint8Array(sign('sha256', message, privateKey)),
  })
}

/** An Ed25519 key that lives as long as the test. */
export function memoryLogSigner(): OnlyKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const text = pem(publicKey)
  return onlyKey({
    publicKey: async () => text,
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
  })
}
