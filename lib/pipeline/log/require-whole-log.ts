import { CheckpointRefused } from '../../errors.ts'
import { parseCheckpoint } from '../../log/checkpoint.ts'
import { isSameHash } from '../../log/merkle.ts'
import type { Anchor, Ledger } from '../../ports.ts'

type Log = { ledger: Pick<Ledger, 'checkpoints'>; anchor: Pick<Anchor, 'latest'> }

export const neverAttested = 'what is done now could never be attested'

/**
 * The last anchored checkpoint; `undefined` for a log of which nothing was ever signed. Before the ledger has its first one, the
 * anchor has that of the empty log (`signCheckpoint`): an empty anchor beside checkpoints in the ledger is another anchor, or was emptied.
 * @throws CheckpointRefused then: whoever began anew there would sign whatever the ledger says
 */
export async function latestAnchored({ ledger, anchor }: Log): Promise<string | undefined> {
  const note = await anchor.latest()
  if (note !== undefined) return note
  const { length } = await ledger.checkpoints()
  // The first ones may have been signed meanwhile.
  const again = length === 0 ? undefined : await anchor.latest()
  if (length > 0 && again === undefined)
    throw new CheckpointRefused(
      `anchor: expected the last checkpoint of a log that has ${length}, got none; copy all of them from where they were kept before, or name that place again: ${neverAttested}`,
    )
  return again
}

/**
 * Whether the log goes on from where its head was last signed: one that was brought back from an older backup is a fork, under which no
 * checkpoint is ever signed, so that nothing may begin on it. What was appended to it since does not hide that: the ledger stores every
 * checkpoint before it is anchored, and a fork never gets back the one that it lost. @throws CheckpointRefused
 */
export async function requireWholeLog(
  { ledger, anchor }: Log & { ledger: Pick<Ledger, 'head'> },
  remedy = `bring back the whole log: ${neverAttested}`,
): Promise<void> {
  const note = await latestAnchored({ ledger, anchor })
  if (note === undefined) return
  const { size: signed, root } = parseCheckpoint(note)
  // Of an empty log, anchored before the ledger has any: nothing was signed yet.
  if (signed === 0) return
  const head = await ledger.head()
  const expected = `log: expected the ${signed} entries of its last checkpoint`
  if (head.size < signed) throw new CheckpointRefused(`${expected}, got ${head.size}; ${remedy}`)
  if (head.size === signed && isSameHash(head.root, root)) return
  const checkpoints = await ledger.checkpoints()
  if (!checkpoints.some((each) => each.size === signed && each.note === note))
    throw new CheckpointRefused(`${expected}, got others; ${remedy}`)
}
