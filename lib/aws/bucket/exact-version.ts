import { EvidenceConflict } from '../../errors.ts'
import type { ListedVersion } from '../../inventory/object-version.ts'
import { nullVersion, uploadVersion } from './listing-pages.ts'

declare const exact: unique symbol

/**
 * One version of one object by the id that the store gave it: all that a deletion may name. It is made of a listed version
 * and of nothing else. Deleting a key without an id would hide the object and delete nothing.
 */
export type ExactVersion = { readonly Key: string; readonly VersionId: string; readonly [exact]: true }

/**
 * Absent: the store gave the version no id (it is listed as `null@` and its time), so that the same name may be another
 * one's by now.
 */
export function toExactVersion({ key, versionId }: ListedVersion): ExactVersion | undefined {
  const isOwn =
    versionId !== '' && versionId !== 'null' && ![nullVersion, uploadVersion].some((mark) => versionId.startsWith(mark))
  return isOwn ? ({ Key: key, VersionId: versionId } as ExactVersion) : undefined
}

export const isUpload = ({ kind, versionId }: ListedVersion) =>
  kind === 'multipart-upload' && versionId.startsWith(uploadVersion)

/** @throws EvidenceConflict for a key that is not the store's: nothing of the request is to be believed then. */
export function checkInStore(storeId: string, prefix: string | undefined, versions: readonly ListedVersion[]): void {
  if (prefix !== undefined && versions.some(({ key }) => !key.startsWith(prefix)))
    throw new EvidenceConflict(`store ${storeId}: deletion: expected keys that begin with its prefix, got another`)
}

/** Tells two versions apart, whatever is in a key. */
export const identityOf = (key: string | undefined, versionId: string | undefined) => JSON.stringify([key, versionId])

/**
 * Whether a key comes through XML as it is: control characters are not allowed there, and line ends are read as others.
 * All other keys are a part of the URL.
 */
export const fitsInXml = (key: string) => !/[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]/u.test(key)
