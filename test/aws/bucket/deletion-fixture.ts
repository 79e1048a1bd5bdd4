import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { type BucketAccess, bucketsFor } from '../../../lib/aws/bucket/bucket-client.ts'
import { s3Deletions } from '../../../lib/aws/bucket/s3-deletion.ts'
import type { StoreConfig } from '../../../lib/config.ts'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'
import type { Loopback } from '../../support/ministack.ts'

/** Buckets of a server on this machine, looked at with a client of their owner. */

export const ownerOf = (server: Loopback) =>
  new S3Client({ ...server, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })

export type Versioning = 'Enabled' | 'Suspended' | 'never' | 'locked'

let buckets = 0

export async function makeBucket(owner: S3Client, versioning: Versioning = 'Enabled'): Promise<string> {
  const Bucket = `store-${++buckets}-${process.pid}`
  await owner.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: versioning === 'locked' }))
  if (versioning === 'Enabled' || versioning === 'Suspended') await setVersioning(owner, Bucket, versioning)
  return Bucket
}

export const setVersioning = (owner: S3Client, Bucket: string, Status: 'Enabled' | 'Suspended') =>
  owner.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))

export const storeOf = (server: Loopback, bucket: string, more: object = {}, s3: object = {}): StoreConfig => ({
  id: 'sg',
  country: 'SG',
  s3: { bucket, endpoint: server.endpoint, ...s3 },
  channel: { kind: 's3-delete-versions', owner: 'user_id' },
  ...more,
})

export const openDeletion = (server: Loopback, store: StoreConfig, access: BucketAccess = {}) =>
  s3Deletions(bucketsFor('delete', { credentials: server.credentials, ...access })).open(store, { homeCountry: 'US' })

const byteOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** The keys of versions as they were written: servers do not agree on how they list what XML cannot carry. */
const written = new Map<string, string>()

/** Everything in a bucket in the words of the product, by another way than the product's. */
export async function listBucket(owner: S3Client, Bucket: string): Promise<ListedVersion[]> {
  const page = await owner.send(new ListObjectVersionsCommand({ Bucket }))
  const uploads = await owner.send(new ListMultipartUploadsCommand({ Bucket }))
  const common = ({ Key = '', VersionId = 'null', IsLatest = false, LastModified = new Date(0) }) => ({
    key: written.get(VersionId) ?? Key,
    versionId: VersionId === 'null' ? `null@${LastModified.toISOString()}` : VersionId,
    current: IsLatest,
    modifiedAt: LastModified.toISOString(),
  })
  return [
    ...(page.Versions ?? []).map((each) => ({
      kind: 'object' as const,
      ...common(each),
      size: each.Size ?? 0,
      ...(each.ETag !== undefined && { etag: each.ETag.replaceAll('"', '') }),
    })),
    ...(page.DeleteMarkers ?? []).map((each) => ({ kind: 'delete-marker' as const, ...common(each), size: 0 })),
    ...(uploads.Uploads ?? []).map(({ Key = '', UploadId, Initiated = new Date(0) }) => ({
      kind: 'multipart-upload' as const,
      key: Key,
      versionId: `upload@${UploadId}`,
      current: false,
      modifiedAt: Initiated.toISOString(),
      size: 0,
    })),
  ].toSorted((a, b) => byteOrder(a.key, b.key) || byteOrder(a.versionId, b.versionId))
}

export async function put(owner: S3Client, Bucket: string, Key: string, Body: string | Uint8Array): Promise<string> {
  const { VersionId } = await owner.send(new PutObjectCommand({ Bucket, Key, Body }))
  if (VersionId !== undefined) written.set(VersionId, Key)
  return VersionId ?? ''
}

export async function readCurrent(owner: S3Client, Bucket: string, Key: string): Promise<string | undefined> {
  const { Body } = await owner.send(new GetObjectCommand({ Bucket, Key }))
  return Body?.transformToString()
}
