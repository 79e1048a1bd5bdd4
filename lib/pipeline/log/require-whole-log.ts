import { CheckpointRefused } from '../../errors.ts'
import { parseCheckpoint } from '../../log/checkpoint.ts'
import { isSameHash } from '../../log/merkle.ts'
import type { Anchor, Ledger } from '../../ports.ts'

export const neverAttested = 'what is done now could never be attested'

/**
 * Whether the log goes on from where its head was last signed: one that was brought back from an older backup is a fork, under which no
 * checkpoint is ever signed, so that nothing may begin on it. What was appended to it since does not hide that: the ledger stores every
 * checkpoint before it is anchored, and a fork never gets back the one that it lost. @throws CheckpointRefused
 */
export async function requireWholeLog(
  { ledger, anchor }: { ledger: Pick<Ledger, 'head' | 'checkpoints'>; anchor: Pick<Anchor, 'latest'> },
  remedy = `bring back the whole log: ${neverAttested}`,
): Promise<void> {
  const note = await anchor.latest()
  if (note === undefined) return
  const { size: signed, root } = parseCheckpoint(note)
  const head = await ledger.head()
  const expected = `log: expected the ${signed} entries of its last checkpoint`
  if (head.size < signed) throw new CheckpointRefused(`${expected}, got ${head.size}; ${remedy}`)
  if (head.size === signed && isSameHash(head.root, root)) return
  const checkpoints = await ledger.checkpoints()
  if (!checkpoints.some((each) => each.size === signed && each.note === note))
    throw new CheckpointRefused(`${expected}, got others; ${remedy}`)
}
