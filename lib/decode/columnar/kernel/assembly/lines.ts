/** Where the last call stopped: the next value that was not read, and behind the last line. */
let nextValue: usize = 0
let behindLines: usize = 0

export function readAt(): usize {
  return nextValue
}

export function writtenTo(): usize {
  return behindLines
}

/** The longest number with its sign and line end, and what a store of eight digits writes too much. */
const room: usize = 32

/**
 * Writes `count` numbers of `width` bytes (4 or 8), the lowest first, from `at` on as decimal lines from `to` on, as long as a line ends before
 * `most`. Returns how many.
 */
export function numberLines(at: usize, count: i32, width: i32, signed: bool, to: usize, most: usize): i32 {
  let done = 0
  for (; done < count && to + room <= most; done++) {
    let value: u64
    if (width == 8) value = load<u64>(at)
    else value = signed ? <u64>(<i64>load<i32>(at)) : <u64>load<u32>(at)
    at += <usize>width
    if (signed && <i64>value < 0) {
      store<u8>(to++, 45)
      value = 0 - value
    }
    if (value < 100000000) to = writeFirst(to, <u32>value)
    else if (value < 10000000000000000) {
      const upper = value / 100000000
      to = writeFirst(to, <u32>upper)
      store<u64>(to, digitsOf(<u32>(value - upper * 100000000)) | 0x3030303030303030)
      to += 8
    } else {
      const upper = value / 100000000
      const top = upper / 100000000
      to = writeFirst(to, <u32>top)
      store<u64>(to, digitsOf(<u32>(upper - top * 100000000)) | 0x3030303030303030)
      store<u64>(to + 8, digitsOf(<u32>(value - upper * 100000000)) | 0x3030303030303030)
      to += 16
    }
    store<u8>(to++, 10)
  }
  nextValue = at
  behindLines = to
  return done
}

/** The digits of a number below 10^8 without leading zeros, and `0` for 0. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function writeFirst(to: usize, value: u32): usize {
  const digits = digitsOf(value)
  // The first digit is in the lowest byte; the last one is written in any case.
  const zeros = min<u64>(ctz(digits) >> 3, 7)
  store<u64>(to, (digits | 0x3030303030303030) >> (zeros << 3))
  return to + 8 - <usize>zeros
}

/** Eight digits of a number below 10^8, a byte each, the first one lowest: halves, quarters and eighths are divided together. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function digitsOf(value: u32): u64 {
  const upper = value / 10000
  const fours = <u64>upper | (<u64>(value - upper * 10000) << 32)
  const hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f
  const twos = hundreds | ((fours - hundreds * 100) << 16)
  const tens = ((twos * 103) >> 10) & 0x000f000f000f000f
  return tens | ((twos - tens * 10) << 8)
}

/**
 * Writes `count` values, each with its length in four bytes before it, as lines: line feeds in them become carriage returns. Stops
 * before a value that does not end before `end`, or whose line does not end before `most`. Returns how many were written.
 */
export function stringLines(at: usize, end: usize, count: i32, to: usize, most: usize): i32 {
  const lineFeed = i8x16.splat(10)
  const three = i8x16.splat(3)
  let done = 0
  for (; done < count; done++) {
    if (end - at < 4) break
    const length = <usize>load<u32>(at)
    if (length > end - at - 4 || length >= most - to) break
    at += 4
    for (let part: usize = 0; part < length; part += 16) {
      const bytes = v128.load(at + part)
      v128.store(to + part, i8x16.add(bytes, v128.and(i8x16.eq(bytes, lineFeed), three)))
    }
    at += length
    to += length
    store<u8>(to++, 10)
  }
  nextValue = at
  behindLines = to
  return done
}
