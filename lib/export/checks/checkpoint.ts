import { logKeyAt, retiringAt } from '../../attestation/key-chain.ts'
import { ProofInvalid } from '../../errors.ts'
import { type Checkpoint, parseCheckpoint, verifyCheckpoint } from '../../log/checkpoint.ts'
import { at, type Checked } from '../run-check.ts'
import { textOf } from '../text-of.ts'
import type { Layout } from './layout.ts'
import type { Keys } from './transition.ts'

export type Checkpoints = { note: string; newest: Checkpoint; older: Checkpoint[] }

/**
 * The log signed the newest checkpoint and every older one, and each older one is of the size that its file says. The first
 * that covers the transition of a log key was signed by the old key as well.
 */
export function checkCheckpoints(layout: Layout, { origin, chains }: Keys): Checked<Checkpoints> {
  const verify = (note: string, size: number, before: number) => {
    const checkpoint = verifyCheckpoint(note, { origin, publicKeyPem: logKeyAt(chains, size) })
    for (const publicKeyPem of retiringAt(chains, before, size)) verifyCheckpoint(note, { origin, publicKeyPem })
    return checkpoint
  }
  const note = textOf(layout.checkpoint)
  const before = layout.older.at(-1)?.size ?? 0
  const newest = at('log/checkpoint', () => verify(note, parseCheckpoint(note).size, before))
  const older = layout.older.map((each, i) =>
    at(`log/checkpoints/${each.size}`, () => {
      const checkpoint = verify(textOf(each.note), each.size, layout.older[i - 1]?.size ?? 0)
      if (checkpoint.size !== each.size)
        throw new ProofInvalid(`size: expected that of its name, got ${checkpoint.size}`)
      if (checkpoint.size >= newest.size)
        throw new ProofInvalid(`rollback: size: expected less than the newest, ${newest.size}, got ${checkpoint.size}`)
      return checkpoint
    }),
  )
  return { count: 1 + older.length, value: { note, newest, older } }
}
