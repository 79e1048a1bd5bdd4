import type { Transform } from 'node:stream'

/** A decoding stream of `node:zlib`; `bytesWritten` counts the input that it has consumed. */
export type Engine = Transform & { readonly bytesWritten: number }

type Input = () => Promise<Uint8Array | undefined>

/**
 * Runs one engine over `input` and yields its output, never more than one buffer ahead of the reader. The engine's own
 * end is the end: input after it goes to `giveBack`. When the input ends first, the engine decides whether it may.
 * Errors of the engine are thrown after the output that came before. Every engine is destroyed.
 */
export async function* runEngine(
  create: () => Engine,
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
    for await (const output of drive(create(), noted, giveBack)) {
      yielded += output.length
      yield output
    }
  } catch (error) {
    if (onlyInput !== undefined) yield* salvage(create(), onlyInput, yielded)
    throw error
  }
}

const salvagePiece = 256

/**
 * A stream withholds what it decoded in the very write that fails, which is all of a small object: the same input again
 * in small pieces gives it, from the byte on that was not yielded yet.
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
    for await (const output of drive(engine, pieces, () => {})) {
      if (output.length > known) yield output.subarray(known)
      known = Math.max(0, known - output.length)
    }
  } catch {
    // The caller throws the error of the first attempt.
  }
}

async function* drive(engine: Engine, input: Input, giveBack: (rest: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  let wake = (): void => {}
  const state: { failure: Error | undefined; ended: boolean; written: boolean } = {
    failure: undefined,
    ended: false,
    written: true,
  }
  engine.on('readable', () => wake())
  engine.on('end', () => {
    state.ended = true
    wake()
  })
  engine.on('error', (error) => {
    state.failure = error
    wake()
  })
  try {
    for (;;) {
      const chunk = await input()
      const before = engine.bytesWritten
      state.written = false
      if (chunk === undefined) engine.end()
      else
        engine.write(chunk, () => {
          state.written = true
          wake()
        })
      for (;;) {
        const output: Uint8Array | null = engine.read()
        if (output !== null) yield output
        else if (state.failure !== undefined) throw state.failure
        else if (state.ended || state.written) break
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
      if (chunk === undefined) return
      const consumed = engine.bytesWritten - before
      if (consumed < chunk.length) {
        giveBack(chunk.subarray(consumed))
        return
      }
    }
  } finally {
    engine.destroy()
  }
}
