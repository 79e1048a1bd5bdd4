import type { Transform } from 'node:stream'

/** A decoding stream of `node:zlib`; `bytesWritten` counts the input that it has consumed. */
export type Engine = Transform & { readonly bytesWritten: number }

/**
 * Runs one engine over `input` and yields its output, never more than one buffer ahead of the reader. The engine's own
 * end is the end: input after it goes to `giveBack`. When the input ends first, the engine decides whether it may.
 * Errors of the engine are thrown after the output that it made before. The engine is destroyed in every case.
 */
export async function* runEngine(
  engine: Engine,
  input: () => Promise<Uint8Array | undefined>,
  giveBack: (rest: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
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
