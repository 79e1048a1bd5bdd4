import { byteSource, chunksOf } from '../byte-source.ts'
import type { Decoding } from '../decoding.ts'
import type { ByteRange, Content } from '../format.ts'
import { readRaw } from '../raw-content.ts'
import { addPicture } from './pixels.ts'

/**
 * All of a picture whose parts have to be read at any place. Absent: it is larger than what may be held, or what it comes from fails; then it was pushed as it is, and what is wrong is a gap,
 * or thrown.
 */
async function holdPicture({ source, path }: Content, decoding: Decoding): Promise<Buffer | undefined> {
  const most = decoding.limits.heldBytes - decoding.heldBytes
  const parts: Buffer[] = []
  let length = 0
  let failure: { error: unknown } | undefined
  try {
    while (length <= most) {
      const chunk = await source.take()
      if (chunk === undefined) return Buffer.concat(parts, length)
      length += chunk.length
      parts.push(Buffer.from(chunk))
    }
  } catch (error) {
    failure = { error }
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* parts
    if (failure !== undefined) throw failure.error
    yield* chunksOf(source)
  }
  const detail = `expected at most ${decoding.limits.heldBytes} bytes to hold in memory`
  await readRaw(
    byteSource(all()),
    path,
    decoding,
    failure ? { kind: 'structure' } : { kind: 'refused', reason: 'limit', detail },
  )
  return undefined
}

/** Reads a picture as a whole, with what it takes of memory counted meanwhile; one that is too large for that is pushed as it is. */
export async function readHeld(
  content: Content,
  decoding: Decoding,
  read: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  addPicture(decoding, content.path)
  const { heldBytes } = decoding
  const bytes = await holdPicture(content, decoding)
  if (bytes === undefined) return
  decoding.heldBytes += bytes.length
  try {
    await read(bytes)
  } finally {
    decoding.heldBytes = heldBytes
  }
}

/** Pushes a picture that is held as it is written, so that what stands plainly anywhere in it is found: `pixels`, which are apart and in order, as samples alone. */
export async function pushHeld(
  bytes: Buffer,
  path: readonly string[],
  decoding: Decoding,
  pixels: readonly ByteRange[] = [],
): Promise<void> {
  const others = pixels.map(({ from }, index) => ({ from: pixels[index - 1]?.to ?? 0, to: from }))
  others.push({ from: pixels.at(-1)?.to ?? 0, to: bytes.length })
  await readRaw(piecesOf(bytes, others), path, decoding, { kind: 'structure' })
  if (pixels.length > 0) await readRaw(piecesOf(bytes, pixels), [...path, 'pixels'], decoding, { kind: 'pixels' })
}

function piecesOf(bytes: Buffer, ranges: readonly ByteRange[]) {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const { from, to } of ranges) yield bytes.subarray(from, to)
  }
  return byteSource(pieces())
}
