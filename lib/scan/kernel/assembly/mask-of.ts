import { outside } from './classify'
import { constants } from './memory'

let rows: v128 = i8x16.splat(0)
let low: v128 = i8x16.splat(0)
let zero: v128 = i8x16.splat(0)

/** Before `maskOf`. */
export function prepareMasks(): void {
  rows = v128.load(constants)
  low = v128.load(constants, 16)
  zero = v128.load(constants, 32)
}

/** Which of 64 bytes are in an alphabet of ASCII characters. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function maskOf(at: usize, columns: v128): u64 {
  const a = outside(v128.load(at), columns, rows, low, zero)
  const b = outside(v128.load(at, 16), columns, rows, low, zero)
  const c = outside(v128.load(at, 32), columns, rows, low, zero)
  const d = outside(v128.load(at, 48), columns, rows, low, zero)
  return ~(<u64>(a | (b << 16)) | (<u64>(c | (d << 16)) << 32))
}

/** Two words of the masks that begin `step` bytes from each other. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function twoWords(list: usize, byte: i32, step: i32): v128 {
  const place = list + <usize>byte
  return v128.load64_lane(place + <usize>step, v128.load64_zero(place), 1)
}
