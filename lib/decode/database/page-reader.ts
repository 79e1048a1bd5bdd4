import { type ByteSource, byteSource } from '../byte-source.ts'
import type { Decoding } from '../decoding.ts'
import type { Content, ReadAt } from '../format.ts'
import { holdContent } from '../hold-content.ts'

/**
 * A content that is read in order and at any place at the same time: `source` from its beginning to its end, `at` anywhere.
 * `giveBackRest`: what `source` still has is left in the content. `release` gives back the memory that it is held in.
 */
export type Held = { source: ByteSource; at: ReadAt; giveBackRest(): Promise<void>; release(): void }

/** @throws DecodingStopped where it has to be held in memory and is too large for that */
export async function holdInOrder(content: Content, decoding: Decoding): Promise<Held> {
  const before = decoding.heldBytes
  const at = await holdContent(content, decoding)
  const held = decoding.heldBytes - before
  if (held === 0) return { source: content.source, at, giveBackRest: async () => {}, release: () => {} }
  const source = byteSource(pieces(at))
  return {
    source,
    at,
    async giveBackRest() {
      const rest = await source.peek(at.size)
      if (rest.length > 0) content.source.giveBack(rest)
    },
    release: () => {
      decoding.heldBytes -= held
    },
  }
}

const pieceSize = 256 * 1024

async function* pieces(at: ReadAt): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < at.size; from += pieceSize) yield at.read(from, Math.min(at.size, from + pieceSize))
}

const blockSize = 256 * 1024
const blocksKept = 16

/**
 * Reads ranges that are near to each other without asking for each: whole blocks of 256 KiB, of which 4 MiB are kept. What it
 * returns is valid until the next call.
 */
export function blockReader(at: ReadAt): (from: number, length: number) => Promise<Uint8Array> {
  const blocks = new Map<number, Uint8Array>()
  async function block(index: number): Promise<Uint8Array> {
    const known = blocks.get(index)
    const bytes = known ?? (await at.read(index * blockSize, Math.min(at.size, (index + 1) * blockSize)))
    blocks.delete(index)
    blocks.set(index, bytes)
    if (blocks.size > blocksKept) blocks.delete(blocks.keys().next().value!)
    return bytes
  }
  return async (from, length) => {
    const index = Math.floor(from / blockSize)
    const start = from - index * blockSize
    const bytes = await block(index)
    if (start + length <= bytes.length) return bytes.subarray(start, start + length)
    return at.read(from, Math.min(at.size, from + length))
  }
}
