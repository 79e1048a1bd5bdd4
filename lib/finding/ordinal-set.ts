/** A set of subjects by their ordinals, one bit each: 10^8 of them take 12.5 MB. */
export type OrdinalSet = {
  add(ordinal: number): void
  readonly size: number
  bytes(): Uint8Array
  /** Each, ascending. */
  each(take: (ordinal: number) => void): void
}

/** `bytes`: what another set gave, to go on with. */
export function createOrdinalSet(bytes: Uint8Array = new Uint8Array(0)): OrdinalSet {
  let bits = new Uint8Array(bytes)
  let size = bits.reduce((sum, byte) => sum + bitsIn(byte), 0)
  return {
    add(ordinal) {
      const [place, bit] = [ordinal >>> 3, 1 << (ordinal & 7)]
      if (place >= bits.length) {
        const grown = new Uint8Array(Math.max(place + 1, bits.length * 2))
        grown.set(bits)
        bits = grown
      }
      if ((bits[place]! & bit) === 0) size++
      bits[place]! |= bit
    },
    get size() {
      return size
    },
    bytes: () => bits,
    each(take) {
      for (let place = 0; place < bits.length; place++)
        for (let bit = 0, rest = bits[place]!; rest > 0; bit++, rest >>= 1) if ((rest & 1) === 1) take(8 * place + bit)
    },
  }
}

/** What is in any of them. */
export function uniteOrdinals(sets: readonly Uint8Array[]): OrdinalSet {
  const bits = new Uint8Array(Math.max(0, ...sets.map(({ length }) => length)))
  for (const set of sets) for (let place = 0; place < set.length; place++) bits[place]! |= set[place]!
  return createOrdinalSet(bits)
}

function bitsIn(byte: number): number {
  let count = 0
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++
  return count
}
