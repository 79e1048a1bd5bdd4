/**
 * The memory: a table of what each byte is (1: in a name, 2: white space), the words that are known, the document as far as it is read, the text that goes on, finished texts, where
 * each of them ends, and which of them has a line feed or `<`: see `markup-kernel.ts`. Behind each part is room for what 16 bytes at a time read and write too much.
 */
export const kinds: usize = 256
export const words: usize = 1024
export const input: usize = words + 2048 * 64
export const opened: usize = input + 128 * 1024 + 64
export const texts: usize = opened + 384 * 1024 + 64
export const ends: usize = texts + 768 * 1024 + 64
export const careful: usize = ends + 4 * 128 * 1024

// @ts-ignore: a decorator of AssemblyScript
@inline
export function isName(byte: u32): bool {
  return (load<u8>(kinds + <usize>byte) & 1) != 0
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function isWhite(byte: u32): bool {
  return (load<u8>(kinds + <usize>byte) & 2) != 0
}

/** A bit for each of 16 bytes that counts if only so many do. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function firstOf(count: usize): u32 {
  return count >= 16 ? 0xffff : (<u32>1 << <u32>count) - 1
}
