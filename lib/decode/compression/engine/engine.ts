import type { Transform } from 'node:stream'
import { constants, createBrotliDecompress, createInflateRaw, createZstdDecompress } from 'node:zlib'

/** What is decoded: deflate, brotli, or zstd, where `windowLog` limits what a zstd frame may refer back to. */
export type EngineKind = { name: 'inflate-raw' } | { name: 'brotli' } | { name: 'zstd'; windowLog: number }

/** A decoding stream of `node:zlib`; `bytesWritten` counts the input that it has consumed. */
export type Stream = Transform & { readonly bytesWritten: number }

export function createStream(kind: EngineKind, chunkSize: number): Stream {
  if (kind.name === 'inflate-raw') return createInflateRaw({ chunkSize })
  if (kind.name === 'brotli') return createBrotliDecompress({ chunkSize })
  return createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: kind.windowLog } })
}

export type Input = () => Promise<Uint8Array | undefined>

export type Engine = {
  /**
   * Decodes one stream of its format. Its own end is the end: input after it goes to `giveBack`. When the input ends first,
   * the decoder decides whether it may. What is yielded may be overwritten by what comes next. Errors of the decoder are
   * thrown after the output that came before, and then the engine is not to be used again.
   */
  run(input: Input, giveBack: (rest: Uint8Array) => void): AsyncGenerator<Uint8Array>
  /**
   * Decodes one stream that lies within `input` as a whole, to `output` from `at` on: deflate with something behind it, which
   * shows that it has ended, or exactly one frame of zstd, which holds `size` bytes. Absent where it does not, does not fit, or is damaged: then
   * nothing has happened but to `output`, and `run` tells. Not every engine has it.
   */
  whole?(
    input: Uint8Array,
    output: Uint8Array,
    at: number,
    size?: number,
  ): { consumed: number; produced: number } | undefined
  /** Memory for what `whole` makes, which `run` overwrites. Engines with `whole` have it. */
  readonly room?: Uint8Array
  close(): void
}
