import { decodeObject, type Reading } from '../../lib/decode/decode-object.ts'
import type { Limits } from '../../lib/decode/limits.ts'

/** What came of one content: its bytes, and whether its sink was told that they are complete. */
export type Collected = { bytes: Buffer; ended: boolean }

/**
 * Bytes in pieces of the given lengths, over and over, out of one buffer that is overwritten as soon as the next piece is
 * asked for, as a producer may do.
 */
export async function* inPieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(Math.max(1, ...lengths))
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const length = Math.min(lengths[index % lengths.length]!, bytes.length - at)
    buffer.set(bytes.subarray(at, at + length))
    yield buffer.subarray(0, length)
    buffer.fill(0xee)
    at += length
  }
}

export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  limits?: Limits,
  picturesMayBeClean = false,
): Promise<{ reading: Reading; contents: Map<string, Collected> }> {
  const contents = new Map<string, Collected>()
  const reading = await decodeObject(
    chunks,
    (path) => {
      const name = path.join('/')
      let pieces: Buffer[] = []
      const collected = {
        get bytes() {
          if (pieces.length !== 1) pieces = [Buffer.concat(pieces)]
          return pieces[0]!
        },
        ended: false,
      }
      if (contents.has(name)) throw new Error(`content ${name} was opened twice`)
      contents.set(name, collected)
      return {
        async write(bytes) {
          pieces.push(Buffer.from(bytes))
        },
        end() {
          collected.ended = true
        },
      }
    },
    { limits, picturesMayBeClean },
  )
  return { reading, contents }
}

/** Contents as text by path; one that did not end is marked with a `…`. */
export function textsOf(contents: ReadonlyMap<string, Collected>): Record<string, string> {
  return Object.fromEntries([...contents].map(([path, { bytes, ended }]) => [path, bytes + (ended ? '' : '…')]))
}

/** What comes of a text: reasons of gaps, and contents as text. */
export async function readText(text: string, lengths = [50]) {
  const { reading, contents } = await collect(inPieces(Buffer.from(text), lengths))
  return { gaps: reading.gaps.map(({ reason }) => reason), texts: textsOf(contents) }
}
