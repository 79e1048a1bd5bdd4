import { ListObjectsV2Command, ListPartsCommand } from '@aws-sdk/client-s3'
import * as z from 'zod/mini'
import { InputInvalid, StoreUnavailable } from '../../errors.ts'
import { compareVersions, isInRange } from '../../inventory/listing-order.ts'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { KeyRange, ListPage } from '../../ports.ts'
import type { Bucket } from './bucket-client.ts'
import { faultCode, faultStatus, isAboutSigning, toFault } from './bucket-faults.ts'
import { conflictOf, decodeKey, uploadIdOf, uploadPages, versionPages } from './listing-pages.ts'
import { type OrderedListing, versionsInOrder } from './versions-in-order.ts'
import { wholeKeys } from './whole-keys.ts'

/** A listing under way. It holds at most a page of S3 and the versions of one key. */
export type S3Listing = { next(limit: number): Promise<ListPage> }

const side = z.union([z.strictObject({ behind: z.optional(z.string()) }), z.strictObject({ done: z.literal(true) })])
/** Where a listing stands: the last version that was handed out, and where each of the two it is made of goes on. */
const cursorShape = z.strictObject({ after: z.tuple([z.string(), z.string()]), versions: side, uploads: side })
type Cursor = z.infer<typeof cursorShape>
type Side = z.infer<typeof side>

/**
 * Begins at a cursor, or at the beginning: versions and unfinished uploads of a bucket, one listing in order, which may be
 * of a range of its keys.
 */
export function openListing(
  bucket: Bucket,
  cursor: string | undefined,
  range: KeyRange = {},
  most?: number,
): S3Listing {
  const start = cursor === undefined ? undefined : parseCursor(cursor)
  const after = start && { key: start.after[0], versionId: start.after[1] }
  const ordered = (pagesOf: typeof versionPages, operation: string, at: Side | undefined) => {
    if (at !== undefined && 'done' in at) return nothing
    const pages = wholeKeys(pagesOf(bucket), (key) => pagesOf(bucket, key), `store ${bucket.storeId}: ${operation}`)
    const behind = at?.behind ?? range.after
    return versionsInOrder(pages, { behind, after }, conflictOf(bucket, operation), most)
  }
  const versions = ordered(versionPages, 'ListObjectVersions', start?.versions)
  const uploads = ordered(uploadPages, 'ListMultipartUploads', start?.uploads)

  /** The last key of a version, or of the upload behind which the listing began: what is before it was handed out. */
  let listed = start?.after[0] ?? range.after
  const within = (next: ListedVersion | undefined) => (next && isInRange(next.key, range) ? next : undefined)
  const sideOf = async (listing: OrderedListing): Promise<Side> => {
    if (within(await listing.peek()) === undefined) return { done: true }
    const behind = listing.behind()
    return behind === undefined ? {} : { behind }
  }

  async function nextOf(): Promise<OrderedListing | undefined> {
    const [version, upload] = [within(await versions.peek()), within(await uploads.peek())]
    if (version === undefined) return upload && uploads
    return upload !== undefined && compareVersions(upload, version) < 0 ? uploads : versions
  }

  return {
    async next(limit) {
      const page: ListedVersion[] = []
      let from = await nextOf()
      for (; from !== undefined && page.length < limit; from = await nextOf()) {
        page.push((await from.peek())!)
        from.take()
      }
      const last = page.at(-1)
      listed = page.findLast(({ kind }) => kind !== 'multipart-upload')?.key ?? listed
      if (from === undefined) await requireNoObjects(bucket, range, listed)
      const next =
        from &&
        last &&
        formatCursor({
          after: [last.key, last.versionId],
          versions: await sideOf(versions),
          uploads: await sideOf(uploads),
        })
      return { versions: await withUploadSizes(bucket, page), mounts: [], ...(next !== undefined && { next }) }
    },
  }
}

/**
 * A server that is not AWS's and knows no versions may answer with a plain listing, in which there is no version of what it holds; one that
 * knows them may end behind its first page and call that the end. So there must be no object behind the last key that was listed.
 * @throws StoreUnavailable
 */
async function requireNoObjects(bucket: Bucket, range: KeyRange, listed: string | undefined): Promise<void> {
  if (bucket.config.endpoint === undefined) return
  const request = {
    ...{ ...bucket.target, Prefix: bucket.config.prefix, StartAfter: listed, MaxKeys: 1 },
    EncodingType: 'url' as const,
  }
  const answer = await bucket.client.send(new ListObjectsV2Command(request)).catch((error: unknown) => {
    throw toFault(bucket, 'ListObjectsV2', error)
  })
  const given = answer.Contents?.[0]?.Key
  if (given === undefined) return
  const key = answer.EncodingType === 'url' ? decodeKey(given) : given
  // Some servers give the key itself again, or begin anew.
  if (key !== undefined && isInRange(key, { ...range, ...(listed !== undefined && { after: listed }) }))
    throw new StoreUnavailable(
      `store ${bucket.storeId}: ListObjectVersions: expected versions of all objects that the bucket holds, got none behind its last page`,
    )
}

const nothing: OrderedListing = { peek: async () => undefined, take() {}, behind: () => undefined }

const formatCursor = (cursor: Cursor) => JSON.stringify(cursor)

function parseCursor(text: string): Cursor {
  try {
    return z.parse(cursorShape, JSON.parse(text))
  } catch {
    throw new InputInvalid('store: list: cursor: expected one that a listing gave')
  }
}

const asked = 8

/** Each upload is asked for its parts, some at a time. */
async function withUploadSizes(bucket: Bucket, page: ListedVersion[]): Promise<ListedVersion[]> {
  const uploads = [...page.entries()].filter(([, { kind }]) => kind === 'multipart-upload')
  const sized = [...page]
  const worker = async () => {
    for (let next = uploads.pop(); next !== undefined; next = uploads.pop())
      sized[next[0]] = { ...next[1], size: await uploadSize(bucket, next[1]) }
  }
  await Promise.all(Array.from({ length: asked }, worker))
  return sized
}

/**
 * Bytes in the parts of an upload. Of one that is gone by now, or whose parts may not be listed, nothing is known but that
 * it was listed: it stays in the inventory, with no bytes, and is not read in any case.
 */
async function uploadSize(bucket: Bucket, upload: ListedVersion): Promise<number> {
  let size = 0
  let marker: string | undefined
  for (;;) {
    const request = new ListPartsCommand({
      ...bucket.target,
      Key: upload.key,
      UploadId: uploadIdOf(upload),
      PartNumberMarker: marker,
    })
    try {
      const answer = await bucket.client.send(request)
      for (const part of answer.Parts ?? []) size += part.Size ?? 0
      if (answer.IsTruncated === false) return size
      if (answer.IsTruncated === undefined || !(Number(answer.NextPartNumberMarker) > Number(marker ?? 0)))
        throw new StoreUnavailable(
          `store ${bucket.storeId}: ListParts: expected a listing that goes on, got another answer`,
        )
      marker = answer.NextPartNumberMarker
    } catch (error) {
      const isGone = ['NoSuchUpload', 'NoSuchKey'].includes(faultCode(error))
      if (isGone || (faultStatus(error) === 403 && !isAboutSigning(error))) return 0
      throw toFault(bucket, 'ListParts', error)
    }
  }
}
