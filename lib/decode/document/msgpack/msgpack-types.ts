/**
 * What stands behind the first byte of a value of MessagePack (github.com/msgpack/msgpack, spec.md). `size`: bytes of its number, or of its length or count. `count`: what a first
 * byte says without one. An extension has its type behind its length.
 */
export type MsgpackType =
  | { readonly kind: 'small'; readonly value: number }
  | { readonly kind: 'nil' | 'false' | 'true' }
  | { readonly kind: 'unsigned' | 'signed' | 'float'; readonly size: number }
  | { readonly kind: 'text' | 'binary' | 'extension' | 'array' | 'map'; readonly size: number; readonly count: number }

const sizes = (kind: 'text' | 'binary' | 'extension' | 'array' | 'map', some: readonly number[]): MsgpackType[] =>
  some.map((size) => ({ kind, size, count: 0 }))
const numbers = (kind: 'unsigned' | 'signed' | 'float', some: readonly number[]): MsgpackType[] =>
  some.map((size) => ({ kind, size }))

const others: readonly (MsgpackType | undefined)[] = [
  { kind: 'nil' },
  undefined,
  { kind: 'false' },
  { kind: 'true' },
  ...sizes('binary', [1, 2, 4]),
  ...sizes('extension', [1, 2, 4]),
  ...numbers('float', [4, 8]),
  ...numbers('unsigned', [1, 2, 4, 8]),
  ...numbers('signed', [1, 2, 4, 8]),
  ...[1, 2, 4, 8, 16].map((count): MsgpackType => ({ kind: 'extension', size: 0, count })),
  ...sizes('text', [1, 2, 4]),
  ...sizes('array', [2, 4]),
  ...sizes('map', [2, 4]),
]

/** By the first byte; absent for the one that is never used. */
export const msgpackTypes: readonly (MsgpackType | undefined)[] = Array.from({ length: 256 }, (_, byte) => typeOf(byte))

function typeOf(byte: number): MsgpackType | undefined {
  if (byte < 0x80) return { kind: 'small', value: byte }
  if (byte < 0x90) return { kind: 'map', size: 0, count: byte & 0x0f }
  if (byte < 0xa0) return { kind: 'array', size: 0, count: byte & 0x0f }
  if (byte < 0xc0) return { kind: 'text', size: 0, count: byte & 0x1f }
  if (byte >= 0xe0) return { kind: 'small', value: byte - 256 }
  return others[byte - 0xc0]
}
