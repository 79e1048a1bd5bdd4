import { inflateRawSync } from 'node:zlib'
import type { ByteSource } from '../../byte-source.ts'
import { inflateFailure } from '../../compression/engine/inflate-failure.ts'
import { openEngine } from '../../compression/engine/run-engine.ts'
import { stopOf } from '../../decoding.ts'
import type { Means } from '../../means.ts'

/** Small entries are decoded in one call, since an archive may have millions: so many bytes, and what comes of them. */
const smallInput = 16 * 1024
const smallOutput = 512 * 1024

/** What a raw deflate stream (RFC 1951) holds; consumes it exactly. @throws DecodingStopped */
export async function* inflate(input: ByteSource, path: readonly string[], means: Means): AsyncGenerator<Uint8Array> {
  const head = await input.peekSome(1)
  const small = inflateSmall(head.subarray(0, smallInput))
  if (small !== undefined) {
    input.skip(small.consumed)
    if (small.output.length > 0) yield small.output
    return
  }
  let offset = 0
  const engine = openEngine({ name: 'inflate-raw' }, means)
  try {
    for await (const output of engine.run(input.take, input.giveBack)) {
      offset += output.length
      yield output
    }
  } catch (error) {
    throw inflateFailure(
      error,
      stopOf('zip', path, () => offset),
    )
  } finally {
    engine.close()
  }
}

/** Absent where the stream does not end in these bytes, is larger than small, or is damaged. */
function inflateSmall(bytes: Uint8Array): { output: Uint8Array; consumed: number } | undefined {
  // Node.js would take 16 KiB for each, however short it is.
  const chunkSize = Math.min(16 * 1024, Math.max(256, 4 * bytes.length))
  try {
    const { buffer, engine } = inflateRawSync(bytes, {
      info: true,
      maxOutputLength: smallOutput,
      chunkSize,
    }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    return { output: buffer, consumed: engine.bytesWritten }
  } catch {
    return undefined
  }
}
