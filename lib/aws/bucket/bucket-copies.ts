import { GetBucketReplicationCommand, type ReplicationRule } from '@aws-sdk/client-s3'
import type { Copies } from '../../inventory/copies.ts'
import type { Bucket } from './bucket-client.ts'
import { faultCode } from './bucket-faults.ts'

/** For how long a server may leave open what no run waits for. */
const mostMilliseconds = 30_000

/** Where the replication rules of a bucket copy its objects to, as far as they are the store's. No answer is no reason to read nothing: it is unknown then. */
export async function bucketCopies(
  { client, target, config }: Bucket,
  milliseconds = mostMilliseconds,
): Promise<Copies> {
  const late = AbortSignal.timeout(milliseconds)
  try {
    const { Bucket, ExpectedBucketOwner } = target
    const { ReplicationConfiguration } = await client.send(
      new GetBucketReplicationCommand({ Bucket, ...(ExpectedBucketOwner !== undefined && { ExpectedBucketOwner }) }),
      { abortSignal: late },
    )
    // A server that knows of no rules may answer with something else, such as a listing.
    const rules = ReplicationConfiguration?.Rules ?? []
    if (rules.length === 0) return { unknown: 'no rules in the answer' }
    const names = rules
      .filter((rule) => isAbout(rule, config.prefix))
      .map(({ Destination }) => nameIn(Destination?.Bucket))
    if (!names.every((name) => name !== undefined)) return { unknown: 'a rule without a bucket' }
    return { to: [...new Set(names)].toSorted() }
  } catch (error) {
    if (late.aborted) return { unknown: 'no answer in time' }
    const code = faultCode(error)
    return code === 'ReplicationConfigurationNotFoundError' ? { to: [] } : { unknown: code }
  }
}

/** Whether a rule may copy keys that begin so. */
function isAbout({ Filter, Prefix }: ReplicationRule, prefix = ''): boolean {
  const own = Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? ''
  return own.startsWith(prefix) || prefix.startsWith(own)
}

/** `arn:aws:s3:::name`, as in S3's `Destination`; `arn:minio:replication::id:name` of MinIO; the name alone of servers that have no ARNs. */
const nameIn = (bucket = ''): string | undefined =>
  /^(?:arn:(?:[a-z-]+:s3|minio:replication):[\w-]*:[\w-]*:)?([\w.-]{1,63})$/.exec(bucket)?.[1]
