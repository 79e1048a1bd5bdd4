import type { InventoryEntry } from './object-version.ts'

/** One in so many versions of a batch is read twice, while they have no more bytes than this together of each gibibyte of the batch. */
const oneIn = 64
const mostBytes = 64 << 20
const gibibyte = 2 ** 30

/**
 * Which versions of a batch are read once more, by their `seq`, each with the seed that it was drawn by: 32 bytes that
 * nobody can foresee who does not hold the case key. At least one of those that have content, and one for each gibibyte of them. `others`: the next ones, for when that one
 * cannot be compared.
 */
export function chooseSample<Seed extends Uint8Array>(
  entries: readonly InventoryEntry[],
  seedOf: (entry: InventoryEntry) => Seed,
): { sample: ReadonlyMap<number, Seed>; others: readonly (readonly [seq: number, seed: Seed])[] } {
  const drawn = entries
    .filter(({ kind, size }) => (kind === 'object' || kind === 'symbolic-link') && size > 0)
    .map((entry) => ({ entry, seed: seedOf(entry) }))
    .toSorted((a, b) => Buffer.compare(a.seed, b.seed))
  const gibibytes = Math.ceil(drawn.reduce((sum, { entry }) => sum + Math.min(entry.size, gibibyte), 0) / gibibyte)
  const sample = new Map<number, Seed>()
  let bytes = 0
  for (const { entry, seed } of drawn) {
    bytes += Math.min(entry.size, mostBytes)
    const isEnough = sample.size >= drawn.length / oneIn || bytes > mostBytes * gibibytes
    if (sample.size >= gibibytes && isEnough) break
    sample.set(entry.seq, seed)
  }
  const others = drawn.slice(sample.size).map(({ entry, seed }) => [entry.seq, seed] as const)
  return { sample, others }
}
