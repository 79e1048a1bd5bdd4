import { BlockCorrupt } from '../compression/block-corrupt.ts'

const mostBits = 12
const most = 1 << mostBits
const outputSize = 64 * 1024

/** How codes are written: of GIF the lowest bit first; of TIFF the highest, and they grow by a bit one code earlier. */
type Order = 'gif' | 'tiff'

/**
 * Decodes the LZW of GIF (89a, appendix F) and of TIFF (6.0, section 13): codes from one bit more than `pixelBits` up to 12 bits; a code empties the dictionary and one ends the data. A
 * dictionary that is full stays as it is. Yields the numbers of colours, valid until the next are asked for, also those before damage.
 * @throws BlockCorrupt
 */
export async function* lzwPixels(
  blocks: AsyncIterable<Uint8Array>,
  pixelBits: number,
  order: Order,
): AsyncGenerator<Uint8Array> {
  const decoder = decoderOf(pixelBits, order)
  try {
    for await (const block of blocks)
      for (const byte of block) {
        decoder.write(byte)
        if (decoder.filled() >= outputSize) yield decoder.take()
      }
    decoder.end()
  } catch (error) {
    if (decoder.filled() > 0) yield decoder.take()
    throw error
  }
  if (decoder.filled() > 0) yield decoder.take()
}

function decoderOf(pixelBits: number, order: Order) {
  const isHighFirst = order === 'tiff'
  const early = isHighFirst ? 1 : 0
  const clearCode = 1 << pixelBits
  const endCode = clearCode + 1
  const prefixes = new Uint16Array(most)
  const suffixes = new Uint8Array(most)
  const lengths = new Uint16Array(most)
  for (let code = 0; code < clearCode; code++) {
    suffixes[code] = code
    lengths[code] = 1
  }
  const output = new Uint8Array(outputSize + 8 * most)
  let [held, heldBits, bits, free, previous] = [0, 0, pixelBits + 1, endCode + 1, -1]
  let hasEnded = false
  let to = 0

  /** Writes the string of a code so that it ends before `end`, and returns its first byte. */
  function write(code: number, end: number): number {
    let rest = code
    let at = end
    for (; rest > endCode; rest = prefixes[rest]!) output[--at] = suffixes[rest]!
    output[--at] = rest
    return rest
  }

  function decode(code: number, from: number): number {
    if (previous < 0) {
      if (code >= clearCode) throw new BlockCorrupt('expected a colour as the first code')
      previous = code
      output[from] = code
      return from + 1
    }
    if (code > free || (code === free && free === most)) throw new BlockCorrupt('expected a code that there is')
    // A code that is about to be made is the string before and its first byte.
    const isNext = code === free
    const to = from + (isNext ? lengths[previous]! + 1 : lengths[code]!)
    const first = isNext ? write(previous, to - 1) : write(code, to)
    if (isNext) output[to - 1] = first
    if (free < most) {
      prefixes[free] = previous
      suffixes[free] = first
      lengths[free] = lengths[previous]! + 1
      free += 1
      if (free + early === 1 << bits && bits < mostBits) bits += 1
    }
    previous = code
    return to
  }

  return {
    filled: () => to,
    take(): Uint8Array {
      const bytes = output.subarray(0, to)
      to = 0
      return bytes
    },
    write(byte: number): void {
      if (hasEnded && byte !== 0) throw new BlockCorrupt('expected nothing behind the end of the data')
      held = isHighFirst ? (held << 8) | byte : held | (byte << heldBits)
      heldBits += 8
      while (heldBits >= bits && !hasEnded) {
        const code = isHighFirst ? held >>> (heldBits - bits) : held & ((1 << bits) - 1)
        heldBits -= bits
        held = isHighFirst ? held & ((1 << heldBits) - 1) : held >>> bits
        if (code === endCode) hasEnded = true
        else if (code === clearCode) {
          bits = pixelBits + 1
          free = endCode + 1
          previous = -1
        } else to = decode(code, to)
      }
      if (hasEnded) heldBits = 0
    },
    /** Nothing more comes. */
    end(): void {
      // TIFF leaves fewer bits than a code has as they are.
      if (held !== 0 && !isHighFirst) throw new BlockCorrupt('expected whole codes')
    },
  }
}
