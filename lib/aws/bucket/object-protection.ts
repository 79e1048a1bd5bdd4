import { type GetObjectCommandOutput, GetObjectLegalHoldCommand, GetObjectRetentionCommand } from '@aws-sdk/client-s3'
import type { ListedVersion, Protection } from '../../inventory/object-version.ts'
import type { Clock } from '../../ports.ts'
import type { Bucket } from './bucket-client.ts'
import { isOutage, toFault } from './bucket-faults.ts'
import { addressOf } from './object-address.ts'

type Answer = Pick<GetObjectCommandOutput, 'ObjectLockMode' | 'ObjectLockRetainUntilDate' | 'ObjectLockLegalHoldStatus'>

/**
 * What keeps a version from being deleted now. S3 tells it with the object to those who may know; otherwise it is asked
 * for, each by itself. A legal hold has no end, so it comes before a retention. Absent: nothing, or it may not be known,
 * which only leaves a verdict unexplained.
 */
export async function readProtection(
  bucket: Bucket,
  version: ListedVersion,
  answer: Answer,
  clock: Clock,
): Promise<Protection | undefined> {
  const address = addressOf(bucket, version)
  const hold =
    answer.ObjectLockLegalHoldStatus ??
    (await asked(bucket, 'GetObjectLegalHold', async () => {
      const { LegalHold } = await bucket.client.send(new GetObjectLegalHoldCommand(address))
      return LegalHold?.Status
    }))
  if (hold === 'ON') return { code: 'legal-hold' }
  const { mode, until } = (answer.ObjectLockRetainUntilDate
    ? { mode: answer.ObjectLockMode, until: answer.ObjectLockRetainUntilDate }
    : await asked(bucket, 'GetObjectRetention', async () => {
        const { Retention } = await bucket.client.send(new GetObjectRetentionCommand(address))
        return { mode: Retention?.Mode, until: Retention?.RetainUntilDate }
      })) ?? { mode: undefined, until: undefined }
  if (until === undefined || until <= clock()) return undefined
  return { code: 'retention', ...(mode !== undefined && { name: mode.toLowerCase() }), until: until.toISOString() }
}

/**
 * A refusal of any kind is no protection that is known: no lock on the bucket or the object, no permission, a server that
 * knows no locks. An outage is worth a retry.
 */
async function asked<T>(bucket: Bucket, operation: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (isOutage(error)) throw toFault(bucket, operation, error)
    return undefined
  }
}
