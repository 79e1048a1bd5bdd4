import type { FramePiece } from '../../decode/parts/decode-frames.ts'
import { separators } from '../finders/separators.ts'
import { afterFirst, lastOf } from './cut-slice.ts'

/**
 * The text that belongs to a slice of a compressed object, out of the frames from its first one on. It begins behind the first separator that is
 * `context` bytes or more behind the beginning of that frame, and ends behind the first separator that is as far behind the beginning of the first
 * frame that begins at `to` or later; the text of the first slice begins where the text begins, and that of the last ends where it ends. Neighbours look at
 * the same bytes, so what one leaves the other takes, and each knows `context` bytes in front of what is its own. Its
 * stored bytes end at `end`. `before` and `after`: `context` bytes around the text, or all that there are; `last` are the last `lastBytes` of its own.
 */
export function cutFrames(
  { isFirst, to }: { isFirst: boolean; to: number },
  size: number,
  context: number,
  lastBytes = context,
) {
  let end: number | undefined
  let before: Uint8Array = new Uint8Array(0)
  let tail: Uint8Array = new Uint8Array(0)
  let after: Uint8Array = new Uint8Array(0)
  /** Decoded bytes so far, and how many of them there were when the next slice's first frame began. */
  let passed = 0
  let edge: number | undefined

  async function* own(frames: AsyncIterable<FramePiece>): AsyncGenerator<Uint8Array> {
    let phase: 'before' | 'own' | 'after' = isFirst ? 'own' : 'before'
    for await (const { at, bytes } of frames) {
      if (edge === undefined && at >= to) {
        end = at
        edge = passed
      }
      let rest = bytes
      if (phase === 'before') {
        const taken = behindSeparator(rest, context)
        before = lastOf(before, taken < 0 ? rest : rest.subarray(0, taken), context)
        const place = passed + taken
        passed += taken < 0 ? rest.length : taken
        rest = taken < 0 ? rest.subarray(0, 0) : rest.subarray(taken)
        // The next slice begins behind the same separator.
        if (taken >= 0) phase = edge !== undefined && place > edge + context ? 'after' : 'own'
      }
      if (phase === 'own' && rest.length > 0) {
        const taken = edge === undefined ? -1 : behindSeparator(rest, edge + context)
        const bytes = taken < 0 ? rest : rest.subarray(0, taken)
        passed += bytes.length
        tail = lastOf(tail, bytes, lastBytes)
        yield bytes
        rest = rest.subarray(bytes.length)
        if (taken >= 0) phase = 'after'
      }
      if (phase === 'after') {
        after = Buffer.concat([after, rest.subarray(0, context - after.length)])
        if (after.length === context) return
      }
    }
    end ??= size
  }

  /** Behind the first separator that is `from` decoded bytes or more behind the first frame's beginning. */
  function behindSeparator(bytes: Uint8Array, from: number): number {
    return afterFirst(separators, bytes, Math.max(0, from - passed))
  }

  return {
    own,
    end: () => end,
    isEndOfText: () => after.length === 0,
    /** The text ends with `after`. */
    isEndOfAll: () => after.length < context,
    before: () => before,
    last: () => tail,
    after: async () => after,
  }
}
