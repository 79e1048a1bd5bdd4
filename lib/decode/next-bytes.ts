import type { ByteSource } from './byte-source.ts'

/**
 * The next `size` bytes of a source, as a content that ends there: a member of an archive, say. Where the source ends before,
 * `truncated()` is thrown after what there was.
 */
export async function* nextBytes(
  source: ByteSource,
  size: number,
  truncated: () => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = size
  while (left > 0) {
    const chunk = await source.take()
    if (chunk === undefined) throw truncated()
    const length = Math.min(left, chunk.length)
    if (length < chunk.length) source.giveBack(chunk.subarray(length))
    left -= length
    yield chunk.subarray(0, length)
  }
}

/** Consumes the next `count` bytes, which are few, and returns a copy of them; absent where the source ends before. */
export async function takeBytes(source: ByteSource, count: number): Promise<Buffer | undefined> {
  const bytes = await source.peek(count)
  if (bytes.length < count) return undefined
  const copy = Buffer.from(bytes.subarray(0, count))
  source.skip(count)
  return copy
}

/** Bytes at hand as a content. */
export async function* inOne(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}
