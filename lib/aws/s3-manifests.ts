import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { ManifestAbsent, ManifestInvalid } from '../errors.ts'
import type { Manifests } from '../ports.ts'
import { faultOf, statusOf } from './faults.ts'
import { lengthOf, readPinned } from './s3-object.ts'

const folder = 'manifests/'

/**
 * Transfer manifests of the intake bucket: the name is a key below `manifests/`, or `s3://bucket/key` of that bucket.
 * What was there when it was opened is read, also when another one is handed in meanwhile.
 * @throws ManifestAbsent @throws ManifestInvalid when its name leads elsewhere
 */
export function s3Manifests(client: S3Client, bucket: string): Manifests {
  const place = { client, bucket, where: 'manifest' }
  return {
    async open(uri) {
      const key = keyOf(uri, bucket)
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch((error) => {
        const refusal = refusals[statusOf(error) ?? 0]
        if (refusal) throw refusal(uri, error)
        throw faultOf('manifest', error)
      })
      const pinned = { key, bytes: lengthOf('manifest', head), etag: head.ETag, versionId: head.VersionId }
      return readPinned(place, pinned)
    },
  }
}

/**
 * Who may list the bucket, as the index builder may, is told of an absence by 404: what is forbidden may be there, encrypted with another key say, and
 * may say of somebody that the transfer is not confirmed.
 */
const refusals: Record<number, (uri: string, cause: unknown) => ManifestInvalid> = {
  404: (uri, cause) =>
    new ManifestAbsent(`manifest: ${uri}: expected an object of the intake bucket, got none`, [], { cause }),
  403: (uri, cause) =>
    new ManifestInvalid(
      `manifest: ${uri}: expected an object of the intake bucket that may be read, got a refusal (403): a policy, or a key of KMS other than the bucket's, keeps it from build-index`,
      [],
      { cause },
    ),
}

function keyOf(uri: string, bucket: string): string {
  const prefix = `s3://${bucket}/`
  const key = uri.startsWith(prefix) ? uri.slice(prefix.length) : uri
  if (!key.startsWith(folder) || key.length === folder.length)
    throw new ManifestInvalid(`manifest: ${uri}: expected a key below ${folder} of the intake bucket`)
  return key
}
