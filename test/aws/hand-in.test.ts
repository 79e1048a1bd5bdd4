import { createHash, randomBytes } from 'node:crypto'
import type { LambdaClient } from '@aws-sdk/client-lambda'
import { GetObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { namesOf } from '../../lib/aws/deployment-names.ts'
import { s3Intake } from '../../lib/aws/s3-intake.ts'
import { ManifestInvalid } from '../../lib/errors.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { newBucket } from './bucket/buckets.ts'

/** The intake bucket as people use it: one configuration that nobody overwrites unseen, and manifests of any size. */

const partBytes = 5 * 1024 * 1024
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe.skipIf(withoutMinistack)(`handing in ${onMinistack}`, () => {
  let server: Ministack
  let s3: S3Client
  beforeAll(async () => {
    server = await startMinistack()
    s3 = new S3Client(server)
  })
  afterAll(() => server?.stop())

  async function newIntake() {
    const names = namesOf({ stage: 'x', partition: 'aws', account: '000000000000', region: 'us-east-1' })
    const bucket = await newBucket(s3)
    return {
      bucket,
      intake: s3Intake({ s3, lambda: {} as LambdaClient, names: { ...names, intakeBucket: bucket }, partBytes }),
    }
  }

  async function* chunksOf(bytes: Uint8Array, size = 1 << 20) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }

  const stored = async (bucket: string, key: string) =>
    (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body!.transformToByteArray()

  it('puts a configuration only in the place of the one that was seen', async () => {
    const { intake } = await newIntake()
    expect(await intake.readConfig()).toBeUndefined()
    expect(await intake.putConfig('one', undefined)).toBe('put')
    const one = await intake.readConfig()
    expect(Buffer.from(one!.body).toString()).toBe('one')
    expect(await intake.putConfig('two', undefined)).toBe('moved')
    expect(await intake.putConfig('two', one!.etag)).toBe('put')
    expect(await intake.putConfig('three', one!.etag)).toBe('moved')
    expect(Buffer.from((await intake.readConfig())!.body).toString()).toBe('two')
  })

  for (const size of [1, partBytes - 1, partBytes, partBytes + 1, 2 * partBytes + 12_345])
    it(`uploads a manifest of ${size} bytes whole`, async () => {
      const { bucket, intake } = await newIntake()
      const manifest = randomBytes(size)
      await intake.putManifest('manifests/x', chunksOf(manifest), sha256(manifest))
      expect(sha256(await stored(bucket, 'manifests/x'))).toBe(sha256(manifest))
      expect(await Array.fromAsync(intake.manifests())).toEqual(['manifests/x'])
    })

  it('leaves nothing of a manifest that changes while it is uploaded', async () => {
    const { bucket, intake } = await newIntake()
    const manifest = randomBytes(partBytes + 1)
    await expect(intake.putManifest('manifests/x', chunksOf(manifest), sha256(randomBytes(1)))).rejects.toThrow(
      ManifestInvalid,
    )
    expect(await Array.fromAsync(intake.manifests())).toEqual([])
    const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    expect(Uploads ?? []).toEqual([])
  })

  it('keeps a manifest that is there already', async () => {
    const { bucket, intake } = await newIntake()
    const manifest = randomBytes(100)
    for (let time = 0; time < 2; time++) await intake.putManifest('manifests/x', chunksOf(manifest), sha256(manifest))
    expect(sha256(await stored(bucket, 'manifests/x'))).toBe(sha256(manifest))
  })
})
