import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { Bucket } from './bucket-client.ts'
import { toFault } from './bucket-faults.ts'
import { isRefusal } from './deletion-faults.ts'
import { type ExactVersion, identityOf } from './exact-version.ts'
import { decodeKey, type Marker, requireListing, versionPages } from './listing-pages.ts'
import { wholeKeys } from './whole-keys.ts'

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
    requireListing(bucket, 'ListObjectVersions', page, page.Name)
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

/** What there is under one key, all of it. */
export type KeyListing = Awaited<ReturnType<typeof listKey>>

/**
 * The same, to the end of a key that fills more than a page (Ceph ends pages long before a thousand), or to the first object: that is enough
 * to keep a marker. @throws StoreUnavailable when the versions at which its pages end do not stay
 */
export async function listWholeKey(bucket: Bucket, key: string): Promise<KeyListing> {
  const first = await listKey(bucket, key)
  if (!first.open || first.objects > 0 || first.identities.size === 0) return first
  const pages = pagesOfKey(bucket, key)
  const isKey = spellingOf(key)
  const identities = new Set<string>()
  for (let after: Marker | undefined; ; ) {
    const { versions, next } = await pages(after)
    const here = versions.filter((each) => isKey(each.key))
    const objects = here.filter(({ kind }) => kind === 'object').length
    for (const { versionId } of here) identities.add(identityOf(key, versionId))
    if (objects > 0 || here.length < versions.length || next === undefined) return { objects, identities, open: false }
    after = next
  }
}

/** Whether the store says what there is under a key. @throws StoreUnavailable */
export async function mayListKey(bucket: Bucket, key: string): Promise<boolean> {
  const { identities, open } = await listKey(bucket, key)
  return !open || identities.size > 0
}

/**
 * All that is under exactly one key, newest first as S3 lists it, though delete markers come behind the versions of their page.
 * @throws StoreUnavailable also when the store refuses to say, or the versions at which its pages end do not stay
 */
export async function versionsOfKey(bucket: Bucket, key: string): Promise<ListedVersion[]> {
  const found: ListedVersion[] = []
  const pages = pagesOfKey(bucket, key)
  for (let after: Marker | undefined; ; ) {
    const { versions, next } = await pages(after)
    const here = versions.filter((each) => each.key === key)
    found.push(...here)
    if (here.length < versions.length || next === undefined) return found
    after = next
  }
}

/** Whether exactly this version is the current one of its key. @throws StoreUnavailable as `versionsOfKey` */
export async function isCurrent(bucket: Bucket, { Key, VersionId }: ExactVersion): Promise<boolean> {
  return (await versionsOfKey(bucket, Key)).some(({ versionId, current }) => current && versionId === VersionId)
}

const pagesOfKey = (bucket: Bucket, key: string) =>
  wholeKeys(
    versionPages(bucket, key),
    (each) => versionPages(bucket, each),
    `store ${bucket.storeId}: ListObjectVersions`,
  )

/** A delete marker in its place: is it there, and is there anything that it hides? */
export function lookAtMarker(
  { objects, identities, open }: KeyListing,
  { Key, VersionId }: ExactVersion,
): 'alone' | 'hides versions' | 'gone' | 'unknown' {
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
    requireListing(bucket, 'ListMultipartUploads', page, page.Bucket)
    const isKey = spellingOf(key)
    if (page.Uploads?.some(({ Key, UploadId }) => isKey(Key) && UploadId === uploadId)) return 'there'
    return page.IsTruncated === true ? 'unknown' : 'gone'
  } catch (error) {
    if (isRefusal(error)) return 'unknown'
    throw toFault(bucket, 'ListMultipartUploads', error)
  }
}

function spellingOf(key: string): (listed: string | undefined) => boolean {
  return (listed) => listed !== undefined && (listed === key || decodeKey(listed) === key)
}
