import { FormatInvalid, ProofInvalid } from '../errors.ts'
import { sha256Oid } from './algorithms.ts'
import { decodeDer, encodeDer, encodeOid, readIn, smallIntegerOf, tags } from './der.ts'

const nullDer = encodeDer(tags.null)

/**
 * What an authority is sent (TimeStampReq, RFC 3161, 2.4.1): the SHA-256 of what is to be timestamped, a number that the answer
 * has to repeat, and that the answer is to bring its certificate. It says nothing else.
 */
export function formatQuery({ sha256, nonce }: { sha256: Uint8Array; nonce: Uint8Array }): Uint8Array {
  const algorithm = encodeDer(tags.sequence, encodeOid(sha256Oid), nullDer)
  return encodeDer(
    tags.sequence,
    encodeDer(tags.integer, Uint8Array.of(1)),
    encodeDer(tags.sequence, algorithm, encodeDer(tags.octetString, sha256)),
    encodeDer(tags.integer, nonce),
    encodeDer(tags.boolean, Uint8Array.of(0xff)),
  )
}

/** A positive number of eight bytes in its one spelling, from eight random bytes. */
export function nonceOf(random: Uint8Array): Uint8Array {
  return Uint8Array.from(random, (byte, i) => (i === 0 ? (byte & 0x3f) | 0x40 : byte))
}

const statusNames = ['granted', 'granted with changes', 'rejected', 'waiting', 'about to be revoked', 'revoked']

/**
 * The token in what an authority answered (TimeStampResp, 2.4.2). Only what is granted as it was asked for counts: there was
 * nothing that could be changed. What the authority says in words is left out. @throws FormatInvalid @throws ProofInvalid
 */
export function tokenIn(answer: Uint8Array): Uint8Array {
  const parts = readIn(decodeDer(answer, tags.sequence, 'answer'), 'answer')
  const status = readIn(parts.take(tags.sequence, 'status'), 'answer: status')
  const number = smallIntegerOf(status.take(tags.integer, 'number'), 'answer: status')
  if (number !== 0)
    throw new ProofInvalid(`answer: status: expected granted, got ${statusNames[number] ?? `number ${number}`}`)
  const token = parts.take(tags.sequence, 'token')
  parts.end()
  return token.whole
}

/** What is kept of an answer: the token as it came, and that it was granted. `openssl ts -verify` reads it as an answer. */
export function formatResponse(token: Uint8Array): Uint8Array {
  return encodeDer(tags.sequence, granted, token)
}

const granted = encodeDer(tags.sequence, encodeDer(tags.integer, Uint8Array.of(0)))

/** `formatResponse(parseResponse(bytes))` are the same bytes. @throws FormatInvalid for any others */
export function parseResponse(bytes: Uint8Array): Uint8Array {
  const parts = readIn(decodeDer(bytes, tags.sequence, 'response'), 'response')
  const status = parts.take(tags.sequence, 'status')
  if (!Buffer.from(status.whole).equals(granted))
    throw new FormatInvalid('response: status: expected granted and nothing else, got another')
  const token = parts.take(tags.sequence, 'token')
  parts.end()
  return token.whole
}
