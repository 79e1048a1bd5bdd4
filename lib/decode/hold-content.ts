import type { ByteSource } from './byte-source.ts'
import { type Decoding, DecodingStopped } from './decoding.ts'
import type { Content, ReadAt } from './format.ts'

/**
 * A content for reading at any place: again from the store where that is possible, else held in memory. Then its source is
 * consumed to the end; `replay` pushes the same bytes once more in order.
 * @throws DecodingStopped beyond `limits.heldBytes`
 */
export async function holdContent(content: Content, decoding: Decoding): Promise<ReadAt> {
  if (content.at !== undefined) return content.at
  const { heldBytes } = decoding.limits
  const bytes = await takeAll(content.source, heldBytes - decoding.heldBytes)
  if (bytes === undefined)
    throw new DecodingStopped('limit', content.path, 0, `expected at most ${heldBytes} bytes to hold in memory`)
  decoding.heldBytes += bytes.length
  return { size: bytes.length, read: async (from, to) => bytes.subarray(from, to) }
}

/** All that is left of a source, in memory of its own; absent: it is more than `most` bytes. */
export async function takeAll(source: ByteSource, most: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for (;;) {
    const chunk = await source.take()
    if (chunk === undefined) return Buffer.concat(parts, length)
    length += chunk.length
    if (length > most) return undefined
    parts.push(Buffer.from(chunk))
  }
}
