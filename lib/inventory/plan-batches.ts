import { sliceBytes } from './call-capacity.ts'
import type { InventoryEntry } from './object-version.ts'
import { cutIntoSlices, type Slice } from './slice.ts'

/**
 * A run of entries of one inventory part of a segment (`from` inclusive, `to` exclusive) that one worker scans; or one
 * `slice` of a single entry, whose version is counted in the first of its slices.
 */
export type Batch = {
  batch: number
  segment: number
  part: number
  from: number
  to: number
  versions: number
  bytes: number
  slice?: Slice
}

/**
 * `slice`: an object of more bytes is scanned in slices of at most so many. `atOnce`: these are all about as long, and a multiple of so many,
 * so that as many workers end together.
 */
export type BatchSize = { bytes: number; versions: number; slice: number; atOnce?: number }

/** However small a part is, what it holds is worth a worker's start from here on. */
const leastBytes = 128 * 2 ** 20

/** However large a part is: what one call does not finish is left to the next one. */
export const mostBytes = 8 * 2 ** 30

/**
 * How a part is cut. A batch costs some transitions of a state machine, more than reading 128 MiB does, so a large part has larger
 * batches; a small one still occupies all cores of one machine.
 */
export function batchSizeFor(entries: readonly Pick<InventoryEntry, 'size'>[]): BatchSize {
  const bytes = entries.reduce((total, { size }) => total + Math.min(size, sliceBytes), 0)
  const wanted = Math.max(leastBytes, Math.ceil(bytes / 16))
  return { bytes: Math.min(wanted, mostBytes), versions: 1000, slice: sliceBytes, atOnce: 4 }
}

/** Cuts one part into batches of about the same number of bytes; every byte of every entry is in exactly one. */
export function planBatches(
  entries: readonly Pick<InventoryEntry, 'kind' | 'size'>[],
  { segment, part }: Pick<Batch, 'segment' | 'part'>,
  firstBatch: number,
  limit: BatchSize,
): Batch[] {
  const batches: Batch[] = []
  const begin = (index: number, more: Pick<Batch, 'versions' | 'bytes' | 'slice'>) =>
    batches.push({ batch: firstBatch + batches.length, segment, part, from: index, to: index + 1, ...more })
  entries.forEach(({ kind, size }, index) => {
    const open = batches.at(-1)
    if (kind === 'object' && size > limit.slice)
      for (const slice of cutIntoSlices(size, mostOf(size, limit)))
        begin(index, { versions: slice.index === 0 ? 1 : 0, bytes: slice.to - slice.from, slice })
    else if (open && !open.slice && open.versions < limit.versions && open.bytes + size <= limit.bytes) {
      open.to = index + 1
      open.versions++
      open.bytes += size
    } else begin(index, { versions: 1, bytes: size })
  })
  return batches
}

function mostOf(size: number, { slice, atOnce }: BatchSize): number {
  return atOnce === undefined ? slice : Math.ceil(size / (Math.ceil(size / slice / atOnce) * atOnce))
}
