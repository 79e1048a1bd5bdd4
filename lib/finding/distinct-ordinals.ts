/** Gathers ordinals that come in any order and again and again: four bytes for each distinct one, however many they are (a `Set` holds 2^24). */
export type DistinctOrdinals = {
  add(ordinal: number): void
  /** Each once, ascending. */
  sorted(): Uint32Array
}

const leastRoom = 1024

export function createDistinctOrdinals(): DistinctOrdinals {
  let held: Uint32Array<ArrayBuffer> | undefined
  let length = 0

  function settle(): Uint32Array {
    const sorted = (held ?? new Uint32Array(0)).subarray(0, length).sort()
    length = 0
    for (const ordinal of sorted) if (length === 0 || sorted[length - 1] !== ordinal) sorted[length++] = ordinal
    return sorted.subarray(0, length)
  }

  return {
    add(ordinal) {
      // Few object versions have any.
      held ??= new Uint32Array(leastRoom)
      if (length > 0 && held[length - 1] === ordinal) return
      if (length === held.length) {
        settle()
        if (length > held.length / 2) {
          const larger = new Uint32Array(2 * held.length)
          larger.set(held.subarray(0, length))
          held = larger
        }
      }
      held[length++] = ordinal
    },
    sorted: settle,
  }
}
