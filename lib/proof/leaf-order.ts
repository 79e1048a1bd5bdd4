/**
 * Leaves are the entries of the subject index without its controls, in the same order. `controls` are the ordinals of these,
 * ascending.
 */
export type LeafOrder = { leafOf(ordinal: number): number | undefined; ordinalOf(leaf: number): number }

export function leafOrderOf(controls: readonly number[]): LeafOrder {
  return {
    /** Undefined: a control. */
    leafOf(ordinal) {
      let before = 0
      for (const control of controls)
        if (control === ordinal) return undefined
        else if (control < ordinal) before++
      return ordinal - before
    },
    ordinalOf(leaf) {
      let ordinal = leaf
      for (const control of controls) if (control <= ordinal) ordinal++
      return ordinal
    },
  }
}
