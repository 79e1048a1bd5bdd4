import { OdvError, ProofInvalid } from '../errors.ts'
import { type Certificate, requireIssued, requireSound, timeStamping, usage } from './certificate.ts'

const longest = 5
/** Signatures that are checked at most: whoever forges a token may bring any number of certificates that all issue each other. */
const mostTried = 256

/**
 * That this certificate may sign timestamps (RFC 3161, 2.3), and follows, at that time, from one that is pinned, which it may be
 * itself. `others` may stand in between; who wrote them does not matter.
 * @returns the pinned one
 * @throws ProofInvalid @throws FormatInvalid
 */
export function requireAuthority(
  signer: Certificate,
  { pinned, others, at }: { pinned: readonly Certificate[]; others: readonly Certificate[]; at: number },
): Certificate {
  const { purposes, keyUsage } = signer
  if (!purposes?.isCritical || purposes.oids.length !== 1 || purposes.oids[0] !== timeStamping)
    throw new ProofInvalid('certificate: purpose: expected timeStamping alone, marked critical, got another')
  const signing = usage.digitalSignature | usage.nonRepudiation
  if (keyUsage !== undefined && (keyUsage === 0 || (keyUsage & ~signing) !== 0))
    throw new ProofInvalid('certificate: key usage: expected signatures alone, got another')

  let refusal: unknown
  let tried = 0
  const climb = (certificate: Certificate, between: number): Certificate | undefined => {
    requireSound(certificate, at)
    const own = pinned.find((each) => isSame(each, certificate))
    if (own || between > longest) return own
    for (const issuer of [...pinned, ...others]) {
      if (!Buffer.from(issuer.subject).equals(certificate.issuer) || isSame(issuer, certificate)) continue
      if (++tried > mostTried) return undefined
      try {
        requireIssued(certificate, issuer, between)
        const found = climb(issuer, between + 1)
        if (found) return found
      } catch (error) {
        if (!(error instanceof OdvError)) throw error
        refusal ??= error
      }
    }
    return undefined
  }
  const found = climb(signer, 0)
  if (found) return found
  throw refusal ?? new ProofInvalid('certificate: expected one that follows from a pinned one, got another')
}

const isSame = (a: Certificate, b: Certificate) => Buffer.from(a.der).equals(b.der)
