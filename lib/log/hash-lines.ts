import { formatBase64, parseBase64 } from '../attestation/base64.ts'
import { FormatInvalid } from '../errors.ts'

/** SHA-256 hashes as proofs write them: base64, one a line. */
export function formatHashLines(hashes: readonly Uint8Array[]): string {
  return hashes.map((each) => `${formatBase64(each)}\n`).join('')
}

/** @throws FormatInvalid for a line that is not the base64 of 32 bytes, or more lines than any tree needs. */
export function parseHashLines(text: string, where: string): Uint8Array[] {
  const hashes = text
    .split('\n')
    .slice(0, -1)
    .map((line) => parseBase64(line, `${where}: hash`))
  if (hashes.length > 64) throw new FormatInvalid(`${where}: expected at most 64 hashes, got ${hashes.length}`)
  for (const each of hashes)
    if (each.length !== 32) throw new FormatInvalid(`${where}: hash: expected 32 bytes, got ${each.length}`)
  return hashes
}
