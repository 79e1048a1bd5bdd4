import { verify } from 'node:crypto'
import { CreateKeyCommand, DisableKeyCommand, type KeySpec, KMSClient } from '@aws-sdk/client-kms'
import { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bulkCalls, smallCalls } from '../../lib/aws/client-options.ts'
import { kmsCaseKey } from '../../lib/aws/kms-case-key.ts'
import { kmsRetirement } from '../../lib/aws/kms-retirement.ts'
import { keyIdsIn, kmsAttestationSigner, kmsLogSigner } from '../../lib/aws/kms-signers.ts'
import { s3Evidence } from '../../lib/aws/s3-evidence.ts'
import { KeyUnsafe, ServiceRefused, TooLarge } from '../../lib/errors.ts'
import { caseKeyContract } from '../contracts/case-key.ts'
import { attestationSignerContract, logSignerContract } from '../contracts/signers.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { newBucket } from './bucket/buckets.ts'

describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Ministack
  let client: KMSClient
  let s3: S3Client
  beforeAll(async () => {
    server = await startMinistack()
    client = new KMSClient({ ...smallCalls, ...server })
    s3 = new S3Client({ ...bulkCalls, ...server })
  })
  afterAll(async () => {
    client?.destroy()
    s3?.destroy()
    await server?.stop()
  })

  const newKey = async (spec: KeySpec = 'SYMMETRIC_DEFAULT') => {
    const usage = spec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : 'SIGN_VERIFY'
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ KeySpec: spec, KeyUsage: usage }))
    return KeyMetadata!.Arn!
  }

  const open = (signers: typeof kmsLogSigner, keyId: string, kms = client) => signers(kms, () => keyId).numbered(1)

  attestationSignerContract('KMS', async () => open(kmsAttestationSigner, await newKey('ECC_NIST_P256')))
  logSignerContract('KMS', async () => open(kmsLogSigner, await newKey('ECC_NIST_EDWARDS25519')))

  const newDeployment = async () => {
    const [evidence, keyId] = [s3Evidence(s3, await newBucket(s3)), await newKey()]
    const open = (deployment = 'odv-test') => kmsCaseKey(client, evidence, { keyId, deployment })
    return { evidence, key: open(), open, reopen: () => open() }
  }
  caseKeyContract('a key that KMS wrapped', newDeployment)

  /** KMS as it is towards whoever gives it the wrong key, or has no right. */
  const answering = (name: string) => {
    const refusing = new KMSClient({ ...smallCalls, ...server })
    const fault = Object.assign(new Error('arn:aws:iam::1:role/x'), { name, $metadata: { httpStatusCode: 400 } })
    refusing.middlewareStack.add(() => () => Promise.reject(fault), { step: 'finalizeRequest' })
    return refusing
  }

  describe('a signer in KMS', () => {
    it('asks for the public key once, and again after it was not answered', async () => {
      const keyId = await newKey('ECC_NIST_EDWARDS25519')
      let calls = 0
      const counting = new KMSClient({ ...smallCalls, ...server, maxAttempts: 1 })
      counting.middlewareStack.add(
        (next) => async (args) => {
          calls += 1
          if (calls === 1) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' })
          return next(args)
        },
        { step: 'finalizeRequest' },
      )
      const signer = open(kmsLogSigner, keyId, counting)
      await expect(signer.publicKey()).rejects.toMatchObject({ name: 'ServiceUnavailable' })
      const pems = [await signer.publicKey(), await signer.publicKey(), await signer.publicKey()]
      expect(new Set(pems).size).toBe(1)
      expect(calls).toBe(2)
    })

    it('does not sign a checkpoint that is longer than KMS takes', async () => {
      const signer = open(kmsLogSigner, await newKey('ECC_NIST_EDWARDS25519'))
      expect(await signer.sign(new Uint8Array(4096))).toHaveLength(64)
      await expect(signer.sign(new Uint8Array(4097))).rejects.toThrow(TooLarge)
    })

    const others: { name: string; spec: KeySpec; signer: typeof kmsAttestationSigner }[] = [
      { name: 'Ed25519 for attestations', spec: 'ECC_NIST_EDWARDS25519', signer: kmsAttestationSigner },
      { name: 'P-384 for attestations', spec: 'ECC_NIST_P384', signer: kmsAttestationSigner },
      { name: 'secp256k1 for attestations', spec: 'ECC_SECG_P256K1', signer: kmsAttestationSigner },
      { name: 'RSA for attestations', spec: 'RSA_2048', signer: kmsAttestationSigner },
      { name: 'P-256 for the log', spec: 'ECC_NIST_P256', signer: kmsLogSigner },
    ]
    for (const { name, spec, signer } of others)
      it(`is refused: ${name}`, async () => {
        const wrong = open(signer, await newKey(spec))
        await expect(wrong.publicKey()).rejects.toThrow(KeyUnsafe)
        await expect(wrong.sign(new Uint8Array(1))).rejects.toThrow(KeyUnsafe)
      })

    it('takes the key of the number that is asked for, and names one that is not deployed', async () => {
      const ids = [await newKey('ECC_NIST_P256'), await newKey('ECC_NIST_P256')]
      const signers = kmsAttestationSigner(client, keyIdsIn(ids, 'attestation', 'params.attestationKeys'))
      const [first, second] = [signers.numbered(1), signers.numbered(2)]
      expect(await first.publicKey()).toBe(await open(kmsAttestationSigner, ids[0]!).publicKey())
      expect(verify('sha256', Buffer.from('m'), await second.publicKey(), await second.sign(Buffer.from('m')))).toBe(
        true,
      )
      expect(await first.publicKey()).not.toBe(await second.publicKey())
      for (const use of [signers.numbered(3).publicKey(), signers.numbered(3).sign(new Uint8Array(1))])
        await expect(use).rejects.toThrow(
          'attestation key 3: expected it among the keys of this deployment, which has 2',
        )
    })

    it('that is taken out of use signs no more, also when that is repeated', async () => {
      const ids = [await newKey('ECC_NIST_P256'), await newKey('ECC_NIST_P256')]
      const keyIds = keyIdsIn(ids, 'attestation', 'params.attestationKeys')
      const retirement = kmsRetirement(client, { attestation: keyIds, log: keyIds })
      const signers = kmsAttestationSigner(client, keyIds)
      await signers.numbered(1).sign(new Uint8Array(1))
      for (let i = 0; i < 2; i += 1) expect(await retirement.retire('attestation', 1)).toBe('disabled')
      await expect(signers.numbered(1).sign(new Uint8Array(1))).rejects.toThrow(ServiceRefused)
      expect(await signers.numbered(2).sign(new Uint8Array(1))).toHaveProperty('length')
    })

    it('says which key cannot be used, in our words', async () => {
      const keyId = await newKey('ECC_NIST_P256')
      await client.send(new DisableKeyCommand({ KeyId: keyId }))
      const error = await open(kmsAttestationSigner, keyId)
        .sign(new Uint8Array(1))
        .catch((thrown) => thrown)
      expect(error).toBeInstanceOf(ServiceRefused)
      expect(error.message).toBe('attestation key: sign: expected to be served, got DisabledException (HTTP 400)')
    })
  })

  describe('the case key in KMS', () => {
    it('lies among the evidence, wrapped', async () => {
      const { evidence, key } = await newDeployment()
      const secret = Buffer.from(await key.read())
      const wrapped = Buffer.from(await evidence.get('keys/case-key'))
      expect(wrapped.includes(secret)).toBe(false)
      expect(wrapped.length).toBeGreaterThan(32)
    })

    it('does not open under the name of another deployment', async () => {
      const { key, open } = await newDeployment()
      await key.read()
      await expect(open('odv-other').read()).rejects.toThrow(KeyUnsafe)
    })

    it('does not open with another key, as KMS says', async () => {
      const { evidence, key } = await newDeployment()
      await key.read()
      const reading = kmsCaseKey(answering('IncorrectKeyException'), evidence, { keyId: 'k', deployment: 'odv-test' })
      await expect(reading.read()).rejects.toThrow(KeyUnsafe)
    })

    it('does not open when it was replaced', async () => {
      const { evidence, key } = await newDeployment()
      await evidence.put('keys/case-key', 'something else')
      await expect(key.read()).rejects.toThrow(KeyUnsafe)
    })

    it('is not made by a function that may not make it, which says so', async () => {
      const { evidence } = await newDeployment()
      const forbidden = answering('AccessDeniedException')
      const reading = kmsCaseKey(forbidden, evidence, { keyId: 'k', deployment: 'odv-test' }).read()
      await expect(reading).rejects.toThrow(KeyUnsafe)
      await expect(reading).rejects.toThrow('only build-index may make it')
      expect(await evidence.has('keys/case-key')).toBe(false)
    })
  })
})
