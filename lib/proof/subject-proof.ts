import * as z from 'zod/mini'
import { FormatInvalid, ProofInvalid } from '../errors.ts'
import { verifyInclusion } from '../log/merkle.ts'
import { canonicalOf } from '../manifest/identifier.ts'
import { shapesInOrder } from '../subject-index/shape-code.ts'
import { decideSubject, subjectStatuses } from '../verdict/decide-subject.ts'
import type { Verdict } from '../verdict/decide-verdict.ts'
import { parseDocument } from '../verdict/parse-document.ts'
import { mostVersions, resultLeafOf, saltBytes, scopeLeafOf } from './subject-leaf.ts'

/**
 * What a run came to for one subject, to be handed to that person: JSON, and it names nobody else. The paths are hashes one after
 * the other, from the leaf's sibling up (RFC 6962, 2.1.1), in base64; `index` is the leaf's place in both trees, which have `subjects`
 * leaves. The roots are not in it: they stand in two attestations of the run, whose envelopes it names by their SHA-256.
 */
const hashBytes = 32
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/))
const versions = z.int().check(z.minimum(0), z.maximum(mostVersions))
const path = z.string().check(z.maxLength(4096))
const subjectProof = z.strictObject({
  format: z.literal('odv-subject-proof 1'),
  runId: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/)),
  scopeEnvelope: sha256,
  summaryEnvelope: sha256,
  shape: z.enum(shapesInOrder as [(typeof shapesInOrder)[number]]),
  identifier: z.string().check(z.maxLength(254)),
  salt: z.string().check(z.regex(new RegExp(`^[0-9a-f]{${2 * saltBytes}}$`))),
  index: z.int().check(z.minimum(0)),
  subjects: z.int().check(z.minimum(1)),
  status: z.enum(subjectStatuses),
  before: versions,
  after: versions,
  scopePath: path,
  resultPath: path,
})

export type SubjectProof = z.infer<typeof subjectProof>

export const proofFormat = 'odv-subject-proof 1'

export const formatSubjectProof = (proof: SubjectProof): string => `${JSON.stringify(proof, null, 1)}\n`

/** Accepts exactly the bytes that `formatSubjectProof` gives. @throws FormatInvalid naming bad fields, without a value */
export function parseSubjectProof(bytes: Uint8Array): SubjectProof {
  const proof = parseDocument(bytes, subjectProof, 'subject proof')
  if (formatSubjectProof(proof) !== Buffer.from(bytes).toString('utf8'))
    throw new FormatInvalid('subject proof: expected its fields in order, got another form')
  return proof
}

/** What two attestations say: who is in scope, and what the run came to. */
export type SubjectRoots = { population: number; scopeRoot: string; resultRoot: string; run: Verdict }

/** @throws ProofInvalid unless the proof is of these roots */
export function verifySubjectProof(
  proof: SubjectProof,
  { population, scopeRoot, resultRoot, run }: SubjectRoots,
): void {
  const { shape, identifier, index, subjects, status, before, after } = proof
  const canonical = canonicalOf(identifier, 'exact')
  if ('problem' in canonical || canonical.shape !== shape || canonical.canonical !== identifier)
    throw new ProofInvalid('identifier: expected a canonical one of its shape, got another')
  if (subjects !== population)
    throw new ProofInvalid(`subjects: expected ${population}, as was attested, got ${subjects}`)
  const salt = Buffer.from(proof.salt, 'hex')
  const scopeLeaf = scopeLeafOf({ salt, shape, identifier })
  verifyPath('scope', scopeRoot, { size: population, index }, scopeLeaf, proof.scopePath)
  verifyPath(
    'result',
    resultRoot,
    { size: population, index },
    resultLeafOf(scopeLeaf, { status, before, after }),
    proof.resultPath,
  )
  if (decideSubject({ before, after }, run) !== status)
    throw new ProofInvalid(
      'status: expected the one that follows from what was found and from the verdict on the run, got another',
    )
}

function verifyPath(
  tree: string,
  root: string,
  { size, index }: { size: number; index: number },
  leaf: Uint8Array,
  path: string,
): void {
  try {
    verifyInclusion({ size, root: new Uint8Array(Buffer.from(root, 'hex')) }, index, leaf, parsePath(path))
  } catch (error) {
    if (!(error instanceof ProofInvalid)) throw error
    throw new ProofInvalid(`${tree} tree: ${error.message}`, { cause: error })
  }
}

export const formatPath = (hashes: readonly Uint8Array[]): string => Buffer.concat(hashes).toString('base64')

function parsePath(text: string): Uint8Array[] {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text || bytes.length % hashBytes !== 0)
    throw new ProofInvalid('path: expected hashes in base64, got another text')
  return Array.from(
    { length: bytes.length / hashBytes },
    (_, at) => new Uint8Array(bytes.subarray(at * hashBytes, (at + 1) * hashBytes)),
  )
}
