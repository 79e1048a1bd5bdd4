import { outside } from './classify'
import { avalanche, startX, startY, stepX, stepY } from './hash'
import { block, constants, plainDigits, sieve, stops, tokens } from './memory'
import { List } from './spots'
import { candidates, firstHashes, listCandidates, lookUpHashes, mostCandidates, secondHashes, setShape, shape } from './tokens'

const uuidBytes: i32 = 16
const uuidDigits: i32 = 32
/** Places that are looked at together: both orders of all of them are one batch of hashes. */
const together: i32 = 64
/** Bytes whose digits are made for these, and where the arrays of them are: two digits for each byte, and for each of these with the next one four, the next one's last or first. */
const bytesOfAll: usize = 80
const pairs: usize = 0
const straight: usize = 256
const turned: usize = 640

/**
 * Where 16 bytes begin that end in (from, to] and that the filters do not deny in one of two orders, beside bytes that are no characters: see
 * `lib/scan/forms/binary-uuid-form.ts`. `lowest`: the first byte of the content; `uuids`: the description of their shape.
 */
export function siftBinary(from: i32, to: i32, lowest: i32, uuids: usize): void {
  if (load<i32>(sieve, 380) == 0) return
  const columns = v128.load(sieve, 1920)
  const first = max(from + 1 - uuidBytes, lowest)
  const last = to - uuidBytes
  let list = stops
  let isOdd = hasOddBytes(first, columns)
  for (let at = first; at <= last; at += together) {
    const isNextOdd = hasOddBytes(at + together, columns)
    store<i32>(list, at)
    list += <usize>(isOdd || isNextOdd) << 2
    isOdd = isNextOdd
  }
  if (list == stops) return
  setShape(uuids)
  for (let place = stops; place < list; place += 4) {
    const at = load<i32>(place)
    addPlaces(at)
    writeDigits(block + <usize>at)
    hashUuids()
    // What begins behind the last place means nothing, and is looked at again.
    lookUpHashes(8 * <usize>min(together >> 2, (last + 4 - at) >> 2))
    if (candidates >= mostCandidates) listCandidates(List.binaryUuid)
  }
  listCandidates(List.binaryUuid)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function hasOddBytes(from: i32, columns: v128): bool {
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const at = block + <usize>from
  const some =
    outside(v128.load(at), columns, rows, low, zero) |
    outside(v128.load(at, 16), columns, rows, low, zero) |
    outside(v128.load(at, 32), columns, rows, low, zero) |
    outside(v128.load(at, 48), columns, rows, low, zero)
  return some != 0
}

/** Four places at a time, which have a hash in each order. */
function addPlaces(at: i32): void {
  const four = i32x4.splat(4)
  let places = i32x4.add(i32x4.splat(at), v128.load(constants, 608))
  for (let to = tokens, end = tokens + 8 * <usize>together; to < end; to += 32) {
    v128.store(to, places, 4096)
    v128.store(to, places, 4112)
    v128.store(to, places, 6144)
    v128.store(to, places, 6160)
    places = i32x4.add(places, four)
  }
}

function writeDigits(from: usize): void {
  const text = v128.load(constants, 816)
  const low = v128.load(constants, 16)
  const digits = plainDigits
  for (let at: usize = 0; at < bytesOfAll; at += 16) {
    const bytes = v128.load(from + at)
    const first = i8x16.swizzle(text, v128.and(i16x8.shr_u(bytes, 4), low))
    const second = i8x16.swizzle(text, v128.and(bytes, low))
    const to = digits + pairs + (at << 1)
    v128.store(to, v128.shuffle<i8>(first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23))
    v128.store(to, v128.shuffle<i8>(first, second, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16)
  }
  for (let at: usize = 0; at < bytesOfAll; at += 4) {
    const one = v128.load(digits + pairs + (at << 1))
    const next = v128.load(digits + pairs + (at << 1), 2)
    const to = digits + (at << 2)
    v128.store(to, v128.shuffle<i16>(one, next, 0, 8, 1, 9, 2, 10, 3, 11), straight)
    v128.store(to, v128.shuffle<i16>(next, one, 0, 8, 1, 9, 2, 10, 3, 11), turned)
  }
}

/** As `hashTexts` does for texts, of 32 digits at each place: in the order of RFC 9562, and in that of GUIDs. */
function hashUuids(): void {
  const firsts = firstHashes()
  const seconds = secondHashes()
  for (let place: usize = 0; place < 4 * <usize>together; place += 16) {
    const at = plainDigits + place
    const to = place << 1
    const one = v128.load(at, straight)
    const two = v128.load(at, straight + 8)
    const three = v128.load(at, straight + 16)
    const four = v128.load(at, straight + 24)
    hashFour(at, one, two, three, four, firsts + to, seconds + to)
    const last = v128.load(at, turned)
    const first = v128.load(at, turned + 8)
    const second = v128.load(at, turned + 16)
    const third = v128.load(at, turned + 24)
    hashFour(at, first, last, second, third, firsts + to + 16, seconds + to + 16)
  }
}

/** Both orders have the same digits from the seventeenth on. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function hashFour(at: usize, one: v128, two: v128, three: v128, four: v128, first: usize, second: usize): void {
  const c1 = v128.load(constants, 96)
  const c2 = v128.load(constants, 112)
  const c3 = v128.load(constants, 128)
  const c4 = v128.load(constants, 144)
  const five = v128.load(at, straight + 32)
  const six = v128.load(at, straight + 40)
  const seven = v128.load(at, straight + 48)
  const last = v128.load(at, straight + 56)
  let x = stepX(startX(shape()), one, c1)
  let y = stepY(startY(uuidDigits), one, c2)
  x = stepX(x, two, c1)
  y = stepY(y, two, c2)
  x = stepX(x, three, c1)
  y = stepY(y, three, c2)
  x = stepX(x, four, c1)
  y = stepY(y, four, c2)
  x = stepX(x, five, c1)
  y = stepY(y, five, c2)
  x = stepX(x, six, c1)
  y = stepY(y, six, c2)
  x = stepX(x, seven, c1)
  y = stepY(y, seven, c2)
  x = i32x4.mul(v128.xor(x, last), c1)
  y = i32x4.mul(i32x4.add(y, last), c2)
  v128.store(first, avalanche(x, c3, c4))
  v128.store(second, avalanche(v128.xor(y, i32x4.shr_u(y, 13)), c3, c4))
}
