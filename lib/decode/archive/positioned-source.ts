import type { ByteSource } from '../byte-source.ts'

/** A source that counts what was consumed of it. */
export type PositionedSource = ByteSource & { readonly position: number }

export function positionedSource(source: ByteSource): PositionedSource {
  let position = 0
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
    get position() {
      return position
    },
  }
}
