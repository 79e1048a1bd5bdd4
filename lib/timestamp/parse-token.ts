import { FormatInvalid } from '../errors.ts'
import { type Digest, digestOf, type SignatureAlgorithm, signatureOf } from './algorithms.ts'
import { type Certificate, parseCertificate } from './certificate.ts'
import {
  allIn,
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

const oids = {
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.47',
}

/** A timestamp token as it is written (SignedData, RFC 5652, 5, with one signer); nothing of it is believed yet. */
export type Token = {
  /** What is signed. */
  info: TimestampInfo
  infoBytes: Uint8Array
  certificates: Certificate[]
  /** Which certificate signed, by its issuer's name and its number. */
  signer: { issuer: Uint8Array; serial: Uint8Array }
  digest: Digest
  /** The bytes that the signature is over. */
  signedBytes: Uint8Array
  /** Said in the signed attributes: the digest of the info, and that of the signer's certificate. */
  messageDigest: Uint8Array
  signingCertificate: { digest: Digest; hash: Uint8Array }
  algorithm: SignatureAlgorithm
  signature: Uint8Array
}

/** What an authority says (TSTInfo, RFC 3161, 2.4.2). `time` in milliseconds since 1970. */
export type TimestampInfo = { digest: Digest; hash: Uint8Array; time: number; nonce?: Uint8Array }

/**
 * Accepts what RFC 3161 asks an authority to write, in DER, and nothing that the signature leaves open: no further signers,
 * no unsigned attributes, no revocation lists. @throws FormatInvalid
 */
export function parseToken(token: Uint8Array): Token {
  const where = 'token'
  const outer = readIn(decodeDer(token, tags.sequence, where), where)
  requireOid(outer.take(tags.oid, 'type'), oids.signedData, 'token: type')
  const explicit = outer.take(contextTag(0), 'content')
  outer.end()
  const parts = readIn(decodeDer(explicit.content, tags.sequence, where), where)
  requireNumber(parts.take(tags.integer, 'version'), 3, 'token: version')
  const digests = allIn(parts.take(tags.set, 'digests'), tags.sequence, 'token: digests')
  const infoBytes = infoIn(parts.take(tags.sequence, 'content'))
  const certificates = parts.take(contextTag(0), 'certificates')
  const signers = allIn(parts.take(tags.set, 'signers'), tags.sequence, 'token: signers')
  parts.end()
  if (digests.length !== 1 || signers.length !== 1)
    throw new FormatInvalid(`token: expected one digest and one signer, got ${digests.length} and ${signers.length}`)
  const signer = parseSigner(signers[0]!)
  if (digestOf(digests[0]!, 'token: digest') !== signer.digest || !isSame(digests[0]!, signer.digestBytes))
    throw new FormatInvalid('token: digest: expected that of the signer, got another')
  const { digestBytes: _, ...known } = signer
  return {
    ...known,
    infoBytes,
    info: parseInfo(infoBytes),
    certificates: allIn(certificates, tags.sequence, 'token: certificates').map(({ whole }) => parseCertificate(whole)),
  }
}

function infoIn(content: Der): Uint8Array {
  const parts = readIn(content, 'token: content')
  requireOid(parts.take(tags.oid, 'type'), oids.timestampInfo, 'token: content')
  const explicit = parts.take(contextTag(0), 'info')
  parts.end()
  return decodeDer(explicit.content, tags.octetString, 'token: content').content
}

function parseSigner(signer: Der) {
  const where = 'token: signer'
  const parts = readIn(signer, where)
  requireNumber(parts.take(tags.integer, 'version'), 1, `${where}: version`)
  const identifier = readIn(parts.take(tags.sequence, 'identifier'), where)
  const issuer = identifier.take(tags.sequence, 'issuer').whole
  const serial = integerOf(identifier.take(tags.integer, 'serial number'), where)
  identifier.end()
  const digestBytes = parts.take(tags.sequence, 'digest')
  const digest = digestOf(digestBytes, where)
  const attributes = parts.take(contextTag(0), 'signed attributes')
  const algorithm = signatureOf(parts.take(tags.sequence, 'algorithm'), where)
  const signature = parts.take(tags.octetString, 'signature').content
  parts.end()
  if ((algorithm.digest ?? digest) !== digest)
    throw new FormatInvalid(`${where}: algorithm: expected the digest of the signer, got another`)
  // Signed are the attributes as a set of their own (RFC 5652, 5.4).
  const signedBytes = Uint8Array.from([tags.set, ...attributes.whole.subarray(1)])
  return { signer: { issuer, serial }, digest, digestBytes, algorithm, signature, signedBytes, ...said(attributes) }
}

/** @throws FormatInvalid unless all attributes that RFC 3161 and RFC 5816 ask for are there, once and with one value each */
function said(attributes: Der): Pick<Token, 'messageDigest' | 'signingCertificate'> {
  const where = 'token: signed attributes'
  const values = new Map<string, Der>()
  for (const each of allIn(attributes, tags.sequence, where)) {
    const parts = readIn(each, where)
    const oid = oidOf(parts.take(tags.oid, 'type'), where)
    const value = parts.take(tags.set, 'value')
    parts.end()
    if (values.has(oid)) throw new FormatInvalid(`${where}: expected each once, got one twice`)
    values.set(oid, value)
  }
  const oneOf = (oid: string, tag: number, what: string) => {
    const value = values.get(oid)
    if (!value) throw new FormatInvalid(`${where}: expected ${what}, got none`)
    return decodeDer(value.content, tag, `${where}: ${what}`)
  }
  requireOid(oneOf(oids.contentType, tags.oid, 'a content type'), oids.timestampInfo, `${where}: content type`)
  return {
    messageDigest: oneOf(oids.messageDigest, tags.octetString, 'a message digest').content,
    signingCertificate: signingCertificateIn(
      oneOf(oids.signingCertificate, tags.sequence, 'the certificate by its SHA-2 (ESSCertIDv2)'),
    ),
  }
}

/** The first one is the signer's (RFC 5035, 5.4.1.1). Without a name its digest is SHA-256. */
function signingCertificateIn(value: Der): Token['signingCertificate'] {
  const where = 'token: signing certificate'
  const first = readIn(readIn(value, where).take(tags.sequence, 'certificates'), where).take(tags.sequence, 'first')
  const parts = readIn(first, where)
  const algorithm = parts.optional(tags.sequence)
  const { content } = parts.take(tags.octetString, 'hash')
  return { digest: algorithm ? digestOf(algorithm, where) : 'sha256', hash: content }
}

function parseInfo(bytes: Uint8Array): TimestampInfo {
  const where = 'token: info'
  const parts = readIn(decodeDer(bytes, tags.sequence, where), where)
  requireNumber(parts.take(tags.integer, 'version'), 1, `${where}: version`)
  parts.take(tags.oid, 'policy')
  const imprint = readIn(parts.take(tags.sequence, 'imprint'), where)
  const digest = digestOf(imprint.take(tags.sequence, 'digest'), where)
  const { content: hash } = imprint.take(tags.octetString, 'hash')
  imprint.end()
  parts.take(tags.integer, 'serial number')
  const time = timeOf(parts.take(tags.generalizedTime, 'time'), `${where}: time`)
  parts.optional(tags.sequence)
  parts.optional(tags.boolean)
  const nonce = parts.optional(tags.integer)
  parts.optional(contextTag(0))
  // No extension was asked for, and one that is not understood could change what is said.
  parts.end()
  return { digest, hash, time, ...(nonce && { nonce: integerOf(nonce, `${where}: nonce`) }) }
}

const isSame = (a: Der, b: Der) => Buffer.from(a.whole).equals(b.whole)

function requireOid(element: Der, expected: string, where: string): void {
  if (oidOf(element, where) !== expected) throw new FormatInvalid(`${where}: expected ${expected}, got another`)
}

function requireNumber(element: Der, expected: number, where: string): void {
  const number = smallIntegerOf(element, where)
  if (number !== expected) throw new FormatInvalid(`${where}: expected ${expected}, got ${number}`)
}
