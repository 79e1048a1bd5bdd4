import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type MultipartUpload,
  type ObjectVersion,
} from '@aws-sdk/client-s3'
import { EvidenceConflict, StoreUnavailable } from '../../errors.ts'
import { compareKeys } from '../../inventory/listing-order.ts'
import { archiveClasses, type ListedVersion } from '../../inventory/object-version.ts'
import type { Bucket } from './bucket-client.ts'
import { toFault } from './bucket-faults.ts'

/** Where a page begins: behind this key or, with an id, behind this version of it. `listed`: the key is left out in any case. */
export type Marker = { key: string; id?: string; listed?: true }

/** A page as S3 gives it: keys in order, the versions of one key in no order that we rely on. */
export type RawPage = { versions: ListedVersion[]; next?: Marker }

export type Pages = (after: Marker | undefined) => Promise<RawPage>

/** Versions and delete markers of a bucket, a thousand for each request. */
export function versionPages(bucket: Bucket, prefix = bucket.config.prefix): Pages {
  return pagesOf(bucket, 'ListObjectVersions', async (after, encoding) => {
    const answer = await bucket.client.send(
      new ListObjectVersionsCommand({
        ...bucket.target,
        ...encoding,
        ...(wantsRestores(bucket) && { OptionalObjectAttributes: ['RestoreStatus'] }),
        Prefix: prefix,
        KeyMarker: after?.key,
        VersionIdMarker: after?.id,
      }),
    )
    return {
      answer,
      bucket: answer.Name,
      lists: [
        { entries: answer.Versions ?? [], toVersion: (listed, key) => toObject(bucket, listed, key) },
        { entries: answer.DeleteMarkers ?? [], toVersion: (listed, key) => toMarker(bucket, listed, key) },
      ],
      nextId: answer.NextVersionIdMarker,
    }
  })
}

/** AWS says it on demand; other servers are only asked where it makes a difference. */
const wantsRestores = ({ config }: Bucket) => config.endpoint === undefined || config.restore !== undefined

/** Unfinished uploads. Their `size` is for the caller to find out. */
export function uploadPages(bucket: Bucket, prefix = bucket.config.prefix): Pages {
  return pagesOf(bucket, 'ListMultipartUploads', async (after, encoding) => {
    const answer = await bucket.client.send(
      new ListMultipartUploadsCommand({
        ...bucket.target,
        ...encoding,
        Prefix: prefix,
        KeyMarker: after?.key,
        UploadIdMarker: after?.id,
      }),
    )
    return {
      answer,
      bucket: answer.Bucket,
      lists: [{ entries: answer.Uploads ?? [], toVersion: (listed, key) => toUpload(bucket, listed, key) }],
      nextId: answer.NextUploadIdMarker,
    }
  })
}

/** What the entries of both listings have, as far as a server gives it. */
type Listed = Pick<
  ObjectVersion,
  'Key' | 'VersionId' | 'IsLatest' | 'LastModified' | 'ETag' | 'Size' | 'RestoreStatus'
> &
  Pick<MultipartUpload, 'UploadId' | 'Initiated'> & { StorageClass?: string | undefined }
type List = { entries: Listed[]; toVersion(listed: Listed, key: string): ListedVersion }

type Answer = {
  answer: Pick<ListObjectVersionsCommandOutput, 'IsTruncated' | 'EncodingType' | 'NextKeyMarker'>
  bucket: string | undefined
  lists: List[]
  nextId: string | undefined
}
type Ask = (after: Marker | undefined, encoding: { EncodingType?: 'url' }) => Promise<Answer>

/**
 * Keys are asked for URL-encoded, since XML cannot hold every key. A server that does not say that it encoded them either
 * did (Ceph, for uploads) or did not (MiniStack): where that makes a difference it is asked again for plain keys.
 */
function pagesOf(bucket: Bucket, operation: string, ask: Ask): Pages {
  let plain = false
  const answered = async (after: Marker | undefined): Promise<Answer> => {
    try {
      return await ask(after, plain ? {} : { EncodingType: 'url' })
    } catch (error) {
      throw toFault(bucket, operation, error)
    }
  }
  return async (after) => {
    let given = await answered(after)
    if (!plain && given.answer.EncodingType === undefined && given.lists.some(isAmbiguous)) {
      plain = true
      given = await answered(after)
    }
    return toPage(bucket, operation, given, after)
  }
}

/** An answer without these is none, whatever its status says: an error in its place, or another service's page. @throws StoreUnavailable */
export function requireListing(
  { storeId, target }: Bucket,
  operation: string,
  { IsTruncated }: Pick<ListObjectVersionsCommandOutput, 'IsTruncated'>,
  name: string | undefined,
): void {
  if (IsTruncated === undefined || name !== target.Bucket)
    throw new StoreUnavailable(`store ${storeId}: ${operation}: expected a listing of the bucket, got another answer`)
}

const isAmbiguous = ({ entries }: List) => entries.some(({ Key }) => /[%+]/.test(Key ?? ''))

