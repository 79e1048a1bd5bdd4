/**
 * First lines of what is encrypted or encoded inside of text: a rare beginning to search for, what it has to go on like, and what precedes it.
 * The text kernel knows the beginnings as well, but for those that are looked for in `samples`, since records that have one all have it.
 */
export type Mark = {
  name: string
  key: Buffer
  mark: RegExp
  before?: RegExp
  samples?: true
  reason: 'encrypted' | 'unsupported-format'
}

/** Makes marks that are looked for in samples. */
export const sampledMark =
  (reason: Mark['reason']) =>
  (name: string, key: string, mark: RegExp, before?: RegExp): Mark => ({
    name,
    key: Buffer.from(key),
    mark,
    ...(before && { before }),
    samples: true,
    reason,
  })
