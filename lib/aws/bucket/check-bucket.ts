import { GetBucketLocationCommand, GetBucketVersioningCommand } from '@aws-sdk/client-s3'
import type { StoreConfig } from '../../config.ts'
import { ConfigInvalid, HomeCountryRefused } from '../../errors.ts'
import { countryOfRegion, hostOf } from '../../regions.ts'
import type { Bucket } from './bucket-client.ts'
import { toFault } from './bucket-faults.ts'
import { isRefusal } from './deletion-faults.ts'

/**
 * Looks at the bucket itself before anything in it is deleted: where it is, and what it wants of who deletes. A bucket
 * of another provider, behind an endpoint, has a Region that says nothing: there only the configuration counts.
 * @throws HomeCountryRefused @throws ConfigInvalid for another Region than the configured one @throws StoreUnavailable
 */
export async function checkBucket(
  bucket: Bucket,
  { id, country }: StoreConfig,
  homeCountry: string,
): Promise<{ needsSecondFactor: boolean }> {
  if (country === homeCountry) throw homeRefused(id, homeCountry)
  if (hostOf(bucket.config) === undefined) {
    const region = await regionOf(bucket)
    if (countryOfRegion(region) === homeCountry) throw homeRefused(id, homeCountry)
    if (region !== bucket.config.region)
      throw new ConfigInvalid(`store ${id}: s3.region: expected ${region}, where the bucket is, got another`)
  }
  return { needsSecondFactor: await needsSecondFactor(bucket) }
}

const homeRefused = (id: string, homeCountry: string) =>
  new HomeCountryRefused(
    `store ${id}: bucket: expected a country other than the home country ${homeCountry}, ` +
      'since a store at home may hold the only copy',
  )

/** By the names of today: buckets of the first Regions give none, or an old one. */
async function regionOf(bucket: Bucket): Promise<string> {
  try {
    const { Bucket, ExpectedBucketOwner } = bucket.target
    const { LocationConstraint: region } = await bucket.client.send(
      new GetBucketLocationCommand({ Bucket, ...(ExpectedBucketOwner !== undefined && { ExpectedBucketOwner }) }),
    )
    return region === 'EU' ? 'eu-west-1' : region || 'us-east-1'
  } catch (error) {
    // Asked in the wrong Region, S3 refuses and names the right one.
    const region = (error as { $response?: { headers?: Record<string, string> } }).$response?.headers?.[
      'x-amz-bucket-region'
    ]
    if (region !== undefined && /^[a-z0-9-]{1,40}$/.test(region)) return region
    throw toFault(bucket, 'GetBucketLocation', error)
  }
}

/** Without the right to know it, deleting is tried: a bucket that wants a second factor refuses. */
const needsSecondFactor = async (bucket: Bucket) => (await versioningOf(bucket))?.MFADelete === 'Enabled'

/** Whether what is written to a key now takes the place of nothing. Without the right to know it: no. @throws StoreUnavailable */
export const keepsVersions = async (bucket: Bucket) => (await versioningOf(bucket))?.Status === 'Enabled'

async function versioningOf(bucket: Bucket) {
  try {
    const { Bucket, ExpectedBucketOwner } = bucket.target
    return await bucket.client.send(
      new GetBucketVersioningCommand({ Bucket, ...(ExpectedBucketOwner !== undefined && { ExpectedBucketOwner }) }),
    )
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw toFault(bucket, 'GetBucketVersioning', error)
  }
}
