import { type ByteSource, byteSource } from '../byte-source.ts'
import type { Decoding } from '../decoding.ts'
import type { Format } from '../format.ts'

/** Yields what a compression holds, counted as output; what follows its end stays in `source`. @throws DecodingStopped */
export type CompressedContent = (
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
) => AsyncGenerator<Uint8Array>

/** The format of a compression. */
export function compression(name: string, isFormat: Format['isFormat'], contentOf: CompressedContent): Format {
  return {
    name,
    kind: 'compression',
    isFormat,
    read: ({ source, path }, decoding) => unwrap(contentOf(source, path, decoding), path, decoding),
  }
}

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
