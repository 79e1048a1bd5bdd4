/** Why an object version, or a part of it, was not read to its last byte. A closed list: evidence uses these words only. */
export const unverifiedReasons = [
  'access-denied', // the store refuses to hand it out
  'read-error', // the medium failed while it was read
  'changed', // it is not, or not any more, the version that was listed
  'disappeared', // it was listed and is gone
  'special-file', // a device, socket or pipe
  'symbolic-link', // points out of the store, or nowhere
  'invalid-name', // its name is not valid UTF-8
  'multipart-upload', // unfinished upload that cannot be read
  'archived', // in a class that must be restored first
  'truncated', // a container ends before its format says it may
  'corrupt', // a container contradicts itself or a checksum
  'encrypted',
  'dictionary', // compressed against a dictionary that is not at hand
  'limit', // beyond the stated limits of size, ratio, window or depth
  'unsupported-format', // a known format that is not read yet
  'trailing-data', // bytes after the end of a container that are not text
  'picture', // all of it was read but what it shows
  'not-text', // binary or opaque content
  'opaque', // what hides its content: compressed or encrypted by something unknown
  'lossy-number', // numbers whose last digits are gone
  'fixed-width', // fields of fixed width with nothing in between, one of which may be an identifier
  'invalid-utf8',
  'control-missed', // a positive control of the batch was not found
  'second-opinion', // another reading of a sample of its batch disagrees
  'not-scanned', // no outcome was reported
  'size-differs', // bytes read are not the bytes listed
  'not-listed', // seen by the closing listing or reported by a batch, but not in the inventory
  'contradictory', // reports about it disagree
] as const

export type UnverifiedReason = (typeof unverifiedReasons)[number]

/**
 * A part of an object version that was not read. `path` are the containers around it, outermost first; `offset` counts
 * bytes in the innermost of them; `detail` says what was expected, in words, and never holds content.
 */
export type Gap = { reason: UnverifiedReason; path: readonly string[]; offset: number; detail: string }
