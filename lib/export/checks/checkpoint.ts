import { ProofInvalid } from '../../errors.ts'
import { type Checkpoint, verifyCheckpoint } from '../../log/checkpoint.ts'
import { at, type Checked } from '../run-check.ts'
import { textOf } from '../text-of.ts'
import type { Keys } from './keys.ts'
import type { Layout } from './layout.ts'

export type Checkpoints = { note: string; newest: Checkpoint; older: Checkpoint[] }

/** The log signed the newest checkpoint and every older one, and each older one is of the size that its file says. */
export function checkCheckpoints(layout: Layout, { logKey }: Keys): Checked<Checkpoints> {
  const note = textOf(layout.checkpoint)
  const newest = at('log/checkpoint', () => verifyCheckpoint(note, logKey))
  const older = layout.older.map((each) =>
    at(`log/checkpoints/${each.size}`, () => {
      const checkpoint = verifyCheckpoint(textOf(each.note), logKey)
      if (checkpoint.size !== each.size)
        throw new ProofInvalid(`size: expected that of its name, got ${checkpoint.size}`)
      if (checkpoint.size >= newest.size)
        throw new ProofInvalid(`rollback: size: expected less than the newest, ${newest.size}, got ${checkpoint.size}`)
      return checkpoint
    }),
  )
  return { count: 1 + older.length, value: { note, newest, older } }
}
