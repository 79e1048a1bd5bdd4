import type { UnverifiedReason } from '../decode/unverified.ts'

/**
 * What a store lists. `object` and `multipart-upload` hold bytes; a `symbolic-link` holds its target's text (`size` is
 * its length); a `delete-marker` holds nothing, and an `empty-directory`, whose key ends in `/`, nothing but its name;
 * `unreadable` stands for something that is there but cannot be listed or opened (`reason` says why), such as a directory
 * without permission.
 */
export type ObjectVersionKind =
  | 'object'
  | 'delete-marker'
  | 'empty-directory'
  | 'multipart-upload'
  | 'symbolic-link'
  | 'unreadable'

/** What keeps a version from being deleted now, and until when if that is known (RFC 3339). */
export const protectionCodes = ['read-only-snapshot', 'retention', 'legal-hold'] as const
export type Protection = { code: (typeof protectionCodes)[number]; name?: string; until?: string }

/** Classes of S3 whose bytes have to be restored before anybody can read them. */
export const archiveClasses = ['GLACIER', 'DEEP_ARCHIVE'] as const
export type ArchiveClass = (typeof archiveClasses)[number]

/** `restored`: a temporary copy was there when it was listed, for as long as it was asked for. */
export type Archived = { class: ArchiveClass; restored: boolean }

/**
 * One object version as a store hands it out. `key` is the exact key (for a directory: the path below its root, `/`
 * between names) and may contain an identifier: it never leaves the pipeline's memory unsealed. `versionId` changes
 * whenever the content may have changed. `size` counts stored bytes. Listing order is the byte order of (key,
 * versionId), without repeats.
 */
export type ListedVersion = {
  kind: ObjectVersionKind
  key: string
  versionId: string
  current: boolean
  size: number
  modifiedAt: string
  /** The store's own sign of the content, where it gives one: the same version with another one is another version. */
  etag?: string
  protection?: Protection
  archived?: Archived
  reason?: UnverifiedReason
}

/**
 * One line of an inventory part. `seq` counts from 0 within one listing. `shownKey` is the key with every identifier
 * replaced by `[identifier]`; `sealedKey` (base64, AES-256-GCM under the case key) is there only when that changed it.
 */
export type InventoryEntry = Omit<ListedVersion, 'key'> & { seq: number; shownKey: string; sealedKey?: string }
