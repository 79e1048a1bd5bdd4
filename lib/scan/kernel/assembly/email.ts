import { markSigns, outside } from './classify'
import { block, byteAt, constants, isIn, masks, Table } from './memory'
import { addCandidate, addText, candidates, isAllowed, lookUp, setShape } from './tokens'

let maxLength: i32 = 0

/**
 * Collects the places of `@` in [from, to) around which the filter does not deny every address: see `openKernel`.
 */
export function scanSigns(shape: usize, from: i32, to: i32, final: bool): i32 {
  maxLength = load<i32>(shape, 8)
  setShape(shape)
  const size = to - from
  markSigns(from, size)
  for (let word = 0; word <= size >> 6; word++) {
    let signs = load<u64>(masks + (<usize>word << 3))
    while (signs != 0) {
      addSign(from + (word << 6) + <i32>ctz(signs), to, final)
      signs &= signs - 1
    }
  }
  lookUp()
  return candidates
}

function addSign(sign: i32, to: i32, final: bool): void {
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  const local = v128.load(constants, 224)
  const plain = v128.load(constants, 240)
  const domain = v128.load(constants, 256)

  let end = sign + 1
  let beyond: u32 = 0
  for (; end < to; end += 16) {
    beyond = outside(v128.load(block + <usize>end), domain, rows, low, zero)
    if (beyond != 0) break
  }
  end = min(end + (beyond != 0 ? ctz(beyond) : 0), to)
  // It may go on.
  if (end == to && !final) return addCandidate(sign, sign)
  while (end > sign + 1 && isIn(Table.trimmed, byteAt(end - 1))) end--

  const earliest = max(0, end - maxLength)
  let start = sign
  let special: u32 = 0
  while (start > earliest) {
    const at = block + <usize>start - 16
    const before = outside(v128.load(at), local, rows, low, zero)
    const unusual = outside(v128.load(at), plain, rows, low, zero)
    if (before != 0) {
      const run = clz(before) - 16
      start -= run
      special |= unusual >> (16 - run)
      break
    }
    special |= unusual
    start -= 16
  }
  start = max(start, earliest)
  const last = byteAt(start - 1)
  if (special != 0 || isIn(Table.mayGlue, last) || isIn(Table.local, last)) addAnywhere(start, sign, end)
  else {
    while (start < sign && isIn(Table.localTrimmed, byteAt(start))) start++
    if (start < sign && isAllowed(end - start)) addText(start, end, sign, sign)
  }
}

/** An address may begin behind what may be quoting, and where an escape could end: whether one does is decided later. */
function addAnywhere(first: i32, sign: i32, end: i32): void {
  let mayEscape = isIn(Table.mayGlue, byteAt(first - 1)) || isIn(Table.local, byteAt(first - 1))
  for (let at = first; at < sign; at++) mayEscape = mayEscape || isIn(Table.localEscapeSign, byteAt(at))
  let begins = true
  for (let start = first; start < sign; start++) {
    const byte = byteAt(start)
    if (isIn(Table.localTrimmed, byte)) continue
    if (begins && isAllowed(end - start)) addText(start, end, sign, sign)
    begins = mayEscape || isIn(Table.localSpecial, byte)
  }
}
