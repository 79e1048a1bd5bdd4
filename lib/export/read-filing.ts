import { type Checkpoints, checkCheckpoints } from './checks/checkpoint.ts'
import { checkDocuments } from './checks/document.ts'
import { checkEnvelopes } from './checks/envelope.ts'
import { checkKeys, type Keys } from './checks/keys.ts'
import { checkLayout } from './checks/layout.ts'
import { checkSequence } from './checks/sequence.ts'
import { checkStatements } from './checks/statement.ts'
import type { RunEvidence } from './run-evidence.ts'

/** What a bundle is about, read from its evidence. */
export type Filing = { runs: RunEvidence[]; keys: Keys; checkpoints: Checkpoints }

/**
 * Reads what the files for people are made of, from the evidence alone, as a verifier does.
 * @throws FormatInvalid @throws ProofInvalid when it could not be verified either
 */
export function readFiling(files: ReadonlyMap<string, Uint8Array>): Filing {
  const { value: layout } = checkLayout(files)
  const { value: keys } = checkKeys(layout, [])
  const { value: payloads } = checkEnvelopes(layout, keys)
  const { value: attested } = checkStatements(layout, payloads)
  const { value: evidence } = checkDocuments(attested)
  const { value: runs } = checkSequence(evidence)
  return { runs, keys, checkpoints: checkCheckpoints(layout, keys).value }
}
