/** Bits of a bzip2 file, the most significant of each byte first. Behind the end come zeros, and `isOverrun` says so. */
export type BitReader = {
  /** The next bits as a number, at most 24 of them. */
  read(count: number): number
  /** How many bits were read from the first byte on. */
  position(): number
  seek(position: number): void
  isOverrun(): boolean
  readonly input: Uint8Array
}

export function bitReader(input: Uint8Array, from: number): BitReader {
  let at = from
  return {
    input,
    read(count) {
      let value = 0
      for (let left = count; left > 0; ) {
        const free = 8 - (at & 7)
        const take = Math.min(free, left)
        const byte = input[at >>> 3] ?? 0
        value = (value << take) | ((byte >>> (free - take)) & ((1 << take) - 1))
        at += take
        left -= take
      }
      return value
    },
    position: () => at,
    seek(position) {
      at = position
    },
    isOverrun: () => at > input.length * 8,
  }
}
