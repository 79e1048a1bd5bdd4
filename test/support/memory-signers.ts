import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { KeyKind } from '../../lib/attestation/key-chain.ts'
import { KeyUnsafe } from '../../lib/errors.ts'
import type { KeyRetirement, Keys, Signer } from '../../lib/ports.ts'

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

/** Keys of a deployment that lie beside each other, `many` of each kind. A retired one signs nothing any more. */
export function memoryKeys(many: number) {
  const keys: Record<KeyKind, OnlyKey[]> = {
    attestation: Array.from({ length: many }, memoryAttestationSigner),
    log: Array.from({ length: many }, memoryLogSigner),
  }
  const retired = new Set<string>()
  const numbered = (kind: KeyKind): Keys => ({
    numbered(number) {
      const key = async () => {
        const found = keys[kind][number - 1]
        if (found === undefined) throw new KeyUnsafe(`${kind} key ${number}: expected it to be deployed`)
        return found
      }
      return {
        publicKey: async () => (await key()).publicKey(),
        sign: async (message) => {
          if (retired.has(`${kind} ${number}`)) throw new KeyUnsafe(`${kind} key ${number}: disabled`)
          return (await key()).sign(message)
        },
      }
    },
  })
  const keyRetirement: KeyRetirement = {
    async retire(kind, number) {
      retired.add(`${kind} ${number}`)
      return 'disabled'
    },
  }
  return { keys, retired, attestationSigner: numbered('attestation'), logSigner: numbered('log'), keyRetirement }
}
