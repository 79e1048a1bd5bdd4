/**
 * Where things are in the memory that the host lays out (`lay-out-memory.ts`, which says what each of them is). Set once,
 * by `setUp`, before anything else is called.
 */
export let block: usize = 0
export let tables: usize = 0
export let masks: usize = 0
export let tokens: usize = 0
export let starts: usize = 0
export let ends: usize = 0
export let stops: usize = 0
export let plainDigits: usize = 0
export let constants: usize = 0
export let sieve: usize = 0
export let runMasks: usize = 0
export let digitMasks: usize = 0
export let exponentMasks: usize = 0
export let signWords: usize = 0
export let spots: usize = 0
export let spotCounts: usize = 0
export let queues: usize = 0
export let knownNumbers: usize = 0

/** Addresses that follow one another in a list of words at `list`. */
export function setMemory(list: usize): void {
  block = load<u32>(list)
  tables = load<u32>(list, 4)
  masks = load<u32>(list, 8)
  tokens = load<u32>(list, 12)
  starts = load<u32>(list, 16)
  ends = load<u32>(list, 20)
  stops = load<u32>(list, 24)
  plainDigits = load<u32>(list, 28)
  constants = load<u32>(list, 32)
  sieve = load<u32>(list, 36)
  runMasks = load<u32>(list, 40)
  digitMasks = load<u32>(list, 44)
  exponentMasks = load<u32>(list, 48)
  signWords = load<u32>(list, 52)
  spots = load<u32>(list, 56)
  spotCounts = load<u32>(list, 60)
  queues = load<u32>(list, 64)
  knownNumbers = load<u32>(list, 68)
}

/** From now on these are the masks that runs are looked for in. */
export function useMasks(list: usize): void {
  masks = list
}

/** Tables by byte, 256 bytes each, in this order. */
export namespace Table {
  export const mayGlue: usize = 0
  export const trimmed: usize = 256
  export const local: usize = 512
  export const domain: usize = 768
  export const localSpecial: usize = 1024
  export const localEscapeSign: usize = 1280
  export const localTrimmed: usize = 1536
  /** By a hash of ten bits: what may be the ending of a file's name. */
  export const suffixes: usize = 1792
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function isIn(table: usize, byte: u8): bool {
  return load<u8>(tables + table + <usize>byte) != 0
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function byteAt(position: i32): u8 {
  return load<u8>(block + <usize>position)
}
