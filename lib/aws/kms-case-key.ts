import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms'
import { EvidenceMissing, KeyUnsafe } from '../errors.ts'
import type { CaseKey, Evidence } from '../ports.ts'
import { calling, faultOf, isFault } from './faults.ts'

/** Where the wrapped key lies among the evidence; roles name it. */
const wrappedKey = 'keys/case-key'

/**
 * The case key: made by KMS when there is none, and kept wrapped, where the first write wins. Which function may make it
 * is for its role to say. `deployment` is bound to it: what another one wrapped does not open here. Durable step: the
 * `put` of the wrapped key. A crash before it leaves nothing; after it, every read gives this key.
 * @throws KeyUnsafe
 */
export function kmsCaseKey(
  client: KMSClient,
  evidence: Evidence,
  { keyId, deployment }: { keyId: string; deployment: string },
): CaseKey {
  const EncryptionContext = { deployment }

  const make = async (): Promise<Uint8Array> => {
    const command = new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext })
    const { CiphertextBlob } = await client.send(command).catch((error) => {
      if (isFault(error, 'AccessDeniedException'))
        throw new KeyUnsafe('case key: expected one that build-index made, got none: only build-index may make it', {
          cause: error,
        })
      throw faultOf('case key: make', error)
    })
    if (!CiphertextBlob?.length) throw new KeyUnsafe('case key: expected KMS to wrap one, got nothing')
    await evidence.put(wrappedKey, CiphertextBlob)
    // Another one may have been faster: what is stored is the key.
    return evidence.get(wrappedKey)
  }

  const read = async (): Promise<Uint8Array> => {
    const wrapped = await evidence.get(wrappedKey).catch((error) => {
      if (error instanceof EvidenceMissing) return make()
      throw error
    })
    const command = new DecryptCommand({ KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext })
    const { Plaintext } = await calling('case key: unwrap', () => client.send(command)).catch((error) => {
      if (isFault(error.cause, 'InvalidCiphertextException', 'IncorrectKeyException'))
        throw new KeyUnsafe('case key: expected one that this deployment wrapped, got another', { cause: error.cause })
      throw error
    })
    if (Plaintext?.length !== 32) throw new KeyUnsafe(`case key: expected 32 bytes, got ${Plaintext?.length ?? 0}`)
    return new Uint8Array(Plaintext)
  }

  let cached: Promise<Uint8Array> | undefined
  return {
    async read() {
      cached ??= read().catch((error) => {
        cached = undefined
        throw error
      })
      return (await cached).slice()
    },
  }
}
