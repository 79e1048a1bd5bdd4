import type { InventoryEntry } from './object-version.ts'

/** A run of entries of one inventory part of a segment (`from` inclusive, `to` exclusive) that one worker scans. */
export type Batch = {
  batch: number
  segment: number
  part: number
  from: number
  to: number
  versions: number
  bytes: number
}

export type BatchSize = { bytes: number; versions: number }

/** Cuts one part into batches of about the same number of bytes; every entry is in exactly one. */
export function planBatches(
  entries: readonly Pick<InventoryEntry, 'size'>[],
  { segment, part }: Pick<Batch, 'segment' | 'part'>,
  firstBatch: number,
  limit: BatchSize,
): Batch[] {
  const batches: Batch[] = []
  entries.forEach(({ size }, index) => {
    const open = batches.at(-1)
    if (open && open.versions < limit.versions && open.bytes + size <= limit.bytes) {
      open.to = index + 1
      open.versions++
      open.bytes += size
    } else {
      batches.push({
        batch: firstBatch + batches.length,
        segment,
        part,
        from: index,
        to: index + 1,
        versions: 1,
        bytes: size,
      })
    }
  })
  return batches
}
