/**
 * A confirmed identifier: `record` counts lines from 1, `offset` is of its first byte, from 0. `ordinal` is an entry of
 * the index: it may be a control (`index.isControl`). `form`: the one that it is written in, the outermost first where there are several
 * (`base64 percent`, `percent sha256`); absent where it is plain.
 */
export type Occurrence = { ordinal: number; record: number; offset: number; form?: string }

/** The same with its length in bytes. */
export type Token = Occurrence & { length: number }

/** Written out, since it is done for everything that is found. */
export const withoutLength = ({ ordinal, record, offset, form }: Token): Occurrence =>
  form === undefined ? { ordinal, record, offset } : { ordinal, record, offset, form }
