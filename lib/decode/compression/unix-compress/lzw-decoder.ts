import { BlockCorrupt } from '../block-corrupt.ts'

const firstBits = 9
const clearCode = 256
const codesInGroup = 8
const outputSize = 256 * 1024
const longestString = 65_536

/**
 * Decodes LZW as `compress` packs it: codes of 9 bits up to `mostBits`, the lowest bit first, in groups of eight, of which
 * the rest is left out whenever the width changes. `hasClear`: code 256 empties the dictionary. The format has no checksum, but
 * an encoder takes the longest string that there is: a code that could have been longer shows damage, or what was appended.
 */
export type LzwDecoder = {
  /**
   * Decodes from `at` on until the input or a piece of output is at its end. `bytes` are valid until the next call.
   * @throws BlockCorrupt
   */
  read(input: Uint8Array, at: number): { bytes: Uint8Array; at: number }
  /** Nothing more comes. @throws BlockCorrupt unless what is left can hold nothing */
  end(): void
}

export function lzwDecoder(mostBits: number, hasClear: boolean): LzwDecoder {
  const most = 1 << mostBits
  const prefixes = new Uint16Array(most + 1)
  const suffixes = new Uint8Array(most + 1)
  const lengths = new Uint32Array(most + 1)
  for (let byte = 0; byte < 256; byte++) {
    suffixes[byte] = byte
    lengths[byte] = 1
  }
  /** A bit for each string of the dictionary that is longer than a byte, by the code before its last byte and that byte. */
  const known = new Uint8Array(most * (256 / 8))
  const output = new Uint8Array(outputSize + longestString)
  let held = 0
  let heldBits = 0
  let bits = firstBits
  let inGroup = 0
  let skipped = 0
  let free = hasClear ? clearCode + 1 : clearCode
  let previous = -1
  let first = 0

  /** Codes that fill the group are left out. */
  function nextGroup(): void {
    skipped = (-inGroup & (codesInGroup - 1)) * bits
    inGroup = 0
  }

  function forget(): void {
    for (let code = clearCode + 1; code < free; code++) known[(prefixes[code]! << 5) | (suffixes[code]! >> 3)] = 0
    lengths.fill(0, clearCode, free)
    free = clearCode
  }

  /** Writes the string of a code so that it ends before `end`. */
  function write(code: number, end: number): void {
    let at = end
    let rest = code
    for (; rest >= 256; rest = prefixes[rest]!) output[--at] = suffixes[rest]!
    output[--at] = rest
    first = rest
  }

  function decode(code: number, to: number): number {
    if (previous < 0) {
      if (code >= 256) throw new BlockCorrupt('expected a byte as the first code')
      write(code, to + 1)
      previous = code
      return to + 1
    }
    if (code > free || (code === free && free >= most)) throw new BlockCorrupt('expected a code that there is')
    // A code that is about to be made is the string before and its first byte.
    const isNext = code === free
    const length = isNext ? lengths[previous]! + 1 : lengths[code]!
    if (length === 0) throw new BlockCorrupt('expected a code that there is')
    if (isNext) {
      write(previous, to + length - 1)
      output[to + length - 1] = first
    } else write(code, to + length)
    const place = (previous << 5) | (first >> 3)
    const bit = 1 << (first & 7)
    // The first code after the dictionary was emptied makes an entry that nothing can refer to.
    const isAfterClear = hasClear && free === clearCode
    if (!isAfterClear && (known[place]! & bit) !== 0) throw new BlockCorrupt('expected each code to be the longest')
    if (free < most) {
      if (!isAfterClear) known[place]! |= bit
      prefixes[free] = previous
      suffixes[free] = first
      lengths[free] = lengths[previous]! + 1
      free += 1
    }
    previous = code
    return to + length
  }

  return {
    read(input, from) {
      let at = from
      let to = 0
      while (to < outputSize) {
        // A width that is full is left before the next code.
        if (free > (bits === mostBits ? most : (1 << bits) - 1)) {
          nextGroup()
          bits += 1
        }
        const wanted = skipped > 0 ? Math.min(skipped, 16) : bits
        while (heldBits < wanted && at < input.length) {
          held |= input[at++]! << heldBits
          heldBits += 8
        }
        if (heldBits < wanted) break
        const code = held & ((1 << wanted) - 1)
        held >>>= wanted
        heldBits -= wanted
        if (skipped > 0) {
          if (code !== 0) throw new BlockCorrupt('expected zeros to the end of a group')
          skipped -= wanted
          continue
        }
        inGroup += 1
        if (hasClear && code === clearCode) {
          nextGroup()
          bits = firstBits
          forget()
        } else to = decode(code, to)
      }
      return { bytes: output.subarray(0, to), at }
    },
    end() {
      if (held !== 0 || (skipped === 0 && heldBits >= 8)) throw new BlockCorrupt('expected a whole code at the end')
    },
  }
}
