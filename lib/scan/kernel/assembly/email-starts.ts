import { byteAt, isIn, Table } from './memory'
import { addBytes, isAllowed } from './tokens'

const underscore: u8 = 0x5f
const dot: u8 = 0x2e
const hyphen: u8 = 0x2d

/** Whether a second point or hyphen in a row is in [from, to). */
export function hasSecond(from: i32, to: i32): bool {
  for (let at = from; at < to; at++) if (isSecond(at)) return true
  return false
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function isSecond(at: i32): bool {
  const byte = byteAt(at)
  return byte == byteAt(at - 1) && (byte == dot || byte == hyphen)
}

/**
 * An address may begin behind what may be quoting, or points or hyphens, and where an escape could end: whether one does is decided later. `sign`: of the address, whose bytes are
 * counted from `base`; `place`: of the `@`. `isInner`: it may begin behind any hyphen.
 */
export function addAnywhere(first: i32, sign: i32, end: i32, place: i32, base: usize, isInner: bool): void {
  let mayEscape = isIn(Table.mayGlue, byteAt(first - 1)) || isIn(Table.local, byteAt(first - 1))
  for (let at = first; at < sign; at++) mayEscape = mayEscape || isIn(Table.localEscapeSign, byteAt(at))
  let begins = true
  for (let start = first; start < sign; start++) {
    const byte = byteAt(start)
    if (isIn(Table.localTrimmed, byte)) {
      begins = begins || isInner || isIn(Table.localSpecial, byte) || isSecond(start)
      continue
    }
    if (begins && isAllowed(end - start)) addBytes(base + <usize>start, end - start, place, place)
    begins = mayEscape || isIn(Table.localSpecial, byte) || (begins && byte == underscore)
  }
}
