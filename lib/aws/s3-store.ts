import { InputInvalid } from '../errors.ts'
import type { ListedVersion } from '../inventory/object-version.ts'
import type { ByteRange, Clock, Opened, Store, Stores } from '../ports.ts'
import { bucketBoundaries } from './bucket-boundaries.ts'
import { type Bucket, type BucketAccess, bucketsFor } from './bucket-client.ts'
import { openS3Object } from './bucket-object.ts'
import { bucketRestores } from './bucket-restores.ts'
import { uploadIdOf } from './listing-pages.ts'
import type { BodyLimits } from './object-body.ts'
import { tagReader } from './object-labels.ts'
import { openListing, type S3Listing } from './s3-listing.ts'

export type S3Options = BucketAccess & { clock?: Clock; bodyLimits?: BodyLimits; heldVersions?: number }

/**
 * Listings that stand right behind a page, by the place where they stand, so that the next page asks for nothing again.
 * Each serves once, for the very page that follows: a listing that starts over, or a retry, begins from the cursor.
 */
type Standing = Map<string, S3Listing>

/** A store is listed in 32 segments at once at most, twice in a pass. What is dropped costs a request or two, no more. */
const mostStanding = 64

/** Buckets as stores, for reading. Page after page of one store may open it anew. */
export function s3Stores(options: S3Options = {}): Stores {
  const bucketOf = bucketsFor('read', options)
  const standing = new Map<Bucket, Standing>()
  return {
    async open(store) {
      const bucket = bucketOf(store)
      const own: Standing = standing.get(bucket) ?? new Map()
      standing.set(bucket, own)
      return openS3Store(bucket, options, own)
    },
  }
}

/**
 * A bucket as a store. Keys are S3's. Every version is listed, current or not: objects, delete markers and unfinished
 * uploads, which cannot be read. A version without an id of its own goes by the time when it was written. Whether versions
 * are kept makes no difference. A cursor holds keys in clear.
 */
function openS3Store(bucket: Bucket, options: S3Options, standing: Standing): Store {
  const reading = {
    tags: tagReader(bucket),
    clock: options.clock ?? (() => new Date()),
    ...(options.bodyLimits && { limits: options.bodyLimits }),
  }
  return {
    async list(cursor, limit, range) {
      if (!(Number.isInteger(limit) && limit > 0))
        throw new InputInvalid(`store: list: expected a limit of at least 1, got ${limit}`)
      const placeOf = (at: string) => JSON.stringify([at, range])
      const standingHere = cursor === undefined ? undefined : standing.get(placeOf(cursor))
      if (cursor !== undefined) standing.delete(placeOf(cursor))
      const listing = standingHere ?? openListing(bucket, cursor, range, options.heldVersions)
      const page = await listing.next(limit)
      if (page.next === undefined) return page
      const [oldest] = standing.keys()
      if (standing.size >= mostStanding && oldest !== undefined) standing.delete(oldest)
      standing.set(placeOf(page.next), listing)
      return page
    },

    restores: bucketRestores(bucket),

    boundaries: (most) => bucketBoundaries(bucket, most),

    async open(version: ListedVersion, range?: ByteRange): Promise<Opened> {
      switch (version.kind) {
        case 'object':
          return openS3Object(bucket, version, reading, range)
        case 'multipart-upload':
          return {
            kind: 'unreadable',
            reason: 'multipart-upload',
            detail: `an unfinished upload cannot be read: ${uploadIdOf(version)}`,
          }
        case 'unreadable':
          return { kind: 'unreadable', reason: version.reason ?? 'read-error', detail: 'it could not be listed' }
        case 'delete-marker':
        case 'empty-directory':
        case 'symbolic-link':
          throw new InputInvalid(
            `store: open: expected a kind of version that holds bytes in a bucket, got ${version.kind}`,
          )
        default:
          return version.kind satisfies never
      }
    },
  }
}
