import { InputInvalid } from './errors.ts'

/** The rule for keys of evidence, the same wherever it is kept: a directory, a bucket, an exported bundle. */

/** What a name between two `/` of a key may be: no dot in front (temporary files), nothing a shell or file system eats. */
const segment = /^[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,199}$/

export const isKeySegment = (name: string): boolean => segment.test(name)

/** Keys are ASCII, so that the order of strings is the order of bytes. */
export const isEvidenceKey = (key: string): boolean => key.split('/').every(isKeySegment)

/** @throws InputInvalid, without the key: it could be anything */
export function requireEvidenceKey(key: string): void {
  if (!isEvidenceKey(key))
    throw new InputInvalid('evidence: key: expected names of letters, digits, ".", "_", "=" and "-" between "/"')
}
