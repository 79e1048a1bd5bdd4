import { hash, X509Certificate } from 'node:crypto'
import { FormatInvalid, ProofInvalid } from '../errors.ts'
import { signatureOf } from './algorithms.ts'
import {
  allIn,
  booleanOf,
  contextTag,
  type Der,
  decodeDer,
  integerOf,
  oidOf,
  readIn,
  smallIntegerOf,
  tags,
  timeOf,
} from './der.ts'

/** What a chain of certificates is judged by (RFC 5280). Names and numbers are DER, so that they are compared byte by byte. */
export type Certificate = {
  der: Uint8Array
  /** Checks its signature and gives its key. */
  x509: X509Certificate
  subject: Uint8Array
  issuer: Uint8Array
  serial: Uint8Array
  /** Milliseconds, both included. */
  validFrom: number
  validTo: number
  /** Whether it may issue certificates; `pathLength`: how many others may stand between it and the last one. */
  isIssuer: boolean
  pathLength: number
  /** Bits of the key's usage, the first one (digitalSignature) highest; absent: any. */
  keyUsage?: number
  /** What the key is for, by object identifier; absent: anything. */
  purposes?: { oids: string[]; isCritical: boolean }
  /** A critical extension that is not understood here: such a certificate may not be relied on. */
  hasUnknown: boolean
}

export const timeStamping = '1.3.6.1.5.5.7.3.8'
export const usage = { digitalSignature: 0x8000, nonRepudiation: 0x4000, certificateSigning: 0x0400 } as const

const extensions = { keyUsage: '2.5.29.15', constraints: '2.5.29.19', policies: '2.5.29.32', purposes: '2.5.29.37' }

/** What errors call it. */
const where = 'certificate'

/** @throws FormatInvalid */
export function parseCertificate(der: Uint8Array): Certificate {
  const parts = readIn(decodeDer(der, tags.sequence, where), where)
  const body = readIn(parts.take(tags.sequence, 'body'), where)
  const algorithm = parts.take(tags.sequence, 'algorithm')
  parts.take(tags.bitString, 'signature')
  parts.end()

  const version = body.optional(contextTag(0))
  if (!version || smallIntegerOf(decodeDer(version.content, tags.integer, where), where) !== 2)
    throw new FormatInvalid(`${where}: version: expected 3, got another`)
  const serial = integerOf(body.take(tags.integer, 'serial number'), where)
  const inner = body.take(tags.sequence, 'algorithm')
  if (!Buffer.from(inner.whole).equals(algorithm.whole))
    throw new FormatInvalid(`${where}: algorithm: expected the same twice, got two`)
  const issuer = body.take(tags.sequence, 'issuer').whole
  const validity = readIn(body.take(tags.sequence, 'validity'), where)
  const validFrom = takeTime(validity)
  const validTo = takeTime(validity)
  validity.end()
  const subject = body.take(tags.sequence, 'subject').whole
  body.take(tags.sequence, 'key')
  const listed = body.optional(contextTag(3))
  body.end()
  const known = { issuer, subject, serial, validFrom, validTo }
  return { der, x509: open(der), ...known, ...extensionsIn(listed) }
}

function takeTime(validity: ReturnType<typeof readIn>): number {
  return timeOf(validity.optional(tags.utcTime) ?? validity.take(tags.generalizedTime, 'time'), `${where}: validity`)
}

function open(der: Uint8Array): X509Certificate {
  try {
    const x509 = new X509Certificate(der)
    // Read once here: a key of a kind that Node does not know throws.
    if (x509.publicKey.asymmetricKeyType === undefined) throw new FormatInvalid(`${where}: expected a key, got none`)
    return x509
  } catch (cause) {
    throw new FormatInvalid(`${where}: expected a certificate with a key that can be read, got another`, { cause })
  }
}

type Extensions = Pick<Certificate, 'isIssuer' | 'pathLength' | 'keyUsage' | 'purposes' | 'hasUnknown'>

function extensionsIn(listed: Der | undefined): Extensions {
  const found: Extensions = { isIssuer: false, pathLength: Number.POSITIVE_INFINITY, hasUnknown: false }
  const seen = new Set<string>()
  if (!listed) return found
  for (const each of allIn(decodeDer(listed.content, tags.sequence, where), tags.sequence, where)) {
    const parts = readIn(each, where)
    const oid = oidOf(parts.take(tags.oid, 'extension'), where)
    const critical = parts.optional(tags.boolean)
    const isCritical = critical !== undefined && booleanOf(critical, where)
    const value = parts.take(tags.octetString, 'extension').content
    parts.end()
    if (seen.has(oid)) throw new FormatInvalid(`${where}: extension: expected each once, got one twice`)
    seen.add(oid)
    if (oid === extensions.keyUsage) found.keyUsage = usageIn(value)
    else if (oid === extensions.constraints) Object.assign(found, constraintsIn(value))
    else if (oid === extensions.purposes) found.purposes = { oids: purposesIn(value), isCritical }
    // Policies are left to whoever pins a certificate.
    else if (oid !== extensions.policies && isCritical) found.hasUnknown = true
  }
  return found
}

