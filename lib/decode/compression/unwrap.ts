import { byteSource } from '../byte-source.ts'
import type { Decoding } from '../decoding.ts'

/** Decodes what a compression yields as one content, and stops the compression's decoder whatever happens. */
export async function unwrap(
  content: AsyncGenerator<Uint8Array>,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  try {
    await decoding.decode({ source: byteSource(content), path })
  } finally {
    await content.return(undefined)
  }
}
