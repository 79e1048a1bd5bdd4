import { BlockCorrupt } from '../block-corrupt.ts'
import type { BitReader } from './bzip2-bits.ts'
import { type HuffmanCode, huffmanCode, lookupBits, readLengths } from './bzip2-huffman.ts'

/** A block before its last transformation: `sorted` holds `count` bytes, and `origin` says with which the text begins. */
export type SortedBlock = { count: number; origin: number }

/**
 * Reads one block (after its magic number and checksum) into the low bytes of `sorted`, whose length is the most that the
 * stream allows. When the bits end before the block does, `bits.isOverrun()` and what is returned means nothing.
 * @throws BlockCorrupt
 */
export function readBlock(bits: BitReader, sorted: Uint32Array): SortedBlock {
  const origin = bits.read(24)
  const bytes = readUsedBytes(bits)
  const codeCount = bits.read(3)
  if (codeCount < 2 || codeCount > 6) throw new BlockCorrupt('expected 2 to 6 codes')
  const selectors = readSelectors(bits, codeCount)
  const codes: HuffmanCode[] = []
  for (let index = 0; index < codeCount && !bits.isOverrun(); index++)
    codes.push(huffmanCode(readLengths(bits, bytes.length + 2)))
  if (bits.isOverrun()) return { count: 0, origin }
  const count = readSymbols(bits, { bytes, selectors, codes }, sorted)
  if (!bits.isOverrun() && origin >= count) throw new BlockCorrupt('expected the beginning to be within the block')
  return { count, origin }
}

function readUsedBytes(bits: BitReader): Uint8Array {
  const ranges = bits.read(16)
  const used: number[] = []
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >>> range)) === 0) continue
    const flags = bits.read(16)
    for (let index = 0; index < 16; index++) if ((flags & (0x8000 >>> index)) !== 0) used.push(range * 16 + index)
  }
  if (used.length === 0) throw new BlockCorrupt('expected a block that uses bytes')
  return Uint8Array.from(used)
}

/** Which code each group of 50 symbols has. */
function readSelectors(bits: BitReader, codeCount: number): Uint8Array {
  const count = bits.read(15)
  if (count === 0) throw new BlockCorrupt('expected selectors of codes')
  const order = [0, 1, 2, 3, 4, 5]
  const selectors = new Uint8Array(count)
  for (let index = 0; index < count && !bits.isOverrun(); index++) {
    let place = 0
    while (bits.read(1) === 1) if (++place >= codeCount) throw new BlockCorrupt('expected a code that there is')
    const code = order.splice(place, 1)[0]!
    order.unshift(code)
    selectors[index] = code
  }
  return selectors
}

const groupSize = 50

type Tables = { bytes: Uint8Array; selectors: Uint8Array; codes: readonly HuffmanCode[] }

/** Undoes the codes, the runs and the move to front; returns how many bytes there are. */
function readSymbols(bits: BitReader, { bytes, selectors, codes }: Tables, sorted: Uint32Array): number {
  const { input } = bits
  const inputEnd = input.length
  const end = bytes.length + 1
  const order = Uint8Array.from(bytes)
  let at = bits.position() >>> 3
  let held = 0
  let heldBits = 0
  if ((bits.position() & 7) !== 0) {
    heldBits = 8 - (bits.position() & 7)
    held = input[at++]! & ((1 << heldBits) - 1)
  }
  let count = 0
  let run = 0
  let runWeight = 1

  for (let group = 0; group < selectors.length; group++) {
    const { lookup, limit, base, symbols } = codes[selectors[group]!]!
    for (let index = 0; index < groupSize; index++) {
      while (heldBits < 20) {
        held = ((held & 0xfffff) << 8) | (at < inputEnd ? input[at]! : 0)
        at += 1
        heldBits += 8
      }
      const next = (held >>> (heldBits - 20)) & 0xfffff
      const found = lookup[next >>> (20 - lookupBits)]!
      let symbol = found >>> 5
      let length = found & 31
      if (found === 0) {
        length = lookupBits + 1
        while (length <= 20 && next >= limit[length]!) length += 1
        if (length > 20) {
          if (at > inputEnd + 3) return overrun(bits)
          throw new BlockCorrupt('expected a code that there is')
        }
        symbol = symbols[(next >>> (20 - length)) - base[length]!]!
      }
      heldBits -= length

      if (symbol <= 1) {
        run += runWeight << symbol
        runWeight <<= 1
        if (run > sorted.length) throw new BlockCorrupt('expected a run that fits into the block')
        continue
      }
      if (run > 0) {
        if (run > sorted.length - count) throw new BlockCorrupt('expected a run that fits into the block')
        sorted.fill(order[0]!, count, count + run)
        count += run
        run = 0
        runWeight = 1
      }
      if (symbol === end) {
        bits.seek(at * 8 - heldBits)
        return count
      }
      if (count >= sorted.length) throw new BlockCorrupt('expected a block of at most the stated size')
      const place = symbol - 1
      const byte = order[place]!
      if (place < 16) for (let shift = place; shift > 0; shift--) order[shift] = order[shift - 1]!
      else order.copyWithin(1, 0, place)
      order[0] = byte
      sorted[count++] = byte
    }
    if (at > inputEnd + 3) return overrun(bits)
  }
  throw new BlockCorrupt('expected the end of the block')
}

function overrun(bits: BitReader): number {
  bits.seek(bits.input.length * 8 + 1)
  return 0
}

/** Links each byte of a block to the one that follows it in the text: `sorted[i]` = place of the next << 8 | byte. */
export function linkBytes(sorted: Uint32Array, count: number): void {
  const starts = new Uint32Array(257)
  for (let index = 0; index < count; index++) starts[(sorted[index]! & 0xff) + 1]! += 1
  for (let byte = 0; byte < 256; byte++) starts[byte + 1]! += starts[byte]!
  for (let index = 0; index < count; index++) {
    const place = starts[sorted[index]! & 0xff]!++
    sorted[place]! |= index << 8
  }
}
