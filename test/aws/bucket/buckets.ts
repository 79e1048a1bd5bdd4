import { randomBytes } from 'node:crypto'
import { CreateBucketCommand, PutBucketVersioningCommand, type S3Client } from '@aws-sdk/client-s3'

/** A new bucket with versions, as the deployed ones have them. */
export async function newBucket(client: S3Client, options: { locked?: boolean } = {}): Promise<string> {
  const Bucket = `bucket-${randomBytes(6).toString('hex')}`
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: options.locked ?? false }))
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  return Bucket
}
