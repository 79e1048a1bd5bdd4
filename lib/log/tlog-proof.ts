import { FormatInvalid } from '../errors.ts'
import { type Checkpoint, type LogKey, parseCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import { formatHashLines, parseHashLines } from './hash-lines.ts'
import { leafHash, verifyInclusion } from './merkle.ts'

/**
 * That an entry is in the log, in one file that stands alone (C2SP tlog-proof@v1): its index, the inclusion proof, and
 * the checkpoint's note as it is. The format's optional `extra` line is not authenticated, so it is refused.
 */
export type TlogProof = { index: number; hashes: Uint8Array[]; checkpoint: string }

export function formatTlogProof({ index, hashes, checkpoint }: TlogProof): string {
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${formatHashLines(hashes)}\n${checkpoint}`
}

/** `formatTlogProof(parseTlogProof(text)) === text`. @throws FormatInvalid for any other text. */
export function parseTlogProof(text: string): TlogProof {
  const parts = /^c2sp\.org\/tlog-proof@v1\nindex (0|[1-9][0-9]{0,15})\n((?:[^\n]+\n)*)\n([^\n].*)$/su.exec(text)
  if (!parts || !Number.isSafeInteger(Number(parts[1])))
    throw new FormatInvalid('tlog proof: expected header, index, hashes and a checkpoint, got another text')
  parseCheckpoint(parts[3]!)
  return { index: Number(parts[1]), hashes: parseHashLines(parts[2]!, 'tlog proof'), checkpoint: parts[3]! }
}

/**
 * That these exact bytes are the entry of the log that the proof names.
 * @throws FormatInvalid @throws ProofInvalid
 */
export function verifyTlogProof(
  text: string,
  leafData: Uint8Array,
  key: LogKey,
): { index: number; checkpoint: Checkpoint } {
  const proof = parseTlogProof(text)
  const checkpoint = verifyCheckpoint(proof.checkpoint, key)
  verifyInclusion(checkpoint, proof.index, leafHash(leafData), proof.hashes)
  return { index: proof.index, checkpoint }
}
