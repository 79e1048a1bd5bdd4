import { createPublicKey, hash, type KeyObject } from 'node:crypto'
import { GetPublicKeyCommand, type KMSClient, SignCommand, type SignCommandInput } from '@aws-sdk/client-kms'
import { KeyUnsafe, TooLarge } from '../errors.ts'
import type { AttestationSigner, LogSigner, Signer } from '../ports.ts'
import { calling, faultOf, isFault } from './faults.ts'

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

/** What KMS knows the key of a number by, from 1: an ARN, or an alias where nothing is signed. @throws KeyUnsafe when there is none */
export type KeyIds = (number: number) => string

/** Keys by their ARNs, first the one that was in force first. `setting`: where a deployment says how many there are. */
export function keyIdsIn(arns: readonly string[], kind: 'attestation' | 'log', setting: string): KeyIds {
  return (number) => {
    const arn = arns[number - 1]
    if (arn !== undefined) return arn
    throw new KeyUnsafe(
      `${kind} key ${number}: expected it among the keys of this deployment, which has ${arns.length}: ${setting} of serverless.yml says how many are deployed`,
    )
  }
}

/** Signs attestations with P-256 keys in KMS, which is sent their digest. @throws KeyUnsafe */
export function kmsAttestationSigner(client: KMSClient, ids: KeyIds): AttestationSigner {
  return keysInKms(client, ids, p256, (message, send) =>
    send({ Message: hash('sha256', message, 'buffer'), MessageType: 'DIGEST' }),
  )
}

/** Signs checkpoints with Ed25519 keys in KMS, as they are: they are a few hundred bytes. @throws KeyUnsafe @throws TooLarge */
export function kmsLogSigner(client: KMSClient, ids: KeyIds): LogSigner {
  return keysInKms(client, ids, ed25519, (message, send) => {
    if (message.byteLength > longestMessage)
      throw new TooLarge(`log key: message: expected at most ${longestMessage} bytes, got ${message.byteLength}`)
    return send({ Message: message, MessageType: 'RAW' })
  })
}

type Send = (message: Pick<SignCommandInput, 'Message' | 'MessageType'>) => Promise<Uint8Array>

function keysInKms(
  client: KMSClient,
  ids: KeyIds,
  kind: Kind,
  signBy: (message: Uint8Array, send: Send) => Promise<Uint8Array>,
): AttestationSigner {
  const opened = new Map<string, Signer>()
  const open = (id: string): Signer => {
    const { publicKey, sign } = keyInKms(client, id, kind)
    return { publicKey, sign: async (message) => signBy(message, sign) }
  }
  return {
    numbered(number) {
      const key = () => {
        const id = ids(number)
        const known = opened.get(id) ?? open(id)
        opened.set(id, known)
        return known
      }
      return { publicKey: async () => key().publicKey(), sign: async (message) => key().sign(message) }
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

/** Whether KMS knows a key by this name. */
export async function hasKey(client: KMSClient, keyId: string): Promise<boolean> {
  try {
    await client.send(new GetPublicKeyCommand({ KeyId: keyId }))
    return true
  } catch (error) {
    if (isFault(error, 'NotFoundException')) return false
    throw faultOf('keys: public key', error)
  }
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
