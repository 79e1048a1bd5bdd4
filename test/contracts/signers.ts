import { createHash, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Signer } from '../../lib/ports.ts'

const message = Buffer.from('a message that nobody else signs')
const isPem = /^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n$/

export function attestationSignerContract(name: string, make: () => Promise<Signer>): void {
  describe(`${name} as the signer of attestations`, () => {
    it('signs the message itself, with ECDSA over SHA-256, in DER', async () => {
      const signer = await make()
      const [key, signature] = [await signer.publicKey(), await signer.sign(message)]
      expect(key).toMatch(isPem)
      expect(signature[0]).toBe(0x30)
      expect(verify('sha256', message, key, signature)).toBe(true)
      expect(verify('sha256', createHash('sha256').update(message).digest(), key, signature)).toBe(false)
    })

    for (const size of [0, 1, 4096, 4097, 300_000])
      it(`signs a message of ${size} bytes`, async () => {
        const signer = await make()
        const long = Buffer.alloc(size, 'm')
        expect(verify('sha256', long, await signer.publicKey(), await signer.sign(long))).toBe(true)
      })
  })
}

export function logSignerContract(name: string, make: () => Promise<Signer>): void {
  describe(`${name} as the signer of the log`, () => {
    it('signs with pure Ed25519, the same message always alike', async () => {
      const signer = await make()
      const [key, signature] = [await signer.publicKey(), await signer.sign(message)]
      expect(key).toMatch(isPem)
      expect(signature).toHaveLength(64)
      expect(verify(null, message, key, signature)).toBe(true)
      expect(await signer.sign(message)).toEqual(signature)
    })
  })
}
