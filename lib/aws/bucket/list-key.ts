import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import type { Bucket } from './bucket-client.ts'
import { toFault } from './bucket-faults.ts'
import { isRefusal } from './deletion-faults.ts'
import { type ExactVersion, identityOf } from './exact-version.ts'

/**
 * What there is under exactly one key, from the first page of what begins with it: in listing order nothing of the key
 * follows once another one came. A key in another spelling (stores do not agree on how they escape it) counts as this
 * one, so that rather too much is there than too little. `open`: the store refuses to say, or there is more than a page.
 * @throws StoreUnavailable
 */
async function listKey(
  bucket: Bucket,
  key: string,
): Promise<{ objects: number; identities: Set<string>; open: boolean }> {
  try {
    const page = await bucket.client.send(
      new ListObjectVersionsCommand({ ...bucket.target, Prefix: key, EncodingType: 'url' }),
    )
    const isKey = spellingOf(key)
    const listed = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
    const here = listed.filter(({ Key }) => isKey(Key))
    return {
      objects: (page.Versions ?? []).filter(({ Key }) => isKey(Key)).length,
      identities: new Set(here.map(({ VersionId }) => identityOf(key, VersionId))),
      open: page.IsTruncated === true && here.length === listed.length,
    }
  } catch (error) {
    if (isRefusal(error)) return { objects: 0, identities: new Set(), open: true }
    throw toFault(bucket, 'ListObjectVersions', error)
  }
}

/** Whether a version or marker is there, or may be. */
export async function isListed(bucket: Bucket, { Key, VersionId }: ExactVersion): Promise<boolean> {
  const { identities, open } = await listKey(bucket, Key)
  return open || identities.has(identityOf(Key, VersionId))
}

/** A delete marker in its place: is it there, and is there anything that it hides? */
export async function lookAtMarker(
  bucket: Bucket,
  { Key, VersionId }: ExactVersion,
): Promise<'alone' | 'hides versions' | 'gone' | 'unknown'> {
  const { objects, identities, open } = await listKey(bucket, Key)
  if (objects > 0) return 'hides versions'
  if (open) return 'unknown'
  return identities.has(identityOf(Key, VersionId)) ? 'alone' : 'gone'
}

/** Whether exactly this upload is unfinished. @throws StoreUnavailable */
export async function lookForUpload(
  bucket: Bucket,
  key: string,
  uploadId: string,
): Promise<'there' | 'gone' | 'unknown'> {
  try {
    const page = await bucket.client.send(
      new ListMultipartUploadsCommand({ ...bucket.target, Prefix: key, EncodingType: 'url' }),
    )
    const isKey = spellingOf(key)
    if (page.Uploads?.some(({ Key, UploadId }) => isKey(Key) && UploadId === uploadId)) return 'there'
    return page.IsTruncated === true ? 'unknown' : 'gone'
  } catch (error) {
    if (isRefusal(error)) return 'unknown'
    throw toFault(bucket, 'ListMultipartUploads', error)
  }
}

function spellingOf(key: string): (listed: string | undefined) => boolean {
  return (listed) => listed !== undefined && (listed === key || unescaped(listed) === key)
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
