import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3'
import { type S3Options, s3Stores } from '../../../lib/aws/bucket/s3-store.ts'
import type { BucketConfig, StoreConfig } from '../../../lib/config.ts'
import type { Loopback } from '../../support/ministack.ts'

/** Whether a bucket keeps versions: it does, it does not any more, it never did. */
export const bucketKinds = ['versioned', 'suspended', 'never versioned'] as const
export type BucketKind = (typeof bucketKinds)[number]

/** A client of a custodian, who may do everything. */
export const custodian = ({ endpoint, region, credentials }: Loopback): S3Client =>
  new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })

export const bucketStore = (server: Loopback, bucket: string, s3: Partial<BucketConfig> = {}): StoreConfig => ({
  id: 'sg',
  channel: { kind: 'none' },
  s3: { bucket, endpoint: server.endpoint, ...s3 },
})

let made = 0

/** A bucket of its own, and hands on it. */
export async function makeBucket(
  server: Loopback,
  kind: BucketKind,
  { locked = false, s3 = {} }: { locked?: boolean; s3?: Partial<BucketConfig> } = {},
) {
  const client = custodian(server)
  const Bucket = `odv-${process.pid}-${made++}`
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: locked }))
  const setVersioning = (Status: 'Enabled' | 'Suspended') =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))
  if (kind !== 'never versioned' && !locked) await setVersioning('Enabled')
  if (kind === 'suspended') await setVersioning('Suspended')
  const store = bucketStore(server, Bucket, s3)
  return {
    bucket: Bucket,
    client,
    config: store,
    setVersioning,
    open: (options: S3Options = {}) => s3Stores({ credentials: server.credentials, ...options }).open(store),
    write: (Key: string, body: string | Uint8Array, more: Partial<PutObjectCommandInput> = {}) =>
      client.send(new PutObjectCommand({ ...more, Bucket, Key, Body: Buffer.from(body) })),
    /** Each version of a key, for good. */
    async erase(Key: string) {
      const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }))
      for (const { Key: key, VersionId } of [...Versions, ...DeleteMarkers])
        if (key === Key) await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
    },
  }
}

export type MadeBucket = Awaited<ReturnType<typeof makeBucket>>

/** Counts requests by operation. */
export function requestCounter() {
  const counts: Record<string, number> = {}
  return {
    counts,
    onRequest(operation: string) {
      counts[operation] = (counts[operation] ?? 0) + 1
    },
  }
}
