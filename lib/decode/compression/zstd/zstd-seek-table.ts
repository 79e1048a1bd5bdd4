import { littleEndian } from '../../little-endian.ts'

/** The frames that a seek table names, each by its stored and its decoded bytes. */
export type SeekTable = { readonly stored: Uint32Array; readonly decoded: Uint32Array }

/** A table is read whole to be checked; a larger one is treated as content. */
export const maxTable = 2 ** 24
/** The first byte of the skippable frame that it is in, and the frame's header. */
export const tableMagic = 0x5e
export const skippableHeader = 8

const footerLength = 9
const footerMagic = 0x8f92eab1

/** Whether the last bytes of a file may be those of a seek table. */
export const endsLikeTable = (bytes: Uint8Array): boolean =>
  bytes.length >= footerLength && littleEndian(bytes, bytes.length - 4, 4) === footerMagic

/** How long the table is that ends with these bytes: all that is in its skippable frame. */
export function tableLength(end: Uint8Array): number {
  const footer = end.length - footerLength
  return littleEndian(end, footer, 4) * entryLengthOf(end[footer + 4]!) + footerLength
}

const entryLengthOf = (descriptor: number) => (descriptor === 0 ? 8 : 12)

/** Parses the table of zstd's seekable format (contrib/seekable_format); absent: it is none. */
export function parseSeekTable(bytes: Uint8Array): SeekTable | undefined {
  if (!endsLikeTable(bytes)) return undefined
  const footer = bytes.length - footerLength
  const descriptor = bytes[footer + 4]!
  const entryLength = entryLengthOf(descriptor)
  if ((descriptor & 0x7f) !== 0 || tableLength(bytes) !== bytes.length) return undefined
  const numbers = (from: number) =>
    Uint32Array.from({ length: footer / entryLength }, (_, at) => littleEndian(bytes, at * entryLength + from, 4))
  return { stored: numbers(0), decoded: numbers(4) }
}
