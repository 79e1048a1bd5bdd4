/**
 * Whether bytes that begin like a format go on like it, as far as they are there: a table of a million random tokens has the few bytes that some formats
 * begin with.
 */
export type GoesOn = (bytes: Buffer) => boolean

/** Whether byte `index` is one of these, or not there. */
export const isAt = (bytes: Buffer, index: number, test: (byte: number) => boolean) =>
  index >= bytes.length || test(bytes[index]!)