function toPage(bucket: Bucket, operation: string, given: Answer, after: Marker | undefined): RawPage {
  const { answer, lists, nextId } = given
  const conflict = conflictOf(bucket, operation)
  requireListing(bucket, operation, answer, given.bucket)
  const decode = (text: string) => (answer.EncodingType === 'url' ? decodeKey(text) : text)
  const decoded = lists.map(({ entries, toVersion }) =>
    entries.map((listed) => {
      const key = listed.Key === undefined ? undefined : decode(listed.Key)
      if (key === undefined) throw conflict('keys that can be read')
      return toVersion(listed, key)
    }),
  )
  for (const versions of decoded) checkKeys(versions, after, bucket.config.prefix ?? '', conflict)
  const versions = inKeyOrder(decoded)
  const last = versions.at(-1)
  // Behind a key alone, some servers (not AWS) list the key itself again.
  const listed = after !== undefined && (after.id === undefined || after.listed === true)
  const page = { versions: listed ? versions.filter(({ key }) => key !== after.key) : versions }
  if (!answer.IsTruncated) return page
  const marker = answer.NextKeyMarker
  if (last === undefined || marker === undefined || nextId === undefined || nextId === '')
    throw conflict('a page to go on from, since it is not the last one')
  // Ceph does not encode the marker where it encodes the keys.
  if (marker !== last.key && decode(marker) !== last.key) throw conflict('a page to go on behind its last key')
  if (after?.id !== undefined && after.key === last.key && after.id === nextId) throw conflict('a page that goes on')
  return { ...page, next: { key: last.key, id: nextId, ...(listed && last.key === after.key && { listed }) } }
}

export type Conflict = (expected: string) => EvidenceConflict

export const conflictOf =
  ({ storeId }: Bucket, operation: string): Conflict =>
  (expected) =>
    new EvidenceConflict(`store ${storeId}: ${operation}: expected ${expected}`)

function checkKeys(versions: ListedVersion[], after: Marker | undefined, prefix: string, conflict: Conflict): void {
  let before = after?.key
  for (const { key } of versions) {
    if (!key.startsWith(prefix)) throw conflict('keys of the store only')
    if (before !== undefined && compareKeys(before, key) > 0) throw conflict('keys in order')
    before = key
  }
}

/** Merges lists that are each in order of their keys. */
function inKeyOrder([first = [], second = []]: ListedVersion[][]): ListedVersion[] {
  if (second.length === 0) return first
  const merged: ListedVersion[] = []
  let [a, b] = [0, 0]
  while (a < first.length || b < second.length) {
    const [x, y] = [first[a], second[b]]
    if (y === undefined || (x !== undefined && compareKeys(x.key, y.key) <= 0)) merged.push(first[a++]!)
    else merged.push(second[b++]!)
  }
  return merged
}

/** As forms are encoded: `+` is a space. */
export function decodeKey(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** The version id of a version that has none: when it was written. A later one in its place has another. */
export const nullVersion = 'null@'
export const uploadVersion = 'upload@'

function toObject(bucket: Bucket, listed: Listed, key: string): ListedVersion {
  const { ETag, Size } = listed
  if (Size === undefined || !(Size >= 0)) throw conflictOf(bucket, 'ListObjectVersions')('a size of every version')
  return {
    kind: 'object',
    ...identityOf(bucket, listed, key),
    size: Size,
    ...(ETag !== undefined && { etag: ETag.replace(/^"|"$/g, '') }),
    ...archivedOf(listed),
  }
}

/** Glacier Instant Retrieval is read at once. The archive tiers of Intelligent-Tiering are not told by a listing. */
function archivedOf({ StorageClass, RestoreStatus }: Listed): Pick<ListedVersion, 'archived'> {
  const name = archiveClasses.find((each) => each === StorageClass)
  if (name === undefined) return {}
  const restored = RestoreStatus?.IsRestoreInProgress === false && RestoreStatus.RestoreExpiryDate !== undefined
  return { archived: { class: name, restored } }
}

const toMarker = (bucket: Bucket, listed: Listed, key: string): ListedVersion => ({
  kind: 'delete-marker',
  ...identityOf(bucket, listed, key),
  size: 0,
})

function identityOf(bucket: Bucket, { VersionId, LastModified, IsLatest }: Listed, key: string) {
  if (!VersionId || LastModified === undefined || IsLatest === undefined)
    throw conflictOf(bucket, 'ListObjectVersions')('a version id and a time of every version')
  const modifiedAt = LastModified.toISOString()
  return { key, versionId: VersionId === 'null' ? nullVersion + modifiedAt : VersionId, current: IsLatest, modifiedAt }
}

function toUpload(bucket: Bucket, { UploadId, Initiated }: Listed, key: string): ListedVersion {
  if (!UploadId || Initiated === undefined)
    throw conflictOf(bucket, 'ListMultipartUploads')('an upload id and a time of every upload')
  return {
    kind: 'multipart-upload',
    key,
    versionId: uploadVersion + UploadId,
    current: false,
    size: 0,
    modifiedAt: Initiated.toISOString(),
  }
}

export const uploadIdOf = ({ versionId }: Pick<ListedVersion, 'versionId'>): string =>
  versionId.slice(uploadVersion.length)
