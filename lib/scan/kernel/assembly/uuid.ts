import { outside } from './classify'
import { block, byteAt, constants, plainDigits, stops, tokens } from './memory'
import { shortLengthBefore, stopCount } from './stops'
import { addBytes, addCandidate, addText, batchBytes, endTokens, lookUpUntil, nextToken, writeToken } from './tokens'

const plainLength: i32 = 32
const lastGroup: i32 = 12
const longestEscape: i32 = 24
/** Bytes of `8-4-4-4-` before the last group. */
const before: i32 = 24
const hyphen: u8 = 0x2d
/** In place of hyphens, where names may have none. */
const underscore: u8 = 0x5f
/** All of these 24 but the hyphens. */
const groups: u32 = 0xffffff & ~((1 << 8) | (1 << 13) | (1 << 18) | (1 << 23))

/**
 * Adds the UUIDs in groups that the runs end with which are listed in `stops`, and lists the other runs there that may end one, in place of those that
 * are done; returns where that list ends.
 */
export function addGrouped(from: i32, columns: v128): usize {
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const last = stops + (<usize>stopCount << 2)
  const bytes = block + <usize>from
  const limit = tokens + batchBytes
  let token = nextToken()
  let others = stops
  for (let at = stops; at < last; ) {
    for (const until = min(last, at + (limit - token)); at < until; at += 4) {
      const stop = load<i32>(at)
      const length = shortLengthBefore(stop)
      const end = bytes + <usize>stop
      store<i32>(others, stop)
      others += <usize>(length >= plainLength) << 2
      const sign = load<u8>(end - lastGroup - 1)
      const isLast = <i32>(length == lastGroup) & (<i32>(sign == hyphen) | <i32>(sign == underscore))
      // Most runs of digits in other texts.
      if (!isLast) continue
      const first = end - lastGroup - before
      const middle = v128.load(first, 16)
      const head = v128.shuffle<i8>(v128.load(first), middle, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17)
      const tail = v128.shuffle<i8>(middle, v128.load(first, 20), 3, 4, 5, 6, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31)
      const plain = plainDigits + ((token - tokens) << 3)
      v128.store(plain, head)
      v128.store(plain, tail, 16)
      const gaps = outside(head, columns, rows, low, zero) | outside(tail, columns, rows, low, zero)
      const signs = (load<u8>(first, 8) ^ sign) | (load<u8>(first, 13) ^ sign) | (load<u8>(first, 18) ^ sign)
      const place = from + stop
      // The next one overwrites it unless it is one.
      writeToken(token, plain, plainLength, place - lastGroup, place)
      token += <usize>(((gaps | <u32>signs) == 0) & (place >= lastGroup + before)) << 2
    }
    if (token == limit) token = lookUpUntil(token)
  }
  endTokens(token)
  return others
}

/**
 * The UUID that a run of hexadecimal digits may end. What stands before it is not looked at: where that matters it is decided later.
 * @param mayBeDecimal the index has decimal numbers of 32 digits, which may be written like one
 */
export function addUuid(start: i32, end: i32, columns: v128, mayBeDecimal: bool): void {
  const length = end - start
  if (length >= plainLength && length <= plainLength + longestEscape) {
    addText(end - plainLength, end, start, end)
    addStored(start, end)
  } else if (length == lastGroup && start >= before && isGrouped(start - before, columns)) {
    const first = block + <usize>(start - before)
    const plain = plainDigits + ((nextToken() - tokens) << 3)
    const middle = v128.load(first, 16)
    v128.store(
      plain,
      v128.shuffle<i8>(v128.load(first), middle, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17),
    )
    v128.store(
      plain,
      v128.shuffle<i8>(middle, v128.load(first, 20), 3, 4, 5, 6, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31),
      16,
    )
    if (mayBeDecimal && isDecimal(plain)) addCandidate(start, end)
    else addBytes(plain, plainLength, start, end)
  }
}

/** The same digits in the orders that the bytes are stored in by Windows, Java and MySQL: see `lib/scan/finders/stored-uuid.ts`. */
function addStored(start: i32, end: i32): void {
  const digits = block + <usize>(end - plainLength)
  const head = v128.load(digits)
  const tail = v128.load(digits, 16)
  addDigits(v128.shuffle<i8>(head, head, 6, 7, 4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 14, 15, 12, 13), tail, start, end)
  addDigits(
    v128.shuffle<i8>(head, head, 14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1),
    v128.shuffle<i8>(tail, tail, 14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1),
    start,
    end,
  )
  addDigits(v128.shuffle<i8>(head, head, 8, 9, 10, 11, 12, 13, 14, 15, 4, 5, 6, 7, 0, 1, 2, 3), tail, start, end)
}

function addDigits(head: v128, tail: v128, start: i32, end: i32): void {
  const plain = plainDigits + ((nextToken() - tokens) << 3)
  v128.store(plain, head)
  v128.store(plain, tail, 16)
  addBytes(plain, plainLength, start, end)
}

function isGrouped(start: i32, columns: v128): bool {
  const sign = byteAt(start + 23)
  if (sign != hyphen && sign != underscore) return false
  if (byteAt(start + 8) != sign || byteAt(start + 13) != sign || byteAt(start + 18) != sign) return false
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const at = block + <usize>start
  const head = outside(v128.load(at), columns, rows, low, zero)
  const rest = outside(v128.load(at, 8), columns, rows, low, zero)
  return ((head | (rest << 8)) & groups) == 0
}

function isDecimal(digits: usize): bool {
  const nine = i8x16.splat(0x39)
  const letters = v128.or(i8x16.gt_s(v128.load(digits), nine), i8x16.gt_s(v128.load(digits, 16), nine))
  return !v128.any_true(letters)
}
