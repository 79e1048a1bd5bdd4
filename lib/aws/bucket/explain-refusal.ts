import { GetObjectLegalHoldCommand, GetObjectRetentionCommand } from '@aws-sdk/client-s3'
import type { Protection } from '../../inventory/object-version.ts'
import type { Bucket } from './bucket-client.ts'
import type { ExactVersion } from './exact-version.ts'

/** Why a protected version is kept. By days: a reason is counted once for all versions that have it. */
export function describeProtection({ code, until }: Protection): string {
  return until === undefined ? `it is under ${code}` : `it is under ${code} until ${until.slice(0, 10)}`
}

/**
 * What keeps a version from being deleted that the store refuses to delete, by its Object Lock: S3 gives the same error
 * for that as for a right that is missing. What cannot be asked does not explain it.
 */
export async function protectionOf(
  { client, target }: Bucket,
  { Key, VersionId }: ExactVersion,
): Promise<Protection | undefined> {
  const version = { ...target, Key, VersionId }
  const [hold, retention] = await Promise.allSettled([
    client.send(new GetObjectLegalHoldCommand(version)),
    client.send(new GetObjectRetentionCommand(version)),
  ])
  if (hold.status === 'fulfilled' && hold.value.LegalHold?.Status === 'ON') return { code: 'legal-hold' }
  const until = retention.status === 'fulfilled' ? retention.value.Retention?.RetainUntilDate : undefined
  return until === undefined ? undefined : { code: 'retention', until: until.toISOString() }
}
