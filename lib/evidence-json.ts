import { EvidenceConflict } from './errors.ts'

export const damagedText = (key: string): string =>
  `evidence: ${key}: expected the JSON that was written there, got something damaged; ` +
  'bring it back from a backup of the evidence, or begin another run'

/** JSON that an earlier step wrote under a key. @throws EvidenceConflict in words of ours: the parser's would quote the text */
export function parseEvidence<T>(text: string, key: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    throw new EvidenceConflict(damagedText(key))
  }
}
