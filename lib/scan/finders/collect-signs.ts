/** Places of `@` in one block, ascending: `count` of them. */
export type SignSource = {
  readonly places: ArrayLike<number>
  count: number
  /** Collects those in [from, to). `final`: the content ends at `to`. */
  collect(from: number, to: number, final: boolean): void
}

const sign = 0x40

/** Every `@`. */
export function createSignSource(buffer: Buffer): SignSource {
  const places: number[] = []
  return {
    places,
    count: 0,
    collect(from, to) {
      const known = buffer.subarray(0, to)
      this.count = 0
      for (let at = known.indexOf(sign, from); at !== -1; at = known.indexOf(sign, at + 1)) places[this.count++] = at
    },
  }
}
