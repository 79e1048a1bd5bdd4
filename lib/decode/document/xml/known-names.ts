import type { TagMeaning } from './tag-meaning.ts'

/** A name of tags in one of the forms of `tagReader`. */
export type Known = {
  name: Uint8Array
  /** Of the name: those of others that share its slot are mostly others. */
  hash: number
  form: number
  next: Known | undefined
  reading: 'by-name' | 'by-type' | 'whole'
  meaning: TagMeaning
  /** Read by type: where values behind it are numbers. */
  numeric: TagMeaning
}

/** Names that are known, by a hash of them; none are when there are too many. */
export type KnownNames = { slots: (Known | undefined)[]; count: number }

/** Of more names, and of longer ones, nothing is kept in mind. */
export const mostKnown = 1024
export const longestName = 256
/** Whoever writes a document chooses its names, also such that all have the same hash: a few are compared, whatever they are. */
export const mostInSlot = 8

export const noNames = (): KnownNames => ({ slots: new Array(mostKnown).fill(undefined), count: 0 })

/** Forgets names where there is no room for one more: all of them, or those of its hash. */
export function makeRoomFor(names: KnownNames, slot: number): void {
  if (names.count === mostKnown) {
    names.slots.fill(undefined)
    names.count = 0
  }
  const length = lengthOf(names.slots[slot])
  if (length < mostInSlot) return
  names.slots[slot] = undefined
  names.count -= length
}

function lengthOf(chain: Known | undefined): number {
  let length = 0
  for (let at = chain; at !== undefined; at = at.next) length++
  return length
}
