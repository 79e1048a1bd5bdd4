import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bulkCalls } from '../../lib/aws/client-options.ts'
import { s3Anchor } from '../../lib/aws/s3-anchor.ts'
import { s3Evidence } from '../../lib/aws/s3-evidence.ts'
import { s3LargeEvidence } from '../../lib/aws/s3-large-evidence.ts'
import { s3Timestamps } from '../../lib/aws/s3-timestamps.ts'
import { ServiceRefused, ServiceUnavailable } from '../../lib/errors.ts'
import type { IndexSource } from '../../lib/subject-index/index-source.ts'
import { anchorContract } from '../contracts/anchor.ts'
import { evidenceContract } from '../contracts/evidence.ts'
import { largeEvidenceContract } from '../contracts/large-evidence.ts'
import { timestampsContract } from '../contracts/timestamps.ts'
import { temporaryDirectory } from '../local/temporary-directory.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { newBucket } from './bucket/buckets.ts'

const owner = '000000000000'

describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Ministack
  let client: S3Client
  beforeAll(async () => {
    server = await startMinistack()
    client = new S3Client({ ...bulkCalls, ...server })
  })
  afterAll(async () => {
    client?.destroy()
    await server?.stop()
  })

  evidenceContract('a bucket', async () => s3Evidence(client, await newBucket(client)))
  const makeLarge = async () => {
    const bucket = await newBucket(client)
    const scratch = join(temporaryDirectory(), 'scratch')
    return { bucket, scratch, large: s3LargeEvidence(client, bucket, scratch), evidence: s3Evidence(client, bucket) }
  }
  largeEvidenceContract('a bucket', makeLarge)
  timestampsContract('a bucket', async () => s3Timestamps(client, { bucket: await newBucket(client), owner }))
  anchorContract('a bucket', async () => s3Anchor(client, { bucket: await newBucket(client), owner }))

  const versionsIn = async (Bucket: string) =>
    (await client.send(new ListObjectVersionsCommand({ Bucket }))).Versions?.map(({ Key }) => Key)

  describe('evidence in a bucket', () => {
    it('leaves one version of a document, however often it is written', async () => {
      const bucket = await newBucket(client)
      const evidence = s3Evidence(client, bucket)
      for (const body of ['first', 'second', 'first']) await evidence.put('a/b', body)
      expect(await versionsIn(bucket)).toEqual(['a/b'])
    })

    it('keeps a document of many megabytes whole', async () => {
      const evidence = s3Evidence(client, await newBucket(client))
      const body = randomBytes(20_000_001)
      const put = await evidence.put('large', body)
      expect(await evidence.put('large', 'small')).toEqual({ ...put, created: false })
      expect(body.equals(await evidence.get('large'))).toBe(true)
    })

    it('lists more keys than one page has', async () => {
      const evidence = s3Evidence(client, await newBucket(client))
      const keys = Array.from({ length: 1100 }, (_, n) => `a/${String(n).padStart(4, '0')}`)
      for (let at = 0; at < keys.length; at += 50)
        await Promise.all(keys.slice(at, at + 50).map((key) => evidence.put(key, '')))
      expect(await Array.fromAsync(evidence.list('a/'))).toEqual(keys)
    })

    it('does not list what it would not read', async () => {
      const bucket = await newBucket(client)
      for (const Key of ['a/b', 'a/.b', 'a/b c', 'a//b'])
        await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))
      expect(await Array.fromAsync(s3Evidence(client, bucket).list(''))).toEqual(['a/b'])
    })

    it('takes a bucket that is not there for a fault, not for an absence', async () => {
      const evidence = s3Evidence(client, 'no-such-bucket')
      await expect(evidence.put('a', '')).rejects.toThrow(ServiceRefused)
      await expect(evidence.get('a')).rejects.toThrow(ServiceRefused)
      await expect(Array.fromAsync(evidence.list(''))).rejects.toThrow(ServiceRefused)
    })
  })

  describe('large evidence in a bucket', () => {
    it('takes room on the machine for one opened document at a time, and none for what is published', async () => {
      const { scratch, large, evidence } = await makeLarge()
      // Of processes that are gone, the second of which had the number of this one, and of one that still runs.
      const others = ['4194305-1', `${process.pid}-1`, `${process.ppid}-1`]
      for (const name of others) mkdirSync(join(scratch, name), { recursive: true })
      const own = () => readdirSync(scratch).filter((name) => name.startsWith(`${process.pid}-`))
      let before: IndexSource | undefined
      for (const key of ['a', 'b', 'a']) {
        await evidence.put(key, `text of ${key}`)
        const source = await large.open(key)
        // What was read of a file keeps it open, and its room is needed.
        if (before !== undefined) expect(() => before!.read(0, 1)).toThrow(ServiceUnavailable)
        before = source
        expect(Buffer.from(source.read(0, source.size)).toString()).toBe(`text of ${key}`)
        expect(readdirSync(join(scratch, own()[0]!)).length).toBe(1)
      }
      const draft = await large.draft()
      draft.write(Buffer.from('x'))
      await draft.publish('c')
      await draft.discard()
      expect(readdirSync(join(scratch, own()[0]!)).length).toBe(1)
      expect(readdirSync(scratch).toSorted()).toEqual([...own(), `${process.ppid}-1`].toSorted())
      expect(own()).toHaveLength(1)
    })

    it('leaves one version of a document, however often it is written', async () => {
      const { bucket, large } = await makeLarge()
      const draft = await large.draft()
      draft.write(randomBytes(6_000_000))
      for (const created of [true, false]) expect(await draft.publish('a/b')).toMatchObject({ created })
      expect(await versionsIn(bucket)).toEqual(['a/b'])
    })
  })

  describe('the anchor in a bucket', () => {
    it('is under the bucket’s lock from its first moment, in one version', async () => {
      const Bucket = await newBucket(client, { locked: true })
      await client.send(
        new PutObjectLockConfigurationCommand({
          Bucket,
          ObjectLockConfiguration: {
            ObjectLockEnabled: 'Enabled',
            Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 10 } },
          },
        }),
      )
      const anchor = s3Anchor(client, { bucket: Bucket, owner })
      for (const note of ['note', 'note']) await anchor.add(7, note)
      const Key = 'checkpoints/0000000000000007.checkpoint'
      expect(await versionsIn(Bucket)).toEqual([Key])
      const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket, Key }))
      expect(Retention?.Mode).toBe('COMPLIANCE')
      expect(await anchor.latest()).toBe('note')
    })

    it('looks at its own names only, and at all pages of them', async () => {
      const bucket = await newBucket(client)
      const anchor = s3Anchor(client, { bucket, owner })
      const sizes = Array.from({ length: 1005 }, (_, size) => size)
      for (let at = 0; at < sizes.length; at += 50)
        await Promise.all(sizes.slice(at, at + 50).map((size) => anchor.add(size, `note of ${size}`)))
      for (const Key of ['checkpoints/9999999999999999.txt', 'checkpoints/zzz', 'other/9999999999999999.checkpoint'])
        await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'not a note' }))
      expect(await anchor.latest()).toBe('note of 1004')
    })
  })
})
