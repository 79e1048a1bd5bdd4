import { type ByteSource, byteSource } from '../byte-source.ts'
import { isZlibHeader, zlibContent } from '../compression/deflate/zlib-content.ts'
import { addStop, type Decoding, stopOf } from '../decoding.ts'
import { readRaw } from '../raw-content.ts'
import { mostMetadata, refuse } from './picture-parts.ts'

/**
 * What a zlib stream in a chunk holds. It has to be all of `data` (PNG, 10.3): what is behind it is pushed as it is, and a gap.
 * @throws DecodingStopped
 */
async function* inflated(data: ByteSource, path: readonly string[], decoding: Decoding): AsyncGenerator<Uint8Array> {
  const head = await data.peek(2)
  if (head.length < 2) throw stopOf('png', path)('truncated', 'expected zlib data')
  if (!isZlibHeader(head)) throw stopOf('png', path)('corrupt', 'expected zlib data')
  yield* zlibContent(data, path, decoding)
}

/** Consumes what is behind a zlib stream, also behind one that is damaged. */
async function refuseRest(data: ByteSource, path: readonly string[], decoding: Decoding): Promise<void> {
  await refuse(data, [...path, 'trailing'], decoding, 'corrupt', 'png: expected nothing behind zlib data')
}

/** Pushes the samples of a picture, filtered as they are, of which there are `length` bytes and no more. */
export async function readSamples(
  data: ByteSource,
  length: number,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  let produced = 0
  const stop = stopOf('png', path, () => produced)
  async function* counted() {
    for await (const bytes of inflated(data, path, decoding)) {
      produced += bytes.length
      yield bytes
      if (produced > length) throw stop('corrupt', 'expected no more samples than the picture has')
    }
    if (produced < length) throw stop('truncated', 'expected as many samples as the picture has')
  }
  const samples = counted()
  try {
    await readRaw(byteSource(samples), path, decoding, { kind: 'pixels' })
  } catch (error) {
    if (decoding.exhausted) throw error
    addStop(decoding, error)
  } finally {
    await samples.return(undefined)
  }
  await refuseRest(data, path, decoding)
}

/** What a chunk holds in zlib, which is metadata; what there is of it, and a gap, where it is damaged or too much. */
export async function inflateMetadata(data: ByteSource, path: readonly string[], decoding: Decoding): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const bytes of inflated(data, path, decoding)) {
      parts.push(Buffer.from(bytes))
      length += bytes.length
      if (length > mostMetadata)
        throw stopOf('png', path)('limit', `expected at most ${mostMetadata} bytes of metadata`)
    }
  } catch (error) {
    if (decoding.exhausted) throw error
    addStop(decoding, error)
  }
  await refuseRest(data, path, decoding)
  return Buffer.concat(parts)
}