/** Up to sixteen bits; the unused ones at the end are zero in DER. */
function usageIn(value: Uint8Array): number {
  const [unused, first = 0, second = 0, ...more] = decodeDer(value, tags.bitString, where).content
  if (unused === undefined || unused > 7 || more.length > 0)
    throw new FormatInvalid(`${where}: key usage: expected at most 16 bits, got another`)
  return first * 256 + second
}

function constraintsIn(value: Uint8Array): Pick<Certificate, 'isIssuer' | 'pathLength'> {
  const parts = readIn(decodeDer(value, tags.sequence, where), where)
  const isIssuer = parts.optional(tags.boolean)
  const pathLength = parts.optional(tags.integer)
  parts.end()
  return {
    isIssuer: isIssuer !== undefined && booleanOf(isIssuer, where),
    pathLength: pathLength === undefined ? Number.POSITIVE_INFINITY : smallIntegerOf(pathLength, where),
  }
}

function purposesIn(value: Uint8Array): string[] {
  return allIn(decodeDer(value, tags.sequence, where), tags.oid, where).map((each) => oidOf(each, where))
}

const armour = /-----BEGIN CERTIFICATE-----\n((?:[A-Za-z0-9+/]{1,76}={0,2}\n)+)-----END CERTIFICATE-----\n?/g

/**
 * The certificates of a text in PEM, at least one. What stands between them (names, as openssl writes them) is left out.
 * @throws FormatInvalid
 */
export function parseCertificates(pem: string): Certificate[] {
  const found = [...pem.replaceAll('\r\n', '\n').matchAll(armour)].map(([, base64]) =>
    parseCertificate(new Uint8Array(Buffer.from(base64!, 'base64'))),
  )
  if (found.length === 0) throw new FormatInvalid(`${where}: expected a certificate in PEM, got none`)
  return found
}

/** One certificate in the one spelling in which we write it. */
export function formatCertificate({ der }: Pick<Certificate, 'der'>): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** SHA-256 (hex) of the whole certificate, as `openssl x509 -fingerprint -sha256` shows it with colons. */
export function certificateFingerprint({ der }: Pick<Certificate, 'der'>): string {
  return hash('sha256', der, 'hex')
}

/**
 * That the issuer, which has the name that the certificate names, may issue certificates, and that it issued this one, by a signature that counts today.
 * `between`: how many others stand between the issuer and the last certificate of the chain.
 * @throws FormatInvalid @throws ProofInvalid
 */
export function requireIssued(certificate: Certificate, issuer: Certificate, between: number): void {
  if (!issuer.isIssuer || issuer.pathLength < between || !mayUse(issuer, usage.certificateSigning))
    throw new ProofInvalid('certificate: issuer: expected one that may issue this certificate, got another')
  if (issuer.purposes && !issuer.purposes.oids.some((oid) => oid === timeStamping || oid === anyPurpose))
    throw new ProofInvalid('certificate: issuer: expected one that may issue for timestamps, got another')
  const outer = readIn(decodeDer(certificate.der, tags.sequence, 'certificate'), 'certificate')
  outer.take(tags.sequence, 'body')
  signatureOf(outer.take(tags.sequence, 'algorithm'), 'certificate: signature')
  if (!certificate.x509.verify(issuer.x509.publicKey))
    throw new ProofInvalid('certificate: signature: expected one that verifies, got another')
}

const anyPurpose = '2.5.29.37.0'
const mayUse = ({ keyUsage }: Certificate, bit: number) => keyUsage === undefined || (keyUsage & bit) !== 0

/** That the key is one that can be relied on, that the time is within the certificate's, and that nothing in it is unknown. */
export function requireSound({ x509, validFrom, validTo, hasUnknown }: Certificate, at: number): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = x509.publicKey
  const isStrong =
    (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) ||
    (type === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? ''))
  if (!isStrong)
    throw new ProofInvalid('certificate: key: expected RSA of 2048 bits or more, or ECDSA on a NIST curve, got another')
  if (at < validFrom || at >= validTo + 1000)
    throw new ProofInvalid(
      'certificate: validity: expected one that was valid at the time of the timestamp, got another',
    )
  if (hasUnknown)
    throw new ProofInvalid('certificate: extension: expected known ones where they are critical, got another')
}
