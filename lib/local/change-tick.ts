import type { BigIntStats } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const second = 1_000_000_000n
/** FAT counts in steps of two seconds; the clock of a file server may be one behind. */
const coarseMs = 3000

/**
 * Waits until whatever changes a file from now on gives it another change time. File systems that keep whole seconds (ext3, HFS+, FAT and NFS over them) give the same
 * one to what is written before and after it is read, so that the file would seem unchanged. Others need no time: what is read was
 * listed ticks ago. A change time that lies farther ahead comes of a clock that tells nothing.
 */
export async function waitForNextTick(
  { ctimeNs }: Pick<BigIntStats, 'ctimeNs'>,
  now: () => number = Date.now,
): Promise<void> {
  if (ctimeNs % second !== 0n) return
  const age = now() - Number(ctimeNs / 1_000_000n)
  if (age > -coarseMs && age < coarseMs) await setTimeout(coarseMs - age)
}
