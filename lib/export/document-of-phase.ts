import type { Phase, Predicate } from '../attestation/statement.ts'
import { correctionName } from '../attestation/to-correction.ts'
import { transitionName } from '../attestation/to-key-transition.ts'
import type { DocumentKind } from './bundle-paths.ts'

/** The name (evidence key) of the document that a statement vouches for; it follows from what the statement is about. */
export function documentNameOf(predicate: Predicate): string {
  if (predicate.phase === 'key-transition') return transitionName(predicate)
  const run = `runs/${predicate.runId}`
  switch (predicate.phase) {
    case 'scope':
      return `${run}/scope.json`
    case 'scan':
      return `${run}/stores/${predicate.storeId}/pass-${predicate.pass}/coverage.json`
    case 'deletion-request':
      return `${run}/stores/${predicate.storeId}/pass-${predicate.pass}/request.json`
    case 'deletion-ack':
      return `${run}/stores/${predicate.storeId}/pass-${predicate.pass}/acknowledgement.json`
    case 'verification':
      return `${run}/stores/${predicate.storeId}/report.json`
    case 'run-summary':
      return `${run}/summary.json`
    case 'correction':
      return correctionName(predicate.runId, predicate.corrects.entry)
    default:
      return predicate satisfies never
  }
}

export function documentKindOf(phase: Phase): DocumentKind {
  return phase === 'verification' ? 'store-report' : 'document'
}
