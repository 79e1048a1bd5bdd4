import { GetObjectAttributesCommand } from '@aws-sdk/client-s3'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { Bucket } from './bucket-client.ts'
import { faultCode, faultStatus, isAboutSigning, toFault } from './bucket-faults.ts'
import { addressOf } from './object-address.ts'

/** The sizes of the parts that a version was uploaded in; nothing where the store does not tell. */
export type PartSizes = (version: ListedVersion, parts: number) => Promise<number[] | undefined>

/**
 * Asks S3 for them, a request for a thousand parts. A store that does not know the request, or a role that has no right to it
 * (`s3:GetObjectVersionAttributes`), is asked once. What is told has to be of the listed version and of its size, or it is of no use.
 */
export function partSizes(bucket: Bucket): PartSizes {
  let isTold = true
  return async (version, parts) => {
    if (!isTold) return undefined
    try {
      const sizes = await listSizes(bucket, version)
      const isWhole = sizes?.length === parts && sizes.reduce((sum, size) => sum + size, 0) === version.size
      return isWhole ? sizes : undefined
    } catch (error) {
      if (isAboutSigning(error)) throw toFault(bucket, 'GetObjectAttributes', error)
      const [code, status] = [faultCode(error), faultStatus(error)]
      if (['NoSuchKey', 'NoSuchVersion'].includes(code)) return undefined
      const isRefused = status === 400 || status === 403 || status === 404 || status === 405 || status === 501
      if (!isRefused) throw toFault(bucket, 'GetObjectAttributes', error)
      isTold = false
      return undefined
    }
  }
}

async function listSizes(bucket: Bucket, version: ListedVersion): Promise<number[] | undefined> {
  const sizes: number[] = []
  for (let marker: string | undefined; ; ) {
    const { ETag, ObjectParts } = await bucket.client.send(
      new GetObjectAttributesCommand({
        ...addressOf(bucket, version),
        ObjectAttributes: ['ETag', 'ObjectParts'],
        ...(marker !== undefined && { PartNumberMarker: marker }),
      }),
    )
    if (version.etag !== undefined && ETag?.replace(/^"|"$/g, '') !== version.etag) return undefined
    for (const { PartNumber, Size } of ObjectParts?.Parts ?? []) {
      if (PartNumber !== sizes.length + 1 || Size === undefined) return undefined
      sizes.push(Size)
    }
    if (ObjectParts?.IsTruncated !== true) return sizes
    const next = ObjectParts.NextPartNumberMarker
    if (next === undefined || next === marker) return undefined
    marker = next
  }
}
