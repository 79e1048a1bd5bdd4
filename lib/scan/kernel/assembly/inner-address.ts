import { block, plainDigits } from './memory'
import { lookUp } from './tokens'

/** Bytes for texts that stand in the block with other signs, which are kept until they are looked up; UUIDs are in the same, at other times. */
const room: i32 = 512 * 32
const atSign: u8 = 0x40

let used: i32 = 0

export function forgetWritten(): void {
  used = 0
}

/** Where so many bytes may be written. */
function reserve(length: i32): usize {
  if (used + length > room) {
    lookUp()
    used = 0
  }
  const at = plainDigits + <usize>used
  used += length
  return at
}

/** Writes the bytes [first, end) of the block with an `@` at `sign`; returns where. */
export function writeText(first: i32, sign: i32, end: i32): usize {
  const at = reserve(end - first)
  memory.copy(at, block + <usize>first, <usize>(end - first))
  store<u8>(at + <usize>(sign - first), atSign)
  return at
}

/** The same with what is behind the sign, up to `end`, before it. */
export function writeTurned(first: i32, sign: i32, end: i32): usize {
  const at = reserve(end - first)
  const local = <usize>(end - sign - 1)
  memory.copy(at, block + <usize>(sign + 1), local)
  store<u8>(at + local, atSign)
  memory.copy(at + local + 1, block + <usize>first, <usize>(sign - first))
  return at
}
