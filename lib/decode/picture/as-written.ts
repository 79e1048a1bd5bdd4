import { type ByteSource, byteSource, chunksOf } from '../byte-source.ts'
import { addStop, type Decoding } from '../decoding.ts'
import { readRaw } from '../raw-content.ts'

/**
 * Pushes a picture as it is written, at `path`, so that what stands plainly anywhere in it is found. `pieces` reads it from `source`; where that stops, the
 * stop is a gap and all that is left is pushed as well: then it returns false.
 */
export async function readAsWritten(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
  pieces: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  let isWhole = true
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces
    } catch (error) {
      if (decoding.exhausted) throw error
      addStop(decoding, error)
      isWhole = false
      yield* chunksOf(source)
    }
  }
  await readRaw(byteSource(all()), path, decoding, { kind: 'structure' })
  return isWhole
}
