import type { ByteSource } from '../byte-source.ts'

/** A source that counts what was consumed of it, and of what was before it. */
export type PositionedSource = ByteSource & { position(): number }

export function positionedSource(source: ByteSource, position: number): PositionedSource {
  return {
    peek: source.peek,
    peekSome: source.peekSome,
    skip(count) {
      position += count
      source.skip(count)
    },
    async take() {
      const chunk = await source.take()
      position += chunk?.length ?? 0
      return chunk
    },
    giveBack(rest) {
      position -= rest.length
      source.giveBack(rest)
    },
    position: () => position,
  }
}
