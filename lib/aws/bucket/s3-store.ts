import { InputInvalid } from '../../errors.ts'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { ByteRange, Clock, Opened, Store, Stores } from '../../ports.ts'
import { bucketBoundaries } from './bucket-boundaries.ts'
import { type Bucket, type BucketAccess, bucketsFor } from './bucket-client.ts'
import { bucketCopies } from './bucket-copies.ts'
import { openS3Object } from './bucket-object.ts'
import { bucketRestores } from './bucket-restores.ts'
import { loneFaults } from './lone-faults.ts'
import { type BodyLimits, bodyLimits } from './object-body.ts'
import { tagReader } from './object-labels.ts'
import { partSizes } from './part-sizes.ts'
import { openListing, type S3Listing } from './s3-listing.ts'

export type S3Options = BucketAccess & { clock?: Clock; bodyLimits?: BodyLimits; heldVersions?: number }

/**
 * A listing that stands right behind a page, so that the next page asks for nothing again. It serves once, for the very
 * page that follows, and only whoever opened the store: what it has asked for already is not what another listing,
 * which begins at the same place later, has to see.
 */
type Standing = { place: string; listing: S3Listing }

/** Buckets as stores, for reading. */
export function s3Stores(options: S3Options = {}): Stores {
  const bucketOf = bucketsFor('read', options)
  return { open: async (store) => openS3Store(bucketOf(store), options, store.s3?.allTags) }
}

/**
 * A bucket as a store. Keys are S3's. Every version is listed, current or not: objects, delete markers and unfinished
 * uploads, which cannot be read. A version without an id of its own goes by the time when it was written. Whether versions
 * are kept makes no difference. A cursor holds keys in clear.
 */
function openS3Store(bucket: Bucket, options: S3Options, allTags = false): Store {
  let standing: Standing | undefined
  const { attempts, openingPauseMs: pauseMs } = options.bodyLimits ?? bodyLimits
  const reading = {
    faults: loneFaults({ attempts, pauseMs }),
    tags: tagReader(bucket, allTags),
    parts: partSizes(bucket),
    clock: options.clock ?? (() => new Date()),
    ...(options.bodyLimits && { limits: options.bodyLimits }),
  }
  return {
    async list(cursor, limit, range) {
      if (!(Number.isInteger(limit) && limit > 0))
        throw new InputInvalid(`store: list: expected a limit of at least 1, got ${limit}`)
      const placeOf = (at: string) => JSON.stringify([at, range])
      const follows = cursor !== undefined && standing?.place === placeOf(cursor)
      const listing = follows ? standing!.listing : openListing(bucket, cursor, range, options.heldVersions)
      standing = undefined
      const page = await listing.next(limit)
      if (page.next !== undefined) standing = { place: placeOf(page.next), listing }
      return page
    },

    restores: bucketRestores(bucket),

    boundaries: (most) => bucketBoundaries(bucket, most),

    copies: () => bucketCopies(bucket),

    async open(version: ListedVersion, range?: ByteRange): Promise<Opened> {
      switch (version.kind) {
        case 'object':
          return openS3Object(bucket, version, reading, range)
        case 'multipart-upload':
          // Its id is the version's, and somebody else's text.
          return { kind: 'unreadable', reason: 'multipart-upload', detail: 'an unfinished upload cannot be read' }
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
