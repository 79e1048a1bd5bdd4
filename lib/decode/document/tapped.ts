import type { ByteSource } from '../byte-source.ts'
import { asciiTextCheck } from '../checks/ascii-text-check.ts'
import type { EncodedCheck } from '../checks/encoded-check.ts'
import { surveyed } from '../checks/survey.ts'
import { addGap, type Decoding } from '../decoding.ts'

/** A text that is delivered as it is while something else is read out of it. */
export type Tapped = {
  /** The next bytes, which were delivered. */
  take(): Promise<Uint8Array | undefined>
  /** What was delivered so far is checked to be text; `isComplete`: it was all. */
  end(isComplete: boolean): Promise<void>
}

/** Delivers all that is taken from `source` as the content at `path`; `hidden` looks at it as well. */
export function tapped(source: ByteSource, path: readonly string[], decoding: Decoding, hidden?: EncodedCheck): Tapped {
  const sink = decoding.open(path)
  const check = asciiTextCheck({ readsEightBit: sink.readsEightBit === true })
  return {
    async take() {
      const chunk = await source.take()
      if (chunk === undefined) return undefined
      surveyed(chunk, (piece, seen) => {
        check.writeSeen(piece, seen)
        hidden?.writeSeen(piece, seen)
      })
      decoding.deliveredBytes += chunk.length
      await sink.write(chunk)
      return chunk
    },
    async end(isComplete) {
      if (isComplete) check.end()
      const problem = check.problem()
      if (problem !== undefined) addGap(decoding, { ...problem, path })
      if (isComplete) await sink.end()
    },
  }
}

/** What a check found of what hides its content, as a gap of the content at `path`. Answers whether there is one. */
export function reportHidden(
  check: EncodedCheck,
  isComplete: boolean,
  path: readonly string[],
  decoding: Decoding,
): boolean {
  if (isComplete) check.end()
  const problem = check.problem()
  if (problem !== undefined) addGap(decoding, { ...problem, path })
  return problem !== undefined
}
