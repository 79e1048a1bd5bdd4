import { type Checkpoints, checkCheckpoints } from './checks/checkpoint.ts'
import { type AttestedTransition, checkDocuments } from './checks/document.ts'
import { checkEnvelopes } from './checks/envelope.ts'
import { checkKeys } from './checks/keys.ts'
import { checkLayout } from './checks/layout.ts'
import { checkLeftOut } from './checks/left-out.ts'
import { checkSequence } from './checks/sequence.ts'
import { checkStatements } from './checks/statement.ts'
import { type CheckedTimestamp, checkTimestamps } from './checks/timestamp.ts'
import { checkTransitions, type Keys } from './checks/transition.ts'
import type { LeftOutTimestamp } from './left-out.ts'
import type { RunEvidence } from './run-evidence.ts'

/** What a bundle is about, read from its evidence. */
export type Filing = {
  runs: RunEvidence[]
  transitions: AttestedTransition[]
  keys: Keys
  checkpoints: Checkpoints
  timestamps: CheckedTimestamp[]
  leftOut: LeftOutTimestamp[]
}

/**
 * Reads what the files for people are made of, from the evidence alone, as a verifier does.
 * @throws FormatInvalid @throws ProofInvalid when it could not be verified either
 */
export function readFiling(files: ReadonlyMap<string, Uint8Array>): Filing {
  const { value: layout } = checkLayout(files)
  const { value: keys } = checkTransitions(layout, checkKeys(layout, []).value)
  const { value: payloads } = checkEnvelopes(layout, keys)
  const { value: attested } = checkStatements(layout, keys, payloads)
  const {
    value: { evidence, transitions },
  } = checkDocuments(attested)
  const { value: runs } = checkSequence(evidence)
  const { value: checkpoints } = checkCheckpoints(layout, keys)
  const { value: timestamps } = checkTimestamps(layout, attested, [])
  const { value: leftOut } = checkLeftOut(layout, checkpoints)
  return { runs, transitions, keys, checkpoints, timestamps, leftOut }
}
