/**
 * Where an identifier was confirmed. `tag` is the keyed digest (hex) that stands for the subject: internal, never
 * exported or printed. `place` tells content from the object's key. `path` are the containers around the content,
 * outermost first. `record` counts lines from 1, `offset` bytes from 0, both in the innermost content (in the key, for
 * `key`).
 */
export type Finding = {
  seq: number
  place: 'content' | 'key'
  path: readonly string[]
  record: number
  offset: number
  tag: string
}
