/**
 * Where an identifier was confirmed. `tag` is the keyed digest (hex) that stands for the subject: internal, never
 * exported or printed. `place` tells content from the object's key and from what the store keeps beside the bytes, its user
 * metadata and tags. `path` are the containers around the content,
 * outermost first. `record` counts lines from 1, `offset` bytes from 0, both in the innermost content (in the
 * text itself for the other places).
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
}
