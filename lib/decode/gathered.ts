import { copyBytes } from './copy-bytes.ts'

/** Shorter chunks are put together up to so many bytes: whoever looks at a chunk does much that does not depend on its length. */
export const enough = 16 * 1024

/** The same bytes in fewer chunks. Each that is given has to stay as it is; of chunks that fail, what came before is there first. */
export async function* gathered(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let length = 0
  let failure: { error: unknown } | undefined
  try {
    for await (const chunk of chunks) {
      parts.push(chunk)
      length += chunk.length
      if (length < enough) continue
      yield Buffer.concat(parts, length)
      parts = []
      length = 0
    }
  } catch (error) {
    failure = { error }
  }
  if (length > 0) yield Buffer.concat(parts, length)
  if (failure !== undefined) throw failure.error
}

/** Gathers what is written, in one place that is used again, for `push`; `flush` pushes the rest. */
export function gatherer(push: (bytes: Uint8Array) => void): { write(bytes: Uint8Array): void; flush(): void } {
  const held = Buffer.allocUnsafe(enough)
  let filled = 0

  function flush(): void {
    const bytes = held.subarray(0, filled)
    // An error must not push the same again.
    filled = 0
    if (bytes.length > 0) push(bytes)
  }

  return {
    write(bytes) {
      if (filled + bytes.length > enough) flush()
      if (bytes.length > enough) return push(bytes)
      copyBytes(bytes, 0, bytes.length, held, filled)
      filled += bytes.length
    },
    flush,
  }
}
