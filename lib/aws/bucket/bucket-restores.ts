import { HeadObjectCommand, RestoreObjectCommand, type Tier } from '@aws-sdk/client-s3'
import type { RestoreOrder, RestoreRefusal, Restores, Restoring } from '../../ports.ts'
import type { Bucket } from './bucket-client.ts'
import { faultCode, faultStatus, isOutage, toFault } from './bucket-faults.ts'
import { addressOf } from './object-address.ts'

const tiers: Record<RestoreOrder['tier'], Tier> = { bulk: 'Bulk', standard: 'Standard', expedited: 'Expedited' }

/**
 * Temporary copies of the archived versions of a bucket. To look is a HEAD request, at a thousandth of the price of asking,
 * and it does not make a copy live longer.
 */
export function bucketRestores(bucket: Bucket): Restores {
  return {
    begin: (version, { tier, days }) =>
      answered(bucket, 'RestoreObject', async () => {
        const answer = await bucket.client.send(
          new RestoreObjectCommand({
            ...addressOf(bucket, version),
            RestoreRequest: { Days: days, GlacierJobParameters: { Tier: tiers[tier] } },
          }),
        )
        // 202 says that a copy will be made, 200 that there is one, which is kept longer now.
        return { kind: answer.$metadata.httpStatusCode === 200 ? 'restored' : 'in-progress' }
      }),
    look: (version) =>
      answered(bucket, 'HeadObject', async () => {
        const { Restore } = await bucket.client.send(new HeadObjectCommand(addressOf(bucket, version)))
        return toRestoring(Restore)
      }),
  }
}

/** `ongoing-request="true"`, or `ongoing-request="false", expiry-date="…"` once there is a copy. */
function toRestoring(header: string | undefined): Restoring {
  if (/^ongoing-request="true"/.test(header ?? '')) return { kind: 'in-progress' }
  if (/^ongoing-request="false",\s*expiry-date=/.test(header ?? '')) return { kind: 'restored' }
  return { kind: 'refused', reason: 'not-restored' }
}

/** S3 has no capacity left for expedited retrievals: an answer, with the status of an outage. */
const noCapacity = 'GlacierExpeditedRetrievalNotAvailable'

async function answered(bucket: Bucket, operation: string, ask: () => Promise<Restoring>): Promise<Restoring> {
  try {
    return await ask()
  } catch (error) {
    if (faultCode(error) === 'RestoreAlreadyInProgress') return { kind: 'in-progress' }
    const reason = refusalOf(error)
    if (reason === undefined) throw toFault(bucket, operation, error)
    return { kind: 'refused', reason }
  }
}

/** Absent: it was no refusal. A HEAD request is refused by status alone. */
function refusalOf(error: unknown): RestoreRefusal | undefined {
  const code = faultCode(error)
  if (code === noCapacity) return 'no-capacity'
  if (isOutage(error)) return undefined
  if (code === 'InvalidObjectState' || code === 'ObjectAlreadyInActiveTierError') return 'not-archived'
  if (code === 'NoSuchBucket') return undefined
  switch (faultStatus(error)) {
    case 403:
      return 'access-denied'
    case 404:
    case 405:
      return 'gone'
    default:
      return 'not-possible'
  }
}
