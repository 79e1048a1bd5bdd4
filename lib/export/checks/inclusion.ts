import { ProofInvalid } from '../../errors.ts'
import { leafHash, verifyInclusion } from '../../log/merkle.ts'
import { parseTlogProof } from '../../log/tlog-proof.ts'
import { proofPath } from '../bundle-paths.ts'
import { at, type Checked } from '../run-check.ts'
import { textOf } from '../text-of.ts'
import type { Checkpoints } from './checkpoint.ts'
import type { Layout } from './layout.ts'

/** The exact bytes of every envelope are in the log of the newest checkpoint, at the number that their file is named by. */
export function checkInclusion(layout: Layout, { note, newest }: Checkpoints): Checked<undefined> {
  for (const { seq, envelope, proof } of layout.attestations)
    at(proofPath(seq), () => {
      const { index, hashes, checkpoint } = parseTlogProof(textOf(proof))
      if (index !== seq) throw new ProofInvalid(`index: expected that of its name, got ${index}`)
      // Its signature was verified there.
      if (checkpoint !== note) throw new ProofInvalid('checkpoint: expected the one in log/checkpoint, got another')
      verifyInclusion(newest, index, leafHash(envelope), hashes)
    })
  return { count: layout.attestations.length, value: undefined }
}
