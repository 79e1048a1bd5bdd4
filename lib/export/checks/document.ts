import { hash } from 'node:crypto'
import type { KeyTransition } from '../../attestation/key-chain.ts'
import type { RunPredicate } from '../../attestation/statement.ts'
import { transitionDocument } from '../../attestation/to-key-transition.ts'
import { ProofInvalid } from '../../errors.ts'
import {
  parseAcknowledgement,
  parseCoverage,
  parseDeletionRequest,
  parseStoreReport,
} from '../../verdict/parse-store-report.ts'
import { documentPath } from '../bundle-paths.ts'
import { documentKindOf } from '../document-of-phase.ts'
import { at, type Checked } from '../run-check.ts'
import { parseCorrectionDocument, parseScopeDocument, parseSummaryDocument } from '../run-documents.ts'
import type { Evidence } from '../run-evidence.ts'
import type { Attested } from './statement.ts'

export type AttestedTransition = Attested & { predicate: KeyTransition }
/** What is said about runs, and which keys gave their duty to others; both in the order of the log. */
type Documented = { evidence: Evidence[]; transitions: AttestedTransition[] }

/** Every document is the one that its statement vouches for, byte for byte, and can be read without any doubt. */
export function checkDocuments(attested: readonly Attested[]): Checked<Documented> {
  const transitions: AttestedTransition[] = []
  const evidence = attested.flatMap((each) =>
    at(documentPath(each.seq, documentKindOf(each.statement.predicate.phase)), () => {
      if (hash('sha256', each.document, 'hex') !== each.statement.subject[0]!.digest.sha256)
        throw new ProofInvalid('digest: expected that of the in-toto subject, got another')
      const { predicate } = each.statement
      if (predicate.phase !== 'key-transition') return [toEvidence(each, predicate)]
      if (Buffer.compare(each.document, transitionDocument(predicate)) !== 0)
        throw new ProofInvalid('document: expected what the key transition says, got another')
      transitions.push({ ...each, predicate })
      return []
    }),
  )
  return { count: attested.length, value: { evidence, transitions } }
}

function toEvidence(each: Attested, predicate: RunPredicate): Evidence {
  const { document } = each
  const attested = { ...each, statement: { ...each.statement, predicate } }
  switch (predicate.phase) {
    case 'scope':
      return { ...attested, phase: 'scope', predicate, model: parseScopeDocument(document) }
    case 'scan':
      return { ...attested, phase: 'scan', predicate, model: parseCoverage(document) }
    case 'deletion-request':
      return { ...attested, phase: 'deletion-request', predicate, model: parseDeletionRequest(document) }
    case 'deletion-ack':
      return { ...attested, phase: 'deletion-ack', predicate, model: parseAcknowledgement(document) }
    case 'verification':
      return { ...attested, phase: 'verification', predicate, model: parseStoreReport(document) }
    case 'correction':
      return { ...attested, phase: 'correction', predicate, model: parseCorrectionDocument(document) }
    case 'run-summary':
      return { ...attested, phase: 'run-summary', predicate, model: parseSummaryDocument(document) }
    default:
      return predicate satisfies never
  }
}
