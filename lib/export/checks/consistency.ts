import { logKeyAt } from '../../attestation/key-chain.ts'
import { ProofInvalid } from '../../errors.ts'
import { type Checkpoint, parseCheckpoint, verifyCheckpoint } from '../../log/checkpoint.ts'
import { parseConsistencyProof } from '../../log/consistency-proof.ts'
import { isSameHash, verifyConsistency } from '../../log/merkle.ts'
import { at, type Checked } from '../run-check.ts'
import { textOf } from '../text-of.ts'
import type { Checkpoints } from './checkpoint.ts'
import type { Layout } from './layout.ts'
import type { Keys } from './transition.ts'

/**
 * Every older checkpoint, and the one that the auditor kept (`since`), is the beginning of the newest log. Two beginnings
 * of one log are consistent with each other, so no other pair needs a proof.
 */
export function checkConsistency(
  layout: Layout,
  { origin, chains }: Keys,
  { newest, older }: Checkpoints,
  since: string | undefined,
): Checked<Checkpoint | undefined> {
  const proofs = new Map(
    older.map((checkpoint, i) => {
      const hashes = at(`consistency/${checkpoint.size}`, () => {
        const { from, to, hashes } = parseConsistencyProof(textOf(layout.older[i]!.proof))
        if (from !== checkpoint.size || to !== newest.size)
          throw new ProofInvalid(`sizes: expected ${checkpoint.size} and ${newest.size}, got ${from} and ${to}`)
        verifyConsistency(checkpoint, newest, hashes)
        return hashes
      })
      return [checkpoint.size, { checkpoint, hashes }] as const
    }),
  )
  if (since === undefined) return { count: proofs.size, value: undefined }

  const kept = at('since: not signed by the log of this bundle', () =>
    verifyCheckpoint(since, { origin, publicKeyPem: logKeyAt(chains, parseCheckpoint(since).size) }),
  )
  if (kept.size > newest.size)
    throw new ProofInvalid(`since: rollback: the log had ${kept.size} entries, and this bundle shows ${newest.size}`)
  const same = kept.size === newest.size ? newest : proofs.get(kept.size)?.checkpoint
  if (same === undefined && kept.size > 0)
    throw new ProofInvalid(`since: fork: the log signed a checkpoint of size ${kept.size}, and this bundle has none`)
  if (same !== undefined && !isSameHash(same.root, kept.root))
    throw new ProofInvalid(`since: fork: the log signed two histories of its first ${kept.size} entries`)
  at('since', () => verifyConsistency(kept, newest, proofs.get(kept.size)?.hashes ?? []))
  return { count: proofs.size + 1, value: kept }
}
