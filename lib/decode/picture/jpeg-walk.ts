import { codeAt, type Frame, type HuffmanTable, type Scan, type ScanComponent } from './jpeg-frame.ts'

/**
 * Walks through the coded data of one scan (ITU-T T.81, F.2 and G.2), in which it tells each block, so that it is known to end where the picture does: bytes that nobody
 * shows are noticed, and most damage. No value is computed.
 */
export type Walk = {
  /** The next bytes without stuffing. */
  write(bytes: Uint8Array, from: number, to: number): void
  /** Here is a restart marker, or another one: what was written is an interval, or the last one. False: it is not. */
  endInterval(isLast: boolean): boolean
  /** How many blocks were looked at. */
  readonly blocks: number
}

/** Bits `from` to `to` of a word, as far as it has them. */
function bitsBetween(from: number, to: number): number {
  if (to < 0 || from > 31) return 0
  return (-1 << Math.max(from, 0)) & (-1 >>> (31 - Math.min(to, 31)))
}

function ones(word: number): number {
  if (word === 0) return 0
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** More than one MCU can have, which is ten blocks of 64 codes of 16 bits with 16 more. */
const longestMcu = 4096

export function createWalk(frame: Frame, scan: Scan, interval: number): Walk {
  const { components, from, to, high } = scan
  const isAlone = components.length === 1
  const [first] = components
  const total = isAlone ? first.component.blocksWide * first.component.blocksHigh : frame.mcusWide * frame.mcusHigh
  const mostDc = frame.precision === 8 ? 11 : 15
  let held = new Uint8Array(64 * 1024)
  let filled = 0
  let at = 0
  /** The next bits are the last `count` of these. */
  let bits = 0
  let count = 0
  let mcus = 0
  let left = intervalAt(0)
  let endOfBand = 0
  let blocks = 0
  let isWrong = false

  function intervalAt(done: number): number {
    return interval === 0 ? total : Math.min(interval, total - done)
  }

  /** How many bits are left; less than zero: more were read than there are. */
  const rest = () => (filled - at) * 8 + count

  /** Makes sixteen bits available; zeros behind the end, which is noticed later. */
  function refill(): void {
    while (count <= 16) {
      bits = (bits << 8) | (at < filled ? held[at]! : 0)
      at++
      count += 8
    }
  }

  function skip(length: number): void {
    if (length > count) refill()
    count -= length
  }

  function skipMany(length: number): void {
    for (let left = length; left > 0; left -= 16) skip(Math.min(left, 16))
  }

  function take(length: number): number {
    if (length > count) refill()
    count -= length
    return (bits >>> count) & ((1 << length) - 1)
  }

  function decode(table: HuffmanTable): number {
    if (count < 16) refill()
    const entry = codeAt(table, (bits >>> (count - 16)) & 0xffff)
    if (entry === 0) isWrong = true
    count -= entry >> 8
    return entry & 0xff
  }

  function dcBlock(table: HuffmanTable): void {
    const size = decode(table)
    if (size > mostDc) isWrong = true
    else skip(size)
  }

  function acBlock(table: HuffmanTable): void {
    let k = 1
    while (k < 64) {
      const code = decode(table)
      const size = code & 15
      k += code >> 4
      if (size === 0) {
        if (code === 0) return
        if (code !== 0xf0) isWrong = true
      } else skip(size)
      k++
    }
    if (k > 64) isWrong = true
  }

  function bandBlock(table: HuffmanTable, nonZero: Uint32Array, index: number): void {
    let k = from
    while (k <= to) {
      const code = decode(table)
      const run = code >> 4
      const size = code & 15
      if (size === 0 && run < 15) {
        endOfBand = (1 << run) - 1 + (run > 0 ? take(run) : 0)
        return
      }
      k += run
      if (k > to) isWrong = true
      else if (size > 0) {
        skip(size)
        nonZero[2 * index + (k >> 5)]! |= 1 << (k & 31)
      }
      k++
      if (isWrong) return
    }
  }

  function refineBlock(table: HuffmanTable, nonZero: Uint32Array, index: number): void {
    let low = nonZero[2 * index]!
    let high = nonZero[2 * index + 1]!
    let k = from
    while (endOfBand === 0 && k <= to) {
      const code = decode(table)
      let run = code >> 4
      const size = code & 15
      if (size === 0 && run < 15) {
        endOfBand = (1 << run) + (run > 0 ? take(run) : 0)
        break
      }
      if (size > 1) isWrong = true
      skip(size)
      // Those that are known not to be zero have a bit each, and do not count.
      let known = 0
      for (; k <= to; k++) {
        if ((((k < 32 ? low : high) >>> (k & 31)) & 1) === 1) known++
        else if (run-- === 0) break
      }
      skipMany(known)
      if (k > to && (size > 0 || run > 0)) isWrong = true
      if (isWrong) return
      if (size > 0 && k < 32) low |= 1 << k
      else if (size > 0) high |= 1 << (k & 31)
      k++
    }
    nonZero[2 * index] = low
    nonZero[2 * index + 1] = high
    if (endOfBand === 0) return
    if (k <= to) skipMany(ones(low & bitsBetween(k, to)) + ones(high & bitsBetween(k - 32, to - 32)))
    endOfBand--
  }

  function block({ component, dc, ac }: ScanComponent, index: number): void {
    blocks++
    if (!frame.isProgressive) {
      dcBlock(dc!)
      acBlock(ac!)
    } else if (from === 0) {
      if (high === 0) dcBlock(dc!)
      else skip(1)
    } else if (high === 0) bandBlock(ac!, component.nonZero!, index)
    else refineBlock(ac!, component.nonZero!, index)
  }

  function walk(isEnd: boolean): void {
    while (left > 0 && !isWrong && (isEnd ? rest() >= 0 : filled - at >= longestMcu)) {
      let done = 1
      if (endOfBand > 0 && high === 0) {
        done = Math.min(endOfBand, left)
        endOfBand -= done
      } else if (isAlone) block(first, mcus)
      else
        for (const each of components)
          for (let index = each.component.h * each.component.v; index > 0; index--) block(each, 0)
      mcus += done
      left -= done
    }
  }

  return {
    write(bytes, start, end) {
      const length = end - start
      if (filled + length > held.length) {
        held.copyWithin(0, at, filled)
        filled = Math.max(0, filled - at)
        at = 0
        if (filled + length > held.length) {
          const larger = new Uint8Array(2 * (filled + length))
          larger.set(held.subarray(0, filled))
          held = larger
        }
      }
      held.set(bytes.subarray(start, end), filled)
      filled += length
      walk(false)
      if (left === 0 && rest() > 8) isWrong = true
      if (isWrong) filled = at = count = 0
    },
    endInterval(isLast) {
      walk(true)
      const unused = rest()
      // Encoders in JavaScript write eight ones where there is nothing to fill up.
      if (unused < 0 || unused > 8) isWrong = true
      const padding = isWrong ? 0 : take(unused)
      const isPadding = (padding === 0 && unused < 8) || padding === (1 << unused) - 1
      const isWhole = !isWrong && left === 0 && isPadding && endOfBand === 0
      filled = at = bits = count = 0
      left = intervalAt(mcus)
      return isWhole && (mcus === total) === isLast
    },
    get blocks() {
      return blocks
    },
  }
}
