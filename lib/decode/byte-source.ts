/**
 * Bytes in order, for parsers that look ahead. What `peek` and `take` return is valid until the next call of either:
 * the producer may reuse its buffer.
 */
export type ByteSource = {
  /** The next bytes without consuming them: at least `count`, fewer only where the source ends. */
  peek(count: number): Promise<Uint8Array>
  /**
   * The same, but of a producer that fails it shows what came before. The error comes with the next `take` or `peek`:
   * only for looking at a beginning that is consumed in any case.
   */
  peekSome(count: number): Promise<Uint8Array>
  /** Consumes bytes that were peeked. */
  skip(count: number): void
  /** Consumes and returns the next bytes, never empty; absent at the end. */
  take(): Promise<Uint8Array | undefined>
  /** Puts back the unused end of what was taken last. */
  giveBack(rest: Uint8Array): void
}

const nothing = new Uint8Array(0)

export function byteSource(chunks: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]()
  let held: Uint8Array = nothing
  let ended = false

  let failure: { error: unknown } | undefined

  async function pull(): Promise<Uint8Array | undefined> {
    if (failure !== undefined) throw failure.error
    while (!ended) {
      const next = await iterator.next()
      if (next.done) ended = true
      else if (next.value.length > 0) return next.value
    }
    return undefined
  }

  async function peekSome(count: number): Promise<Uint8Array> {
    if (held.length >= count || ended || failure !== undefined) return held
    // The producer may reuse its buffer as soon as it is asked for more (and `slice` of a Buffer does not copy).
    const parts: Uint8Array[] = held.length > 0 ? [Buffer.from(held)] : []
    let length = held.length
    try {
      while (length < count) {
        const chunk = await pull()
        if (chunk === undefined) break
        length += chunk.length
        parts.push(length < count ? Buffer.from(chunk) : chunk)
      }
    } catch (error) {
      failure = { error }
    }
    // What came in one piece is not copied.
    held = parts.length === 1 ? parts[0]! : Buffer.concat(parts, length)
    return held
  }

  return {
    peekSome,
    async peek(count) {
      const bytes = await peekSome(count)
      if (bytes.length < count && failure !== undefined) throw failure.error
      return bytes
    },
    skip(count) {
      held = held.subarray(count)
    },
    async take() {
      if (held.length === 0) return pull()
      const chunk = held
      held = nothing
      return chunk
    },
    giveBack(rest) {
      held = rest
    },
  }
}

/** All that is left of a source. */
export async function* chunksOf(source: Pick<ByteSource, 'take'>): AsyncGenerator<Uint8Array> {
  for (let chunk = await source.take(); chunk !== undefined; chunk = await source.take()) yield chunk
}

/** All that comes, in memory of its own. */
export async function inMemory(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}
