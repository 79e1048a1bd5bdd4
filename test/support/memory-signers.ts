import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { AttestationSigner, LogSigner } from '../../lib/ports.ts'

const pem = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }) as string

/** A P-256 key that lives as long as the test. */
export function memoryAttestationSigner(): AttestationSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const text = pem(publicKey)
  return {
    publicKey: async () => text,
    sign: async (message) => new Uint8Array(sign('sha256', message, privateKey)),
  }
}

/** An Ed25519 key that lives as long as the test. */
export function memoryLogSigner(): LogSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const text = pem(publicKey)
  return {
    publicKey: async () => text,
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
  }
}
