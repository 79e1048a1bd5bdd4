import { FormatInvalid } from '../errors.ts'
import { formatHashLines, parseHashLines } from './hash-lines.ts'

/**
 * That an older log is the beginning of a newer one (RFC 6962, 2.1.2), as a text file; `verifyConsistency` judges it.
 *
 *     odv/consistency-proof@v1
 *     from 3
 *     to 5
 *     (base64, one hash a line, in the order of the RFC)
 */
export type ConsistencyProof = { from: number; to: number; hashes: Uint8Array[] }

export function formatConsistencyProof({ from, to, hashes }: ConsistencyProof): string {
  return `odv/consistency-proof@v1\nfrom ${from}\nto ${to}\n${formatHashLines(hashes)}`
}

/** `formatConsistencyProof(parseConsistencyProof(text)) === text`. @throws FormatInvalid for any other text. */
export function parseConsistencyProof(text: string): ConsistencyProof {
  const number = '(0|[1-9][0-9]{0,15})'
  const parts = new RegExp(`^odv/consistency-proof@v1\\nfrom ${number}\\nto ${number}\\n((?:[^\\n]+\\n)*)$`, 'u').exec(
    text,
  )
  const [from, to] = [Number(parts?.[1]), Number(parts?.[2])]
  if (!parts || !Number.isSafeInteger(to) || from > to)
    throw new FormatInvalid('consistency proof: expected header, two sizes and hashes, got another text')
  return { from, to, hashes: parseHashLines(parts[3]!, 'consistency proof') }
}
