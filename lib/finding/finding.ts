import type { Where } from '../scan/places/where.ts'

/**
 * Where an identifier was confirmed. `tag` is the keyed digest (hex) that stands for the subject: internal, never
 * exported or printed. `place` tells content from the object's key and from what the store keeps beside the bytes, its user
 * metadata and tags. `path` are the containers around the content,
 * outermost first. `record` counts lines from 1, `offset` bytes from 0, both in the innermost content (in the
 * text itself for the other places). `where`: what the content's format says, if anything.
 */
export const findingPlaces = ['content', 'key', 'metadata', 'tags'] as const
export type FindingPlace = (typeof findingPlaces)[number]

export type Finding = {
  seq: number
  place: FindingPlace
  path: readonly string[]
  record: number
  offset: number
  tag: string
  /** The form it is written in unless it is plain, the outermost first: `base64 percent`. */
  form?: string
  where?: Where
}

/**
 * First by what it is in, from the name on; then by content, with numbers in their paths by size, and what was read out of a text before the text
 * itself, since more is known of places in it; then by offset.
 */
export function compareFindings(a: Place, b: Place): number {
  return rankOf(a) - rankOf(b) || comparePaths(a.path, b.path) || a.offset - b.offset
}

type Place = Pick<Finding, 'place' | 'path' | 'offset'>
const inOrder: readonly FindingPlace[] = ['key', 'metadata', 'tags', 'content']
const rankOf = ({ place }: Place) => inOrder.indexOf(place)

function comparePaths(a: readonly string[], b: readonly string[]): number {
  if (a === b) return 0
  for (const [index, name] of a.entries()) {
    const other = b[index]
    if (other === undefined) return -1
    if (name !== other) return compareNames(name, other)
  }
  return b.length - a.length
}

/** `member-9` before `member-10`. */
function compareNames(a: string, b: string): number {
  const [[word, number], [otherWord, otherNumber]] = [partsOf(a), partsOf(b)]
  if (word !== otherWord) return word < otherWord ? -1 : 1
  return number - otherNumber
}

function partsOf(name: string): [word: string, number: number] {
  const digits = /[0-9]*$/.exec(name)![0]
  return [name.slice(0, name.length - digits.length), digits === '' ? -1 : Number(digits)]
}
