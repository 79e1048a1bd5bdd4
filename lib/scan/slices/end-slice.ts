import { encodedCheck } from '../../decode/checks/encoded-check.ts'
import type { Gap } from '../../decode/unverified.ts'
import { ReadFailed } from '../../errors.ts'
import type { PartSink } from './part-sink.ts'

/**
 * Ends the search of a slice with what is behind it (`isEnd`: with it the object ends); returns what could not be read of that, or what is hidden in a run that
 * reaches over the edge and is too short on either side.
 */
export async function endSlice(
  { matcher, isWhole }: Pick<PartSink, 'matcher' | 'isWhole'>,
  {
    last,
    after,
    isEnd,
  }: { last: () => Uint8Array; after: () => Promise<Uint8Array>; isEnd: (after: Uint8Array) => boolean },
  { end }: { end: number },
): Promise<Gap | undefined> {
  if (matcher === undefined) return undefined
  if (!isWhole) {
    matcher.stop()
    return undefined
  }
  try {
    const behind = await after()
    matcher.finish(behind, isEnd(behind))
    const check = encodedCheck()
    check.write(last())
    check.write(behind)
    check.end()
    const hidden = check.problem()
    return hidden && { ...hidden, path: [], offset: end - last().length + hidden.offset }
  } catch (error) {
    if (!(error instanceof ReadFailed)) throw error
    matcher.stop()
    return { reason: 'read-error', path: [], offset: end, detail: 'expected what is behind a slice from the medium' }
  }
}

/** What a fault of the medium makes of looking where something begins. */
export async function orGap<T>(look: Promise<T>): Promise<T | Gap> {
  return look.catch((error: unknown) => {
    if (!(error instanceof ReadFailed)) throw error
    return {
      reason: 'read-error',
      path: [],
      offset: 0,
      detail: 'expected the bytes that tell where it begins from the medium',
    }
  })
}
