import type { Stop } from '../decoding.ts'

/** A compressed block that breaks its format. `what` says what was expected, in words; it never holds content. */
export class BlockCorrupt extends Error {
  override readonly name = 'BlockCorrupt'
}

/** What an error means for the content that the block is in: a corrupt block stops it, any other error stays as it is. */
export function asStop(error: unknown, stop: Stop): unknown {
  return error instanceof BlockCorrupt ? stop('corrupt', error.message) : error
}

/** From this length on one copy by the platform is faster than a loop. */
const longCopy = 48

/** Copies `length` bytes of `input` to `output`. The caller has checked both ranges. */
export function copyLiteral(input: Uint8Array, from: number, output: Uint8Array, to: number, length: number): void {
  if (length >= longCopy) output.set(input.subarray(from, from + length), to)
  else for (let index = 0; index < length; index++) output[to + index] = input[from + index]!
}

/**
 * Repeats `length` bytes of `output` from `distance` bytes before `to`; where the two overlap, what was just written is
 * repeated. The caller has checked both ranges.
 */
export function copyMatch(output: Uint8Array, to: number, distance: number, length: number): void {
  if (length < longCopy) {
    for (let at = to, end = to + length; at < end; at++) output[at] = output[at - distance]!
    return
  }
  if (distance === 1) {
    output.fill(output[to - 1]!, to, to + length)
    return
  }
  // Each copy doubles what repeats.
  const from = to - distance
  for (let done = 0, step = distance; done < length; step += step) {
    const count = Math.min(step, length - done)
    output.copyWithin(to + done, from, from + count)
    done += count
  }
}
