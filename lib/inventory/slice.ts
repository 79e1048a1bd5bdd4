/**
 * One of the `of` slices in which an object version is scanned: the bytes `from` to before `to`. In order of `index` they
 * tile the version from 0 to its size.
 */
export type Slice = { index: number; of: number; from: number; to: number }

/** Cuts `size` bytes into as few slices of at most `most` bytes as there can be. */
export function cutIntoSlices(size: number, most: number): Slice[] {
  const of = Math.ceil(size / most)
  return Array.from({ length: of }, (_, index) => ({
    index,
    of,
    from: index * most,
    to: Math.min((index + 1) * most, size),
  }))
}

/** Whether these are all slices of a version of `size` bytes, in order: none is missing, and no two overlap. */
export function areSlicesOf(slices: readonly Slice[], size: number): boolean {
  const tiled = slices.every(
    ({ index, of, from, to }, place) =>
      index === place && of === slices.length && from === (slices[place - 1]?.to ?? 0) && from < to,
  )
  return slices.length > 0 && tiled && slices.at(-1)!.to === size
}
