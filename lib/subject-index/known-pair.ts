import { type CaseRule, canonicalOf } from '../manifest/identifier.ts'
import { digestIn, type HashedForm, hashBytes, hashedTexts } from './hashed-forms.ts'

/** An identifier that is nobody's, and what copies hold of it: whether a salt is the right one, only such a pair can tell. */
export type KnownPair = { identifier: string; digest: string }

/** What is wrong with a pair whatever the salt, in words that quote none of it, or undefined. */
export function problemOfPair(
  { algorithm }: Pick<HashedForm, 'algorithm'>,
  { identifier, digest }: KnownPair,
): string | undefined {
  const result = canonicalOf(identifier, 'exact')
  if ('problem' in result) return `identifier: ${result.problem}`
  const bytes = hashBytes[algorithm]
  return bytesOf(digest, bytes) === undefined
    ? `digest: expected ${bytes} bytes in hexadecimal digits or base64`
    : undefined
}

/** Whether an index of this form has the digest for the identifier. */
export function isReproduced(form: HashedForm, { identifier, digest }: KnownPair, caseRule: CaseRule): boolean {
  const result = canonicalOf(identifier, caseRule)
  const wanted = bytesOf(digest, hashBytes[form.algorithm])
  if ('problem' in result || wanted === undefined) return false
  return [...hashedTexts(identifier, result, caseRule)].some((text) => digestIn(form, text).equals(wanted))
}

/** So many bytes in hexadecimal digits, those of 16 also in groups like a UUID, or in base64 of either alphabet (RFC 4648). */
function bytesOf(given: string, bytes: number): Buffer | undefined {
  const digits = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given) ? given.replaceAll('-', '') : given
  if (/^[0-9a-f]+$/i.test(digits) && digits.length === 2 * bytes) return Buffer.from(digits, 'hex')
  const decoded = Buffer.from(given, 'base64')
  const isWhole = ['base64', 'base64url'].some(
    (encoding) => decoded.toString(encoding as 'base64').replace(/=+$/, '') === given.replace(/={1,2}$/, ''),
  )
  return isWhole && decoded.length === bytes ? decoded : undefined
}
