import { randomBytes } from 'node:crypto'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bulkCalls } from '../../lib/aws/client-options.ts'
import { s3Manifests } from '../../lib/aws/s3-manifests.ts'
import { ManifestAbsent, ManifestInvalid } from '../../lib/errors.ts'
import { manifestsContract } from '../contracts/manifests.ts'
import type { Loopback } from '../support/ministack.ts'
import { onRadosgw, startRadosgw, withoutRadosgw } from '../support/radosgw.ts'
import { newBucket } from './bucket/buckets.ts'
import { faultyWire } from './faulty-wire.ts'

describe('a manifest of which the bucket says nothing', () => {
  const opening = (httpStatusCode: number) => {
    const client = { send: () => Promise.reject(Object.assign(new Error('no'), { $metadata: { httpStatusCode } })) }
    const manifests = s3Manifests(client as unknown as S3Client, 'intake')
    return manifests.open('manifests/ids.csv').catch((error: unknown) => error)
  }

  it('is absent where it is not there, and refused where it may not be read: it may have taken somebody back', async () => {
    expect(await opening(404)).toBeInstanceOf(ManifestAbsent)
    const refused = await opening(403)
    expect(refused).toBeInstanceOf(ManifestInvalid)
    expect(refused).not.toBeInstanceOf(ManifestAbsent)
    expect(String(refused)).toContain('that may be read, got a refusal (403)')
  })
})

describe.skipIf(withoutRadosgw)(onRadosgw, () => {
  let server: Loopback & { stop(): Promise<void> }
  let client: S3Client
  beforeAll(async () => {
    server = await startRadosgw()
    client = new S3Client({ ...bulkCalls, ...server })
  })
  afterAll(async () => {
    client?.destroy()
    await server?.stop()
  })

  // Evidence and anchor are not for this server: in a bucket with versions it leaves If-None-Match out of account.
  manifestsContract('a bucket', async () => {
    const bucket = await newBucket(client)
    return {
      manifests: s3Manifests(client, bucket),
      async put(Body) {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'manifests/ids.csv', Body }))
        return 'manifests/ids.csv'
      },
      none: 'manifests/none.csv',
    }
  })

  it('a manifest is read in the version that was opened, each byte once, when the connection breaks ten times', async () => {
    const [wire, bucket] = [await faultyWire(server.endpoint), await newBucket(client)]
    const put = (Body: Uint8Array) =>
      client.send(new PutObjectCommand({ Bucket: bucket, Key: 'manifests/ids.csv', Body }))
    const body = randomBytes(300_000)
    await put(body)
    const over = new S3Client({ ...bulkCalls, ...server, endpoint: wire.endpoint })
    try {
      wire.plan((place) => (place > 0 && place < 11 ? 'reply-cut' : 'none'))
      const chunks = await s3Manifests(over, bucket).open('manifests/ids.csv')
      await put(randomBytes(300_000))
      const got: Buffer[] = []
      for await (const chunk of chunks) got.push(Buffer.from(chunk))
      expect(Buffer.concat(got).equals(body)).toBe(true)
      expect(wire.requests).toEqual(['HEAD object', ...Array(11).fill('GET object')])
    } finally {
      over.destroy()
      await wire.close()
    }
  })
})
