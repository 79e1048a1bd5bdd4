import { DecodingStopped } from '../../decoding.ts'
import type { ByteRange, ReadAt } from '../../format.ts'

/** A request for each, where an archive is read from its store again. */
const pieceSize = 4 * 2 ** 20

/** A range of an archive, for decoders that read in order. */
export async function* rangeBytes(at: ReadAt, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let next = from; next < to; next += pieceSize) yield await at.read(next, Math.min(to, next + pieceSize))
}

/**
 * The parts of an archive that none of the ranges covers, in order. @throws DecodingStopped where two ranges overlap, or one
 * is not within the archive
 */
export function uncovered(ranges: readonly ByteRange[], size: number, path: readonly string[]): ByteRange[] {
  const parts: ByteRange[] = []
  let end = 0
  for (const { from, to } of ranges.filter((range) => range.to > range.from).sort((x, y) => x.from - y.from)) {
    if (from < end || to > size)
      throw new DecodingStopped('corrupt', path, from, '7z: expected packed streams that do not overlap')
    if (from > end) parts.push({ from: end, to: from })
    end = to
  }
  return parts
}
