import type { ByteSource } from '../byte-source.ts'
import { type Decoding, DecodingStopped } from '../decoding.ts'
import { readRaw } from '../raw-content.ts'

/** Bytes in order, of which it is known where they stand in their content. */
export type PlacedSource = {
  position(): number
  /** At least `count` bytes, valid until the next call. @throws DecodingStopped where the source ends before */
  peek(count: number): Promise<Uint8Array>
  /** The same, but fewer where the source ends. */
  look(count: number): Promise<Uint8Array>
  skip(count: number): void
  /** Consumes what comes before `to`. Unless it is all zero, it is a content of its own. */
  leave(to: number, path: readonly string[]): Promise<void>
  /** Consumes what comes before `to`, which is known not to be content. */
  pass(to: number): Promise<void>
}

export function placedSource(
  source: ByteSource,
  from: number,
  path: readonly string[],
  decoding: Decoding,
): PlacedSource {
  let position = from
  const cut = () => new DecodingStopped('truncated', path, position, 'expected as many bytes as there were')

  function skip(count: number): void {
    source.skip(count)
    position += count
  }

  async function takeUntil(to: number): Promise<Uint8Array | undefined> {
    if (position >= to) return undefined
    const chunk = await source.take()
    if (chunk === undefined) throw cut()
    const length = Math.min(chunk.length, to - position)
    if (length < chunk.length) source.giveBack(chunk.subarray(length))
    position += length
    return chunk.subarray(0, length)
  }

  return {
    position: () => position,
    skip,
    look: source.peek,
    async peek(count) {
      const bytes = await source.peek(count)
      if (bytes.length < count) throw cut()
      return bytes
    },
    async leave(to, path) {
      for (;;) {
        const chunk = await takeUntil(to)
        if (chunk === undefined) return
        const first = chunk.findIndex((byte) => byte !== 0)
        if (first < 0) continue
        let rest: Uint8Array | undefined = chunk.subarray(first)
        const take = async () => {
          const next = rest ?? (await takeUntil(to))
          rest = undefined
          return next
        }
        return readRaw({ take }, path, decoding)
      }
    },
    async pass(to) {
      while ((await takeUntil(to)) !== undefined);
    },
  }
}
