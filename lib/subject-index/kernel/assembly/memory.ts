/**
 * Where things are in the memory that the host lays out (`row-digests.ts`, which says what each of them is). Set once, by
 * `setUp`, before anything else is called.
 */
export let messages: usize = 0
export let lengths: usize = 0
export let digests: usize = 0
export let firsts: usize = 0
export let seconds: usize = 0
export let keyed: usize = 0
export let seedA: i32 = 0
export let seedB: i32 = 0

export const messageBytes: usize = 64

/** Addresses that follow one another in a list of words at `list`. */
export function setUp(list: usize, a: i32, b: i32): void {
  messages = load<u32>(list)
  lengths = load<u32>(list, 4)
  digests = load<u32>(list, 8)
  firsts = load<u32>(list, 12)
  seconds = load<u32>(list, 16)
  keyed = load<u32>(list, 20)
  seedA = a
  seedB = b
}
