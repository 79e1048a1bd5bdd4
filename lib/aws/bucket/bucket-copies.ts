import { GetBucketReplicationCommand } from '@aws-sdk/client-s3'
import type { Copies } from '../../inventory/copies.ts'
import type { Bucket } from './bucket-client.ts'
import { faultCode } from './bucket-faults.ts'

/** Where the replication rules of a bucket copy its objects to. No answer is no reason to read nothing: it is unknown then. */
export async function bucketCopies({ client, target }: Bucket): Promise<Copies> {
  try {
    const { Bucket, ExpectedBucketOwner } = target
    const { ReplicationConfiguration } = await client.send(
      new GetBucketReplicationCommand({ Bucket, ...(ExpectedBucketOwner !== undefined && { ExpectedBucketOwner }) }),
    )
    // A server that knows of no rules may answer with something else, such as a listing.
    const names = ReplicationConfiguration?.Rules?.map(({ Destination }) => nameIn(Destination?.Bucket))
    if (names === undefined || names.length === 0) return { unknown: 'no rules in the answer' }
    if (!names.every((name) => name !== undefined)) return { unknown: 'a rule without a bucket' }
    return { to: [...new Set(names)].toSorted() }
  } catch (error) {
    const code = faultCode(error)
    return code === 'ReplicationConfigurationNotFoundError' ? { to: [] } : { unknown: code }
  }
}

/** `arn:aws:s3:::name`, as in S3's `Destination`; the name alone of servers that have no ARNs. */
const nameIn = (bucket = ''): string | undefined => /^(?:arn:[a-z-]+:s3:[\w-]*:\w*:)?([\w.-]{1,63})$/.exec(bucket)?.[1]
