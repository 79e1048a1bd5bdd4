import type { Occurrence } from '../occurrence.ts'

/** What was found in forms, by place and entry. */
export type Found = Map<string, Occurrence>

/** What was found plainly in a window, of which there may be much in each, while little is ever asked for. */
export type PlainFound = {
  add(offset: number, ordinal: number): void
  has(offset: number, ordinal: number): boolean
  /** Forgets what begins before `offset`. */
  drop(offset: number): void
}

export function createPlainFound(): PlainFound {
  let offsets: number[] = []
  let ordinals: number[] = []
  /** By place, once it is asked for. */
  let places: Set<string> | undefined
  return {
    add(offset, ordinal) {
      offsets.push(offset)
      ordinals.push(ordinal)
      places = undefined
    },
    has(offset, ordinal) {
      places ??= new Set(offsets.map((each, at) => placeOf(each, ordinals[at]!)))
      return places.has(placeOf(offset, ordinal))
    },
    drop(offset) {
      if (offsets.length === 0) return
      const isLeft = (_: number, at: number) => offsets[at]! >= offset
      ;[ordinals, offsets] = [ordinals.filter(isLeft), offsets.filter(isLeft)]
      places = undefined
    },
  }
}

const placeOf = (offset: number, ordinal: number) => `${offset} ${ordinal}`

/** Of what is in several forms at one place, keeps what is written in the simplest of them; nothing of what is `plain` there. */
export function keepIfSimplest(
  found: Found,
  occurrence: Occurrence & { form: string },
  plain: Pick<PlainFound, 'has'>,
): void {
  const { offset, ordinal, form } = occurrence
  if (plain.has(offset, ordinal)) return
  const place = placeOf(offset, ordinal)
  const known = found.get(place)?.form
  if (known === undefined || isSimpler(form, known)) found.set(place, occurrence)
}

/** By place. */
export const inOrder = (found: Found): Occurrence[] =>
  [...found.values()].sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)

const depthOf = (form: string) => form.split(' ').length
const isSimpler = (form: string, other: string) => depthOf(form) - depthOf(other) < (form < other ? 1 : 0)
