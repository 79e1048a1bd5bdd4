import type { ListedVersion } from '../../inventory/object-version.ts'
import type { Bucket } from './bucket-client.ts'
import { nullVersion } from './listing-pages.ts'

/**
 * The parameters that name one version to S3. A version without an id of its own is `null`, also in a bucket that never
 * had versioning.
 */
export function addressOf({ target }: Bucket, { key, versionId }: Pick<ListedVersion, 'key' | 'versionId'>) {
  return { ...target, Key: key, VersionId: versionId.startsWith(nullVersion) ? 'null' : versionId }
}
