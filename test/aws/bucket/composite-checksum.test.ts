import { createHash } from 'node:crypto'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ahead } from '../../../lib/pipeline/reading/open-ahead.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../../support/ministack.ts'
import { jsonRecords, numbers, somebodyElse } from '../../support/sample-files.ts'
import { someOf } from '../../support/some-of.ts'
import { runOverBucket } from '../run-over-bucket.ts'
import { newBucket } from './buckets.ts'
import { type Act, bucketName, etagOf, refusal, startWire, type WireObject, xml } from './wire-bucket.ts'

/** Objects that were uploaded in parts, of which S3 keeps a checksum of the parts' checksums. */

const body = Buffer.from(jsonRecords(numbers(50).map(somebodyElse)))
const sizes = [700, 700, body.length - 1400]
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const partsOf = (bytes: Buffer) => sizes.map((size, part) => bytes.subarray(part * 700, part * 700 + size))
const composite = `${sha256(Buffer.concat(partsOf(body).map(sha256))).toString('base64')}-3`
const headers = { 'x-amz-checksum-sha256': composite, 'x-amz-checksum-type': 'COMPOSITE' }
const objects = (change: (bytes: Buffer) => Buffer = (bytes) => bytes): WireObject[] =>
  [...'abcdefghij'].map((key) => ({
    key,
    versionId: 'v',
    body: key === 'b' ? change(Buffer.from(body)) : body,
    headers,
  }))

const partXml = (size: number, part: number) => `<Part><PartNumber>${part + 1}</PartNumber><Size>${size}</Size></Part>`
const attributes = (
  given: readonly number[],
  more = '<IsTruncated>false</IsTruncated>',
  etag = etagOf(body),
  from = 0,
) =>
  xml(
    `<GetObjectAttributesResponse><ETag>${etag}</ETag><ObjectParts>${more}${given.map((size, index) => partXml(size, index + from)).join('')}</ObjectParts></GetObjectAttributesResponse>`,
  )
const telling =
  (answer: ReturnType<typeof xml>): Act =>
  ({ operation }) =>
    operation === 'GetObjectAttributes' ? answer : undefined

async function run(act: Act, content = objects()) {
  const wire = await startWire(content, act)
  const ended = await runOverBucket(
    { bucket: bucketName, endpoint: wire.endpoint },
    { credentials: wire.credentials, maxAttempts: 1 },
  )
  return { ...ended, asked: wire.counts.GetObjectAttributes ?? 0 }
}

/** One bit, somewhere in the second part; the listing and the ETag are of what lies there. */
const damaged = (bytes: Buffer) => {
  bytes[1000]! ^= 1
  return bytes
}

describe('a version with a checksum of its parts', () => {
  it('is checked with one request for the sizes of the parts', async () => {
    const { store, asked } = await run(telling(attributes(sizes)))
    expect([store, asked]).toEqual(['verified', 11])
  })

  it('is checked when the sizes come in several answers', async () => {
    const act: Act = ({ operation, headers }) => {
      if (operation !== 'GetObjectAttributes') return undefined
      return headers['x-amz-part-number-marker'] === '2'
        ? attributes(sizes.slice(2), '<IsTruncated>false</IsTruncated>', etagOf(body), 2)
        : attributes(sizes.slice(0, 2), '<IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>')
    }
    const { store, asked } = await run(act)
    expect([store, asked]).toEqual(['verified', 22])
  })

  it('is not clean when its bytes are not those that were uploaded', async () => {
    const content = objects(damaged)
    const act: Act = ({ operation, key }) =>
      operation === 'GetObjectAttributes'
        ? attributes(sizes, undefined, etagOf(content.find((each) => each.key === key)!.body))
        : undefined
    const { store, why } = await run(act, content)
    expect([store, why]).toEqual(['incomplete', 'read-error: 1 object version'])
  })

  const silent: { name: string; answer: ReturnType<typeof xml>; most: number }[] = [
    { name: 'has no such request', answer: refusal(501, 'NotImplemented'), most: ahead.most + 1 },
    { name: 'gives no right to it', answer: refusal(403, 'AccessDenied'), most: ahead.most + 1 },
    { name: 'tells sizes of another number of parts', answer: attributes([700, body.length - 700]), most: 10 },
    { name: 'tells sizes that are not those of the version', answer: attributes([700, 700, 700]), most: 10 },
    { name: 'tells them of another version', answer: attributes(sizes, undefined, 'another'), most: 10 },
    { name: 'tells none', answer: attributes([]), most: 10 },
    { name: 'goes on for ever', answer: attributes(sizes, '<IsTruncated>true</IsTruncated>'), most: 10 },
  ]
  it.each(someOf(4, silent))('is read without that check when the store $name', async ({ answer, most }) => {
    const { store, asked } = await run(telling(answer))
    expect(store).toBe('verified')
    // Those that are opened at the same time as the first ask as well.
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThanOrEqual(1.1 * most)
  })

  it('is a fault, not an outcome, while nobody answers', async () => {
    const { store, why } = await run(telling(refusal(500, 'InternalError')))
    expect([store, why]).toEqual(['incomplete', expect.stringMatching(/^not-scanned: 10 object versions/)])
  })
})

describe.skipIf(withoutMinistack)(`an upload in parts ${onMinistack}`, () => {
  let server: Ministack
  beforeAll(async () => {
    server = await startMinistack()
  })
  afterAll(() => server?.stop())

  it.each(someOf(4, ['SHA256', 'CRC32', 'CRC32C', 'SHA1', 'CRC64NVME'] as const))(
    'with %s is verified',
    async (algorithm) => {
      const s3 = new S3Client(server)
      const Bucket = await newBucket(s3)
      const [Key, part] = [
        'big.jsonl',
        Buffer.from(jsonRecords(numbers(120_000).map(somebodyElse))).subarray(0, 5 << 20),
      ]
      const ends = Buffer.from('the end\n')
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: algorithm }),
      )
      const Parts = []
      for (const [index, Body] of [part, ends].entries()) {
        const PartNumber = index + 1
        const sent = await s3.send(
          new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: algorithm }),
        )
        Parts.push({ PartNumber, ETag: sent.ETag, [`Checksum${algorithm}`]: sent[`Checksum${algorithm}`] })
      }
      await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
      const kept = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
      expect([kept.ChecksumType, kept[`Checksum${algorithm}`]]).toEqual(['COMPOSITE', expect.stringMatching(/-2$/)])
      const { store, why } = await runOverBucket(
        { bucket: Bucket, endpoint: server.endpoint },
        { credentials: server.credentials },
      )
      expect([store, why]).toEqual(['verified', ''])
    },
  )
})
