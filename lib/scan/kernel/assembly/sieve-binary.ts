import { outside } from './classify'
import { block, constants, plainDigits, sieve, stops, tokens } from './memory'
import { List } from './spots'
import { addBytes, candidates, listCandidates, lookUp, mostCandidates, nextToken, setShape } from './tokens'

const uuidBytes: i32 = 16
const uuidDigits: i32 = 32

/**
 * Where 16 bytes begin that end in (from, to], not all of them characters, and that the filters do not deny in one of two orders: see
 * `lib/scan/forms/binary-uuid-form.ts`. `lowest`: the first byte of the content; `shape`: of UUIDs.
 */
export function siftBinary(from: i32, to: i32, lowest: i32, shape: usize): void {
  if (load<i32>(sieve, 380) == 0) return
  const columns = v128.load(sieve, 1920)
  const first = max(from + 1 - uuidBytes, lowest)
  const last = to - uuidBytes
  let list = stops
  let odd = oddBytes(first, columns)
  for (let at = first; at <= last; at += 64) {
    const next = oddBytes(at + 64, columns)
    store<i32>(list, at)
    list += <usize>((odd | next) != 0) << 2
    odd = next
  }
  if (list == stops) return
  setShape(shape)
  for (let place = stops; place < list; place += 4) {
    const at = load<i32>(place)
    const some = withOddBytes(oddBytes(at, columns), oddBytes(at + 64, columns))
    addUuids(at, last - at > 62 ? some : some & ((<u64>2 << (last - at)) - 1))
    if (candidates >= mostCandidates) listCandidates(List.binaryUuid)
  }
  lookUp()
  listCandidates(List.binaryUuid)
}

/** Which of 64 bytes are no characters: a bit each. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function oddBytes(from: i32, columns: v128): u64 {
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const at = block + <usize>from
  return (
    <u64>outside(v128.load(at), columns, rows, low, zero) |
    (<u64>outside(v128.load(at, 16), columns, rows, low, zero) << 16) |
    (<u64>outside(v128.load(at, 32), columns, rows, low, zero) << 32) |
    (<u64>outside(v128.load(at, 48), columns, rows, low, zero) << 48)
  )
}

/** At which of 64 places 16 bytes begin of which some are among the odd ones, here or in the 64 behind. */
function withOddBytes(odd: u64, next: u64): u64 {
  let some = odd
  let more = next
  for (let count: u64 = 1; count < <u64>uuidBytes; count <<= 1) {
    some |= (some >> count) | (more << (64 - count))
    more |= more >> count
  }
  return some
}

function addUuids(at: i32, some: u64): void {
  const text = v128.load(constants, 816)
  const guid = v128.load(constants, 832)
  const low = v128.load(constants, 16)
  for (let rest = some; rest != 0; rest &= rest - 1) {
    const start = at + <i32>ctz(rest)
    const bytes = v128.load(block + <usize>start)
    addUuid(bytes, start, text, low)
    addUuid(i8x16.swizzle(bytes, guid), start, text, low)
  }
}

/** Looks up the digits of these bytes. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addUuid(bytes: v128, start: i32, text: v128, low: v128): void {
  const first = i8x16.swizzle(text, v128.and(i16x8.shr_u(bytes, 4), low))
  const second = i8x16.swizzle(text, v128.and(bytes, low))
  const digits = plainDigits + ((nextToken() - tokens) << 3)
  v128.store(digits, v128.shuffle<i8>(first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23))
  v128.store(digits, v128.shuffle<i8>(first, second, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16)
  addBytes(digits, uuidDigits, start, start + uuidBytes)
}
