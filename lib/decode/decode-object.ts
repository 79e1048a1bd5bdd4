import { createHash, type Hash } from 'node:crypto'
import { byteSource } from './byte-source.ts'
import type { DeclaredFormat } from './declared-format.ts'
import { decodeContent, isContainer } from './decode-content.ts'
import { addReadError, addStop, createDecoding, type Decoding } from './decoding.ts'
import type { ReadAt } from './format.ts'
import { declaredFormats } from './formats.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { Means } from './means.ts'
import type { OpenSink } from './sink.ts'
import type { Gap } from './unverified.ts'

/**
 * What was read of one object. `bytes` and `sha256` (hex) are of the stored bytes, `decodedBytes` is the sum of what
 * the sinks were given. `complete === (gaps.length === 0)`: every stored byte was accounted for. `moreGaps`: how many there are beside
 * the first 100, which `gaps` has.
 */
export type Reading = {
  bytes: number
  decodedBytes: number
  sha256: string
  complete: boolean
  gaps: Gap[]
  moreGaps: number
}

/** `at` reads the same stored bytes at any place. `declared`: what the object is said to be, which is not asked of its bytes. `picturesMayBeClean`: see `Decoding`. */
export type DecodeOptions = {
  limits?: Limits | undefined
  at?: ReadAt | undefined
  means?: Means | undefined
  declared?: DeclaredFormat | undefined
  picturesMayBeClean?: boolean | undefined
}

/**
 * Reads one object to its last byte and pushes its innermost content to the sinks it opens; sinks of several contents
 * may be open at the same time. Formats are told from the bytes, never from names. Whatever is not read, or could hide
 * something, is a gap; what was decoded before a gap is delivered, but its sink sees no `end`. A `ReadFailed` of
 * `chunks` is a gap too; other errors, and those of the sinks, are thrown.
 */
export async function decodeObject(
  chunks: AsyncIterable<Uint8Array>,
  open: OpenSink,
  { limits = defaultLimits, at, means = 'fast', declared, picturesMayBeClean }: DecodeOptions = {},
): Promise<Reading> {
  const decoding = createDecoding(open, limits, decodeContent, isContainer, means, picturesMayBeClean)
  const hash = createHash('sha256')
  const stored = counted(chunks, hash, decoding)
  const source = byteSource(stored)
  try {
    const read =
      declared === undefined
        ? decoding.decode({ source, path: [], ...(at && { at }) })
        : declaredFormats[declared].read({ source, path: [declared] }, decoding)
    await read.catch((error: unknown) => addStop(decoding, error))
    // After a gap the rest is not decoded, but digest and size are of the whole object.
    while ((await source.take()) !== undefined);
  } catch (error) {
    addReadError(decoding, error, decoding.storedBytes)
  } finally {
    await stored.return(undefined)
  }
  return {
    bytes: decoding.storedBytes,
    decodedBytes: decoding.deliveredBytes,
    sha256: hash.digest('hex'),
    complete: decoding.gaps.length === 0,
    gaps: decoding.gaps,
    moreGaps: decoding.moreGaps,
  }
}

async function* counted(chunks: AsyncIterable<Uint8Array>, hash: Hash, decoding: Decoding): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    decoding.storedBytes += chunk.length
    yield chunk
  }
}
