import type { Means } from '../../means.ts'
import type { Engine, EngineKind, Input } from './engine.ts'
import { streamEngine } from './stream-engine.ts'
import { syncEngine } from './sync-engine.ts'

/**
 * An engine for one stream after the other, to be closed in the end. When its decoder fails in the very first input, which is
 * all of a small object, what comes before the damage is yielded all the same.
 */
export function openEngine(kind: EngineKind, means: Means): Engine {
  const hasSpareCore = typeof means === 'object' ? means.hasSpareCore : undefined
  const engine = (means === 'plain' ? undefined : syncEngine(kind, hasSpareCore)) ?? streamEngine(kind)
  return { ...engine, run: (input, giveBack) => withSalvage(engine, kind, input, giveBack) }
}

async function* withSalvage(
  engine: Engine,
  kind: EngineKind,
  input: Input,
  giveBack: (rest: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  let inputs = 0
  let onlyInput: Uint8Array | undefined
  let yielded = 0
  const noted: Input = async () => {
    onlyInput = undefined
    const chunk = await input()
    inputs += 1
    if (inputs === 1) onlyInput = chunk
    return chunk
  }
  try {
    for await (const output of engine.run(noted, giveBack)) {
      yielded += output.length
      yield output
    }
  } catch (error) {
    if (onlyInput !== undefined) yield* salvage(streamEngine(kind), onlyInput, yielded)
    throw error
  }
}

const salvagePiece = 256

/**
 * A decoder withholds what it made in the very write that fails: the same input again in small pieces gives it, from the
 * byte on that was not yielded yet.
 */
async function* salvage(engine: Engine, bytes: Uint8Array, alreadyYielded: number): AsyncGenerator<Uint8Array> {
  let rest = bytes
  let known = alreadyYielded
  const pieces: Input = async () => {
    const piece = rest.subarray(0, salvagePiece)
    rest = rest.subarray(salvagePiece)
    return piece.length > 0 ? piece : undefined
  }
  try {
    for await (const output of engine.run(pieces, () => {})) {
      if (output.length > known) yield output.subarray(known)
      known = Math.max(0, known - output.length)
    }
  } catch {
    // The caller throws the error of the first attempt.
  }
}
