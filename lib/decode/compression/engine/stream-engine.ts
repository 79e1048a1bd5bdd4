import { createStream, type Engine, type EngineKind, type Input, type Stream } from './engine.ts'

const outputSize = 256 * 1024

/** The decoders of `node:zlib` as their documentation has them, a stream for each run. */
export function streamEngine(kind: EngineKind): Engine {
  return { run: (input, giveBack) => drive(createStream(kind, outputSize), input, giveBack), close() {} }
}

/** Never more than one buffer ahead of the reader. The stream is destroyed whatever happens. */
async function* drive(engine: Stream, input: Input, giveBack: (rest: Uint8Array) => void): AsyncGenerator<Uint8Array> {
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
