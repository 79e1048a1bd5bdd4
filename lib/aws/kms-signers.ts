import { createPublicKey, hash, type KeyObject } from 'node:crypto'
import { GetPublicKeyCommand, type KMSClient, SignCommand, type SignCommandInput } from '@aws-sdk/client-kms'
import { KeyUnsafe, TooLarge } from '../errors.ts'
import type { AttestationSigner, LogSigner } from '../ports.ts'
import { calling } from './faults.ts'

/** KMS takes no longer message as it is. */
const longestMessage = 4096

type Kind = { name: string; spec: string; algorithm: 'ECDSA_SHA_256' | 'ED25519_SHA_512'; is(key: KeyObject): boolean }

const p256: Kind = {
  name: 'attestation key',
  spec: 'ECC_NIST_P256',
  algorithm: 'ECDSA_SHA_256',
  is: (key) => key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
}

const ed25519: Kind = {
  name: 'log key',
  spec: 'ECC_NIST_EDWARDS25519',
  algorithm: 'ED25519_SHA_512',
  is: (key) => key.asymmetricKeyType === 'ed25519',
}

/** Signs attestations with a P-256 key in KMS, which is sent their digest. @throws KeyUnsafe */
export function kmsAttestationSigner(client: KMSClient, keyId: string): AttestationSigner {
  const { publicKey, sign } = keyInKms(client, keyId, p256)
  return {
    publicKey,
    sign: (message) => sign({ Message: hash('sha256', message, 'buffer'), MessageType: 'DIGEST' }),
  }
}

/** Signs checkpoints with an Ed25519 key in KMS, as they are: they are a few hundred bytes. @throws KeyUnsafe @throws TooLarge */
export function kmsLogSigner(client: KMSClient, keyId: string): LogSigner {
  const { publicKey, sign } = keyInKms(client, keyId, ed25519)
  return {
    publicKey,
    async sign(message) {
      if (message.byteLength > longestMessage)
        throw new TooLarge(`log key: message: expected at most ${longestMessage} bytes, got ${message.byteLength}`)
      return sign({ Message: message, MessageType: 'RAW' })
    },
  }
}

/** A key never changes under its ARN: its public half is asked for once, and looked at before anything is signed. */
function keyInKms(client: KMSClient, keyId: string, kind: Kind) {
  const { name, algorithm } = kind
  let pem: Promise<string> | undefined
  const publicKey = (): Promise<string> => {
    pem ??= readPublicKey(client, keyId, kind).catch((error) => {
      pem = undefined
      throw error
    })
    return pem
  }
  const sign = async (message: Pick<SignCommandInput, 'Message' | 'MessageType'>): Promise<Uint8Array> => {
    await publicKey()
    const command = new SignCommand({ KeyId: keyId, SigningAlgorithm: algorithm, ...message })
    const { Signature } = await calling(`${name}: sign`, () => client.send(command))
    if (!Signature?.length) throw new KeyUnsafe(`${name}: expected a signature, got none`)
    return new Uint8Array(Signature)
  }
  return { publicKey, sign }
}

async function readPublicKey(client: KMSClient, keyId: string, kind: Kind): Promise<string> {
  const { name, spec, algorithm } = kind
  const reply = await calling(`${name}: public key`, () => client.send(new GetPublicKeyCommand({ KeyId: keyId })))
  const { PublicKey, KeySpec, KeyUsage, SigningAlgorithms = [] } = reply
  if (KeySpec !== spec || KeyUsage !== 'SIGN_VERIFY' || !SigningAlgorithms.includes(algorithm))
    throw new KeyUnsafe(`${name}: expected ${spec} for SIGN_VERIFY by ${algorithm}, got ${KeySpec} for ${KeyUsage}`)
  const key = parsePublicKey(PublicKey)
  if (!key || !kind.is(key)) throw new KeyUnsafe(`${name}: expected the public half of ${spec}, got something else`)
  return String(key.export({ type: 'spki', format: 'pem' }))
}

function parsePublicKey(der: Uint8Array | undefined): KeyObject | undefined {
  try {
    return der && createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}
